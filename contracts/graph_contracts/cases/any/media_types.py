"""The media type of a request: JSON is taken however it is labelled, other formats are understood or refused."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from graph_contracts.cases.any.request_framing import unmade
from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.attempts import Attempt, Trial, holds
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, Phase, Severity, also, requirement

BOUNDARY = "graph-contracts-boundary"


@requirement(
    "update.req.ct.json",
    Level.MUST,
    basis="page-ex",
    source="Page, Examples/Request",
    vary="nothing: the page's example outranks RFC 5789's advice to refuse plain JSON (erratum 3169)",
)
@also(
    "create.req.ct.json",
    "A creation must take a JSON object labelled `application/json`.",
    vary="",
    sent="Every body that is tried until the target accepts one, labelled `application/json`.",
    fix="Register the JSON reader for `application/json`.",
)
def test_json_is_taken_as_json(operation: WriteDriver) -> Findings:
    """An update must accept a JSON object labelled `application/json`.

    Sent: Every body of the ladder, labelled `application/json`.

    Fix: Register the JSON reader for `application/json`, not only for a merge-patch type.
    """
    try:
        _ = operation.bodies.accepted
    except Inconclusive as reason:
        refused = [exchange for exchange in reason.exchanges if exchange.status == 415]
        if not refused:
            raise
        yield Finding("2xx to application/json", refused[0].answer, tuple(refused))


@requirement(
    "update.req.ct.params",
    Level.MUST,
    basis="rfc-def",
    source="RFC 8259 §11; RFC 9110 §8.3.1",
    vary="the quoted spelling refused is a warning; exotic parameters may be refused",
)
@also(
    "create.req.ct.params",
    "A creation must take `application/json` with a charset parameter like the bare type.",
    sent="A creation with `;charset=utf-8` and one with the value quoted.",
)
def test_a_charset_parameter_makes_no_difference(operation: WriteDriver) -> Findings:
    """An update must accept `application/json` with a charset parameter like the bare type.

    Sent: An update with `;charset=utf-8` and one with the value quoted.

    Fix: Compare the media type without its parameters.
    """
    operation.change(operation.bodies.small())
    for value, grade in (
        ("application/json;charset=utf-8", Severity.FAIL),
        ('application/json; charset="UTF-8"', Severity.WARN),
    ):
        body = operation.bodies.small()
        exchange = operation.patch(body, headers={"Content-Type": value})
        if not exchange.ok:
            yield Finding("2xx, as for application/json", f"{exchange.answer} to {value}", (exchange,), grade)
        yield from unmade(operation, body, exchange)


@requirement(
    "update.req.ct.unsupported",
    Level.SHOULD,
    basis="rfc",
    promoted=True,
    source="RFC 5789 §2.2; RFC 9110 §15.5.16; Graph, error responses (415)",
    vary="any other 4xx; JSON Patch, XML or forms really implemented",
    phase=Phase.HOSTILE,
)
@also(
    "create.req.ct.unsupported",
    "A creation in a format that the server doesn't implement should be refused, and never answered 2xx without an "
    "object.",
    sent="The same object as XML, as a form, as multipart and in an unknown content coding, and a JSON Patch.",
)
def test_a_format_that_is_not_understood_is_refused(operation: WriteDriver) -> Findings:
    """A body in an unsupported format should be rejected, and never answered 2xx without an effect.

    Sent: The same change as XML, as a form, as multipart, as JSON Patch, and in a content coding that nobody has.

    Fix: Check Content-Type before reading, and answer 415 for what you have no reader for.
    """
    operation.change(operation.bodies.small())
    for trial in operation.watch.each_hostile(foreign_formats(operation)):
        if trial.exchange.ok and not took_effect(operation, trial):
            what = f"{trial.exchange.answer} to {trial.attempt.note} without an effect"
            yield Finding("415, another 4xx, or the change made", what, (trial.exchange, *trial.seen))


def foreign_formats(operation: WriteDriver) -> list[Attempt]:
    """The same small change in formats that are not JSON, each with its own marker."""

    def attempt(media: str, spell: Callable[[str, Json], str], note: str) -> Attempt:
        mark = operation.bodies.mark()
        ((name, value),) = mark.items()
        headers = {"Content-Type": media}
        return Attempt(note, spell(name, value).encode(), headers=headers, marker=value)

    return [
        attempt("application/xml", in_xml, "XML"),
        attempt("application/x-www-form-urlencoded", in_a_form, "a form"),
        attempt(f"multipart/form-data; boundary={BOUNDARY}", _in_parts, "multipart/form-data"),
        attempt("application/json-patch+json", _in_json_patch, "JSON Patch"),
        _in_an_unknown_coding(operation),
    ]


def _in_an_unknown_coding(operation: WriteDriver) -> Attempt:
    """A change in octets that only a coding nobody has would make JSON of."""
    mark = operation.bodies.mark()
    headers = {"Content-Type": "application/json", "Content-Encoding": "x-suite"}
    octets = gzip.compress(jsontext.dump(mark), mtime=0)
    return Attempt("an unknown content coding", octets, headers=headers, marker=next(iter(mark.values())))


def in_xml(name: str, value: Json) -> str:
    """A change as an XML document."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n<entity><{name}>{escape(str(value))}</{name}></entity>'


