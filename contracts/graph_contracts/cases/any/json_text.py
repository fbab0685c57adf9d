"""JSON as it arrives: every valid spelling is understood, and what can't be understood is never said to be done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from graph_contracts.cases.any.media_types import took_effect
from graph_contracts.cases.values import reflected, text_places
from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.attempts import Attempt, Trial
from graph_contracts.operations.equality import short
from graph_contracts.operations.settable_locations import Location
from graph_contracts.operations.spare_objects import SPREAD, mend
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Level,
    NotApplicable,
    Phase,
    Severity,
    also,
    requirement,
)

NOISE = bytes((index * 73 + 41) % 256 for index in range(64))
"""64 octets that are neither text nor JSON."""


def misunderstood(operation: WriteDriver, trial: Trial) -> Findings:
    """A finding where a text was answered 2xx without its effect; what was refused, `update.error.nochange` judges."""
    exchange = trial.exchange
    if exchange.ok and not took_effect(operation, trial):
        what = f"{exchange.answer} to {trial.attempt.note}, no effect"
        yield Finding("4xx, or the change made", what, (exchange, *trial.seen))


@requirement(
    "update.json.grammar",
    Level.MUST,
    basis="rfc",
    source="RFC 8259 §9 (parsers accept all conforming texts), §7, §8.3",
    of=Convention.JSON,
    vary="limits on size, depth and the range of numbers",
)
@also(
    "create.json.grammar",
    "A creation must be accepted in every valid JSON spelling of its body: white space, escaped names, escaped "
    "characters, any order of members.",
    sent="One creation in many spellings: white space, an escaped name, escaped characters, another order of members.",
)
def test_every_spelling_of_a_body_is_understood(operation: WriteDriver) -> Findings:
    """Every valid JSON spelling of a body must be accepted: white space, escaped names and characters, any order.

    Sent: One change in many spellings: white space, an escaped name, escaped characters, another order of members.

    Fix: Use a complete JSON parser; patterns over text miss escapes.
    """
    control = operation.change(operation.bodies.small())
    spellings: dict[str, Callable[[JsonObject], bytes]] = {
        "white space and line ends": lambda body: b" \r\n\t" + json.dumps(body, indent=3).encode() + b"\n \n",
        "white space around colons and commas": lambda body: json.dumps(body, separators=(" , ", "\t: ")).encode(),
        "an escaped name": _escaped_name,
        "escaped characters": lambda body: jsontext.dump(body).replace(b"-", b"\\u002d"),
        "members in another order": lambda body: jsontext.dump(dict(reversed(body.items()))),
    }
    for note, spell in spellings.items():
        body = operation.bodies.small()
        if note == "members in another order" and _takes_two(operation):
            body |= operation.bodies.mark(1)
        exchange = operation.patch(spell(body))
        if not exchange.ok:
            yield Finding(control.answer, f"{exchange.answer} to a body with {note}", (control, exchange))
            continue
        yield from reflected(operation, body, exchange)
    yield from _pairs(operation, control)


def _takes_two(operation: WriteDriver) -> bool:
    """Whether a body is accepted in which two properties have values that were never sent before."""
    bodies = operation.bodies
    known = bodies.partial.ok and len(bodies.markers) > 1
    return known and operation.patch({**bodies.small(), **bodies.mark(1)}).ok


def _escaped_name(body: JsonObject) -> bytes:
    name = next(iter(body))
    last = f"\\u{ord(name[-1]):04x}"
    return jsontext.dump(body).replace(f'"{name}"'.encode(), f'"{name[:-1]}{last}"'.encode(), 1)


def _pairs(operation: WriteDriver, control: Exchange) -> Findings:
    """A character beyond the basic plane as a pair of escapes, and an escaped slash, in a string that takes them."""
    try:
        location = text_places(operation)[0]
    except NotApplicable:
        return
    plain = operation.patch(location.body("a/b \U0001f600"))
    if not plain.ok or not operation.bodies.partial.ok:
        return
    wanted = location.body("c/d \U0001f600")
    exchange = operation.patch(json.dumps(operation.own.complete(wanted)).replace("c/d", "c\\/d").encode())
    if not exchange.ok:
        what = f"{exchange.answer} to a surrogate pair and an escaped slash"
        yield Finding(plain.answer, what, (control, plain, exchange))
    elif not any(reflected(operation, location.body("a/b \U0001f600"), plain)):
        yield from reflected(operation, wanted, exchange)


@requirement(
    "update.json.malformed",
    Level.MUST,
    basis="rfc-def",
    source="RFC 5789 §2.2; RFC 9110 §15.3 (2xx says understood); RFC 8259 §2",
    of=Convention.JSON,
    vary="any 4xx; the connection closed; broken JSON mended, or XML and forms read by their looks, and really applied",
    phase=Phase.HOSTILE,
)
@also(
    "create.json.malformed",
    "A creation whose body cannot be understood must not be answered 2xx, unless the object that it describes is "
    "really there.",
    sent="JSON that breaks off, a bare word, random octets, XML and a form, each labelled as JSON.",
    fix="Answer 400 to what can't be parsed. An empty object in place of a parse error makes it a 201.",
)
def test_what_cannot_be_understood_is_not_said_to_be_done(operation: WriteDriver) -> Findings:
    """A body that can't be understood must not be answered 2xx, unless its effect is really there.

    Sent: JSON that breaks off, a bare word, random octets, XML and a form, each labelled as JSON. What is labelled as
    another format, `req.ct.unsupported` judges. One that gets no answer at all, with the connection kept, is a warning.

    Fix: Answer 400 to what can't be parsed. An empty object in place of a parse error makes it a 200.
    """
    operation.change(operation.bodies.small())
    name = operation.bodies.markers[0]

    def attempt(note: str, spell: str | bytes) -> Attempt:
        value = str(operation.values.fresh(operation.model.type.properties[name].type))
        octets = spell if isinstance(spell, bytes) else spell.format(name=name, value=value).encode()
        return Attempt(note, octets, {"Content-Type": "application/json"}, marker=value)

    attempts = [
        attempt("a name without an end", '{{"{name}'),
        attempt("a value without an end", '{{"{name}":"{value}'),
        attempt("a word", "hello"),
        attempt("random octets", NOISE),
        attempt("XML labelled as JSON", "<a><{name}>{value}</{name}></a>"),
        attempt("a form labelled as JSON", "{name}={value}"),
    ]
    for trial in operation.watch.each_hostile(attempts):
        yield from misunderstood(operation, trial)
        if trial.exchange.hung and not operation.client.expired:
            what = f"{trial.exchange.answer} to {trial.attempt.note}"
            yield Finding("4xx, or the connection closed", what, (trial.exchange,), Severity.WARN)


@requirement(
    "update.json.lenient",
    Level.INFO,
    basis="rfc",
    source="RFC 8259 §9 (parsers may accept extensions), §8.1 (may ignore a byte order mark)",
    of=Convention.JSON,
    vary="accepted or refused, each",
    phase=Phase.HOSTILE,
)
@also(
    "create.json.lenient",
    "A creation whose JSON has extensions or a leading byte order mark is accepted or refused, and is no failure of "
    "the server.",
    fix="Take them or refuse them with 400; only a crash or an object with half of what was sent is wrong.",
)
def test_extensions_of_json_are_taken_or_refused(operation: WriteDriver) -> Findings:
    """Extensions of JSON and a leading byte order mark are accepted or rejected, and never cause a server error.

    Sent: A trailing comma, a comment, single quotes, NaN, a missing brace, a byte order mark.

    Fix: Take them or refuse them with 400; only a crash or a half-applied body is wrong.
    """
    operation.change(operation.bodies.small())
    name = operation.bodies.markers[0]
    kind = operation.model.type.properties[name].type
    spellings = {
        "a trailing comma": "{{{n}:{v},}}",
        "a comment": "{{{n}:{v}/* note */}}",
        "single quotes": "{{'{bare}':{quoted}}}",
        "NaN": "{{{n}:NaN}}",
        "no final brace": "{{{n}:{v}",
        "a byte order mark": "\ufeff{{{n}:{v}}}",
    }

    values: dict[str, Json] = {}

    def attempts() -> Iterator[Attempt]:
        for note, spell in spellings.items():
            value = values[note] = operation.values.fresh(kind)
            spelled = json.dumps(value)
            text = spell.format(n=json.dumps(name), bare=name, v=spelled, quoted=spelled.replace('"', "'"))
            yield Attempt(note, text.encode(), marker=None if note == "NaN" else value)

    for trial in operation.watch.each_hostile(attempts()):
        note = trial.attempt.note
        mend(operation, trial.exchange, {name: values[note]})
        if trial.exchange.status >= 500 or trial.exchange.response is None:
            yield Finding("2xx or 4xx", f"{trial.exchange.answer} to {note}", (trial.exchange,))
        elif trial.attempt.marker is not None:
            yield from misunderstood(operation, trial)


@requirement(
    "update.json.nonobject",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="Page, Request body (an object); OData JSON 4.01, message body; Graph API guidelines",
    of=Convention.DOCUMENT,
    vary="415, 422; null and [] without an effect are a warning",
    phase=Phase.SPOILING,
)
@also(
    "create.json.nonobject",
    "A creation should be refused if its body is an array, a string, a number, a literal or null.",
)
def test_a_body_that_is_no_object_is_refused(operation: WriteDriver) -> Findings:
    """A body that is an array, a string, a number, true, false or null should be rejected.

    Sent: An array, a string, a number, `true` and `null` as the whole body.

    Fix: Check that the root is an object before reading members from it, and answer 400 otherwise.
    """
    operation.change(operation.bodies.small())
    bodies = {"an array": b"[]", "a string": b'"x"', "a number": b"5", "true": b"true", "null": b"null"}
    for trial in operation.watch.each_hostile(Attempt(note, octets) for note, octets in bodies.items()):
        note, exchange = trial.attempt.note, trial.exchange
        mend(operation, exchange, SPREAD)
        if exchange.refused:
            continue
        harmless = exchange.ok and not trial.effects and note in {"null", "an array"}
        grade = Severity.WARN if harmless else Severity.FAIL
        yield Finding("400", f"{exchange.answer} to {note} as the body", (exchange,), grade)


@requirement(
    "update.json.duplicatekeys",
    Level.INFO,
    basis="rfc",
    source="RFC 8259 §4 (unpredictable)",
    of=Convention.JSON,
    vary="refused, the first or the last",
    phase=Phase.HOSTILE,
)
@also(
    "create.json.duplicatekeys",
    "A creation that names a member twice is refused, or the member has one value, the same in the answer and in the "
    "store.",
)
def test_a_name_that_occurs_twice_has_one_outcome(operation: WriteDriver) -> Findings:
    """A member that occurs twice is rejected or has one value, the same in the answer and in the store.

    Sent: A body that names one property twice with different values.

    Fix: Decide by one parse: if validation and storage parse separately, they may see different values.
    """
    operation.bodies.needs_partial()
    name = operation.bodies.markers[0]
    kind = operation.model.type.properties[name].type
    first, last = operation.values.fresh(kind), operation.values.fresh(kind)
    spelled = jsontext.dump(operation.own.complete({name: first}))[:-1] + b"," + jsontext.dump({name: last})[1:]
    (trial,) = operation.watch.attempt([Attempt("a name that occurs twice", spelled)], hostile=True)
    exchange = trial.exchange
    if not exchange.ok:
        if not exchange.refused:
            yield Finding("2xx or 4xx", f"{exchange.answer} to a name that occurs twice", (exchange,))
        return
    answered = exchange.object
    changes = [effect.difference for effect in trial.effects]
    stored = [change.actual for change in changes if change.path == name]
    stored += [
        change.actual[name] for change in changes if isinstance(change.actual, Mapping) and name in change.actual
    ]
    if answered is None or not stored or not operation.observe.persists:
        return
    shown = answered.get(name)
    if list(operation.model.compare({name: shown}, {name: stored[0]})):
        what = f"{short(shown)} in the answer and {short(stored[0])} in the store"
        yield Finding(f"one value of {name}", what, trial.effects[0].evidence)


@requirement(
    "update.json.encoding",
    Level.SHOULD,
    basis="rfc",
    source="RFC 8259 §8.1, §8.2; OData JSON 4.01 (character set)",
    of=Convention.JSON,
    vary="400, 415, 422; U+FFFD in place of what can't be read is a note",
    phase=Phase.HOSTILE,
)
@also(
    "create.json.encoding",
    "A creation should not garble text: invalid UTF-8 is refused, UTF-16 decoded or refused, half surrogates and NUL "
    "kept or refused.",
)
def test_other_encodings_are_decoded_or_refused(operation: WriteDriver) -> Findings:
    """No text should be garbled: reject invalid UTF-8, decode or reject UTF-16, keep or reject half surrogates and NUL.

    Sent: Octets that are no UTF-8, UTF-16 with its label, half a surrogate pair, NUL.

    Fix: Decode strictly and answer 400; a decoder that replaces or drops octets stores something nobody sent.
    """
    operation.bodies.needs_partial()
    location = text_places(operation)[0]
    plain, wide = operation.values.guid(), operation.values.guid()
    sixteen = {"Content-Type": "application/json; charset=utf-16"}
    spellings: tuple[tuple[str, bytes, Mapping[str, str], str | None], ...] = (
        ("octets that are no UTF-8", _spelled(operation, location, b'"a\xff\xfeb"'), {}, None),
        ("UTF-16", _spelled(operation, location, b'"%s"' % wide.encode()).decode().encode("utf-16"), sixteen, wide),
        ("half a surrogate pair", _spelled(operation, location, b'"\\ud800"'), {}, "\ud800"),
        ("NUL", _spelled(operation, location, b'"a\\u0000b"'), {}, "a\0b"),
    )
    for note, octets, headers, meant in spellings:
        operation.change(location.body(plain))
        (trial,) = operation.watch.attempt([Attempt(note, octets, headers)], hostile=True)
        exchange = trial.exchange
        if exchange.status >= 500 or exchange.response is None:
            yield Finding("2xx or 4xx", f"{exchange.answer} to {note}", (exchange,))
        shown = location.value(exchange.object) if exchange.ok else None
        if not isinstance(shown, str) or shown in {plain, meant}:
            continue
        grade = Severity.NOTE if "\ufffd" in shown else Severity.FAIL
        what = f"{location.name} = {short(shown)} after {note}"
        yield Finding(f"4xx, or {location.name} as it was sent", what, (exchange,), grade, place=location.path[0])
    operation.change(location.body(plain))


def _spelled(operation: WriteDriver, location: Location, octets: bytes) -> bytes:
    """A body with octets for a value, and with what the target can't do without."""
    return jsontext.dump(operation.own.complete(location.body("@@"))).replace(b'"@@"', octets)