def in_a_form(name: str, value: Json) -> str:
    """A change as a form."""
    return urlencode({name: value})


def _in_parts(name: str, value: Json) -> str:
    head = f'Content-Disposition: form-data; name="{name}"'
    return f"--{BOUNDARY}\r\n{head}\r\n\r\n{value}\r\n--{BOUNDARY}--\r\n"


def _in_json_patch(name: str, value: Json) -> str:
    return jsontext.dump([{"op": "replace", "path": f"/{name}", "value": value}]).decode()


def took_effect(operation: WriteDriver, trial: Trial) -> bool:
    """Whether an accepted attempt's marker is to be seen; where the answer shows no object and no read tells, it is."""
    if trial.visible:
        return True
    shown = trial.exchange.object
    if shown is not None:
        return holds(shown, trial.attempt.marker)
    return not trial.watched or not operation.observe.persists


@requirement(
    "update.req.ct.other",
    Level.INFO,
    basis="rfc",
    source="RFC 9110 §8.3, §8.4; RFC 7396 §2; OData JSON 4.01 §3",
    vary="200, 400 and 415 are all right",
    phase=Phase.HOSTILE,
)
@also(
    "create.req.ct.other",
    "A creation without a media type, as JSON Merge Patch, with an OData parameter or in gzip coding is understood or "
    "refused cleanly.",
    vary="201, 400 and 415 are all right",
    sent="Creations without Content-Type, as JSON Merge Patch, with an OData parameter, and gzipped.",
)
def test_odd_labels_and_codings_are_handled_or_refused(operation: WriteDriver) -> Findings:
    """A body without a media type, as JSON Merge Patch, with an OData parameter or in gzip is understood or rejected.

    Sent: Updates without Content-Type, as JSON Merge Patch, with an OData parameter, and gzipped.

    Fix: Either understand these or refuse them with 4xx; a 2xx that does nothing is the worst of the three.
    """
    operation.change(operation.bodies.small())
    odd: tuple[tuple[str, Mapping[str, str | None], bool], ...] = (
        ("no Content-Type", {"Content-Type": None}, False),
        ("JSON Merge Patch", {"Content-Type": "application/merge-patch+json"}, False),
        ("an OData parameter", {"Content-Type": "application/json;odata.metadata=minimal"}, False),
        ("gzip", {"Content-Encoding": "gzip"}, True),
    )
    for note, headers, packed in odd:
        body = operation.bodies.small()
        octets = jsontext.dump(body)
        sent = gzip.compress(octets, mtime=0) if packed else octets
        (trial,) = operation.watch.attempt([Attempt(note, sent, headers=headers, marker=_last(body))], hostile=True)
        exchange = trial.exchange
        if exchange.ok and not took_effect(operation, trial):
            what = f"{exchange.answer} to {note} without an effect"
            yield Finding("4xx, or the change made", what, (exchange, *trial.seen))
        elif not exchange.ok and not exchange.refused:
            yield Finding("2xx or 4xx", f"{exchange.answer} to {note}", (exchange,))


def _last(body: JsonMapping) -> Json:
    return list(body.values())[-1]


@requirement(
    "update.req.accept.json",
    Level.MUST,
    basis="page-ex",
    source="Page, Examples (no Accept, a JSON response); RFC 9110 §12.5.1",
    vary="parameters after the media type",
)
@also(
    "read.req.accept.json",
    "A read without Accept, or with an Accept that JSON satisfies, must be answered in JSON.",
    sent="Reads without Accept, and with `*/*`, `application/*` and `application/json`.",
)
@also(
    "list.req.accept.json",
    "A list request without Accept, or with an Accept that JSON satisfies, must be answered in JSON.",
    sent="List requests without Accept, and with `*/*`, `application/*` and `application/json`.",
)
@also(
    "create.req.accept.json",
    "A creation without Accept, or with an Accept that JSON satisfies, must be answered in JSON.",
    sent="Creations without Accept, and with `*/*`, `application/*` and `application/json`.",
)
def test_the_answer_is_json_whenever_json_is_acceptable(operation: OperationUnderTest) -> Findings:
    """An update without Accept, or with an Accept that JSON satisfies, must be answered in JSON.

    Sent: Updates without Accept, and with `*/*`, `application/*` and `application/json`.

    Fix: Default to JSON, and match wildcards in Accept; don't fall back to an HTML or XML writer.
    """
    plain = operation.demand()
    ranges = () if operation.documented.accept else ("*/*", "application/*")  # others may be as good by the document
    for accept in (None, *ranges, "application/json"):
        exchange = plain if accept is None else operation.ask(headers={"Accept": accept})
        said = f"Accept: {accept}" if accept else "no Accept"
        if not exchange.ok:
            yield Finding("2xx, as without Accept", f"{exchange.answer} to {said}", (exchange,))
            continue
        response = exchange.response
        if response is None or response.status not in {200, 201} or not response.body:
            continue
        # a JSON body under a wrong label is judged by update.resp.ct
        mislabelled = response.media_type != "application/json" and exchange is not plain
        if (mislabelled and _label(plain) == "application/json") or _looks_like_markup(response.body):
            what = f"{response.media_type or 'no media type'} with {said}"
            yield Finding("application/json", what, (exchange,))


def _label(exchange: Exchange) -> str:
    return exchange.response.media_type if exchange.response else ""


def _looks_like_markup(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


@requirement(
    "update.req.accept.other",
    Level.INFO,
    basis="rfc",
    source="RFC 9110 §12.5.1, §15.5.7; OData 4.01 §9.2",
    vary="JSON anyway, XML where it is implemented, 406, another 4xx",
    phase=Phase.NEGATIVE,
)
@also(
    "read.req.accept.other",
    "A read with an Accept that cannot be satisfied is answered in JSON anyway, or with 406.",
    sent="A read with `Accept: application/xml`.",
    fix="Ignore an Accept that you cannot satisfy, or answer 406.",
)
@also(
    "list.req.accept.other",
    "A list request with an Accept that cannot be satisfied is answered in JSON anyway, or with 406.",
    sent="A list request with `Accept: application/xml`.",
    fix="Ignore an Accept that you cannot satisfy, or answer 406.",
)
@also(
    "create.req.accept.other",
    "A creation with an Accept that cannot be satisfied is answered in JSON anyway, or with 406 and without an object "
    "made.",
    sent="A creation with `Accept: application/xml`; the collection is listed before and after.",
    fix="Negotiate before the object is made: a 406 after the write tells the client something false.",
)
def test_an_accept_that_json_does_not_satisfy_is_ignored_or_answered_406(operation: OperationUnderTest) -> Findings:
    """An update whose Accept can't be satisfied is answered in JSON anyway, or with 406 before it changes anything.

    Sent: An update with `Accept: application/xml`; the object is read afterwards.

    Fix: Negotiate before the change is made: a 406 after the write tells the client something false.
    """
    operation.demand()
    headers = {"Accept": "application/xml"}
    if not isinstance(operation, WriteDriver):
        exchange = operation.ask(headers=headers)
        if not exchange.ok and not exchange.refused:
            yield Finding("an answer in JSON, or 406", exchange.answer, (exchange,))
        return
    body = operation.bodies.small()
    (trial,) = operation.watch.attempt([Attempt("Accept: application/xml", body, headers=headers, marker=_last(body))])
    exchange = trial.exchange
    if not exchange.ok and not exchange.refused:
        yield Finding("an answer in JSON, or 406", exchange.answer, (exchange,))
    if exchange.refused:
        for effect in trial.effects:
            yield Finding("nothing changed", f"{exchange.answer}, yet {effect.difference}", effect.evidence)
    elif exchange.ok and trial.watched and operation.observe.persists and not trial.visible:
        yield Finding("the change made", f"{exchange.answer} without an effect", (exchange, *trial.seen))
