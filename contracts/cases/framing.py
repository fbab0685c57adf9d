"""Framing: where a message begins and ends, in both directions (RFC 9112)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from contracts.cases.values import reflected, text_places, told
from contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    also,
    requirement,
)
from contracts.subject.subject import Attempt, Fields, Subject
from contracts.subject.update import Update
from contracts.target import jsontext
from contracts.target.exchange import Exchange, Request

CHUNK = 7
CUT = 5
MISSING = 20
PATIENCE = 3.0
"""Seconds that a server gets to answer a request whose end never comes."""
OUT_OF_STEP = "not HTTP"
LONG = 100_000
"""A longer request body may be left unread, with the same consequence."""
RESET = ("reset", "aborted")
"""A server that closes with octets unread may lose the end of its answer on the way (RFC 9112 §9.6)."""
LIMITS_OF_OURS = ("the body is longer than", "inflates to more than")


@requirement(
    "update.req.chunked",
    Level.MUST,
    basis="rfc",
    source="RFC 9112 §7.1 (recipients decode chunked); RFC 9110 §15.5.12",
    vary="411; 501 by a gateway is a warning",
)
@also(
    "create.req.chunked",
    "A creation with a body in chunked transfer coding must be understood like one with a Content-Length.",
    sent="A creation whose body comes in chunks of a few octets, over a raw connection.",
)
def test_a_chunked_body_is_read_like_any_other(update: Update) -> Findings:
    """A request body in chunked transfer coding is understood as if it had a Content-Length.

    Sent: An update whose body comes in chunks of a few octets, over a raw connection.

    Fix: Read the body through the server's own stream instead of trusting Content-Length; enable chunked requests
    at the proxy.
    """
    body = update.small()
    octets = jsontext.dump(body)
    pieces = [octets[at : at + CHUNK] for at in range(0, len(octets), CHUNK)]
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    exchange = update.send_wire(*update.wire(coded, {"Transfer-Encoding": "chunked"}))
    if exchange.status == 411:
        return
    if exchange.ok:
        yield from shown(update, body, exchange)
        return
    _control(update)
    grade = Severity.WARN if exchange.status == 501 else Severity.FAIL
    yield Finding("2xx as for the same body with a Content-Length, or 411", exchange.answer, (exchange,), grade)


def _control(update: Update) -> None:
    """The same way of sending with nothing odd about it.

    Raises:
        Inconclusive: that is not accepted either.
    """
    body = update.small()
    octets = jsontext.dump(body)
    exchange = update.send_wire(*update.wire(octets, {"Content-Length": str(len(octets))}))
    if not exchange.ok:
        raise Inconclusive(f"a plain request on a connection of its own was answered {exchange.answer}", exchange)
    update.due.accepted(update.key, body, update.shape)


def shown(update: Update, body: Mapping[str, Any], exchange: Exchange) -> Findings:
    """What of an accepted body stands neither in the answer nor, as far as that can be seen, on the object."""
    found = list(reflected(update, body, exchange))
    yield from found
    if any(finding.at_most is Severity.FAIL for finding in found):
        return
    with suppress(Inconclusive):
        left, seen = update.settle(body)
        for difference in left:
            yield told(difference, exchange, seen)


def unmade(update: Update, body: Mapping[str, Any], exchange: Exchange) -> Findings:
    """A body was accepted and no later read shows its marker: what a server can't read, it may take for empty."""
    if not exchange.ok:
        return
    name = update.markers[0]
    with suppress(Inconclusive):
        left, seen = update.settle({name: body[name]})
        for difference in left:
            yield told(difference, exchange, seen)


def with_headers(subject: Subject, headers: Fields) -> tuple[Exchange, Findings]:
    """The documented request with more header fields, and what shows that it was not performed though it was said."""
    if not isinstance(subject, Update):
        return subject.ask(headers=headers), iter(())
    body = subject.small()
    exchange = subject.patch(body, headers=headers)
    return exchange, unmade(subject, body, exchange)


@requirement(
    "update.req.contentlength",
    Level.MUST,
    basis="rfc",
    source="RFC 9112 §6.3, §8; RFC 5789 §2",
    vary="400, 408, or the connection closed without an answer; 5xx by a proxy to a request that breaks off",
    phase=Phase.NEGATIVE,
)
@also(
    "create.req.contentlength",
    "The body of a creation must end where its Content-Length says, and a creation whose body is shorter must not be "
    "performed.",
    sent=(
        "A body longer than its Content-Length and one that ends before it, over raw connections; the collection is "
        "listed before and after."
    ),
)
def test_a_body_is_exactly_as_long_as_its_content_length(update: Update) -> Findings:
    """Octets beyond Content-Length don't belong to the body, and a body that falls short of it is not applied.

    Sent: A body longer than its Content-Length and one that ends before it, over raw connections; the object is
    read afterwards.

    Fix: Parse exactly the announced octets, and discard a request whose body never arrived in full.
    """
    _control(update)
    mark = update.small()
    whole = jsontext.dump(mark)
    octets, _ = update.wire(whole, {"Content-Length": str(len(whole) - CUT)})
    (surplus,) = update.attempt([Attempt("octets beyond Content-Length", marker=_value(mark), wire=octets)])
    for effect in surplus.effects:
        what = f"{surplus.exchange.answer}, and {effect.difference}"
        yield Finding("4xx, and nothing applied of a body that Content-Length cuts short", what, (surplus.exchange,))
    if surplus.exchange.ok and not surplus.effects:
        what = f"{surplus.exchange.answer} to JSON that Content-Length cuts short"
        yield Finding("4xx", what, (surplus.exchange,), Severity.WARN)
    mark = update.small()
    begun = jsontext.dump(mark)[:-1]
    octets, _ = update.wire(begun, {"Content-Length": str(len(begun) + MISSING)})
    attempt = Attempt(
        "a body that ends early", marker=_value(mark), wire=octets, half_close=True, timeout=_patience(update)
    )
    (broken,) = update.attempt([attempt])
    for effect in broken.effects:
        what = f"{broken.exchange.answer}, and {effect.difference}"
        yield Finding(f"nothing applied of a body that ends {MISSING} octets early", what, (broken.exchange,))


def _value(body: Mapping[str, Any]) -> Any:
    return list(body.values())[-1]


def _patience(update: Update) -> float:
    usual = max((exchange.seconds for exchange in list(update.traffic())[-20:]), default=0.0)
    return max(PATIENCE, 4 * usual)


@requirement(
    "update.resp.framing",
    Level.MUST,
    basis="rfc",
    source="RFC 9112 §6, §9.3; RFC 9110 §8.4, §8.6",
    vary="Connection: close at any time; chunked; trailers; HTTP/1.0",
)
def test_answers_on_one_connection_stay_in_step(update: Update) -> Findings:
    """Answers are framed soundly: lengths are true, codings decode, and on a kept connection each answer is that of
    its own request, also after an error to a request whose body was left unread.

    Sent: Several updates and an error on one kept connection, one that accepts gzip; the framing of every answer of
    the run is checked.

    Fix: Count Content-Length in octets after encoding, set it once, and read or discard a request's body before
    answering on a kept connection.
    """
    last = update.small()
    nowhere = f"{update.path()}/suite-no-such-segment"
    with update.line() as ask:
        for where, body, path in (
            ("an update", _wide(update), None),
            ("an error", update.full(), nowhere),
            ("the update after it", last, None),
        ):
            exchange, kept = _asked(update, ask, body, path)
            if exchange.response is None:
                if OUT_OF_STEP in exchange.error:
                    yield Finding(f"an answer to {where}", exchange.answer, (exchange,))
                    return
                if path is None:
                    raise Inconclusive(f"no answer to {where} on a connection of its own: {exchange.error}", exchange)
            elif exchange.response.broken and not any(word in exchange.response.broken for word in RESET):
                yield Finding(f"a sound message in answer to {where}", exchange.response.broken, (exchange,))
                return
    if kept and exchange.refused:
        octets = jsontext.dump(last)
        again = update.send_wire(*update.wire(octets, {"Content-Length": str(len(octets))}))
        if again.ok:
            what = f"{exchange.answer} to a good update that followed an error on the same connection"
            yield Finding("2xx", what, (exchange, again))
    elif kept and exchange.status == 200:
        other = list(_otherwise(update, last, exchange))
        # a server that shows other values wherever it is asked is not out of step
        if other and not list(_otherwise(update, last, update.patch(last, fresh=True))):
            yield from other


def _otherwise(update: Update, body: Mapping[str, Any], exchange: Exchange) -> Findings:
    return (finding for finding in reflected(update, body, exchange) if finding.at_most is Severity.FAIL)


def _asked(
    update: Update,
    ask: Callable[[bytes, Request], tuple[Exchange, bool]],
    body: Mapping[str, Any],
    path: str | None,
) -> tuple[Exchange, bool]:
    octets = jsontext.dump(body)
    wire = update.wire(octets, {"Content-Length": str(len(octets))}, path=path, close=False)
    exchange, kept = ask(*wire)
    if exchange.response is None and OUT_OF_STEP not in exchange.error:
        # a server may close a kept connection at any time: then the request is sent again
        exchange, kept = ask(*wire)
    return exchange, kept


def _wide(update: Update) -> dict[str, Any]:
    """A body with more octets than characters, where the target takes one."""
    if update.partial.ok:
        with suppress(NotApplicable):
            for spot in text_places(update):
                body = spot.body("naïve 漢字 \U0001f600")
                if update.patch(body).ok:
                    return body
    return update.small()


@requirement(
    "update.resp.framing",
    Level.MUST,
    basis="rfc",
    source="RFC 9112 §6, §9.3; RFC 9110 §8.4, §8.6",
    vary="no coding at all",
)
def test_a_coding_that_was_asked_for_decodes(update: Update) -> Findings:
    """Where a client accepts gzip, the answer is either plain or really gzip."""
    exchange = update.patch(update.small(), headers={"Accept-Encoding": "gzip"})
    broken = exchange.response.broken if exchange.response else ""
    if broken and not any(words in broken for words in LIMITS_OF_OURS):
        yield Finding("an answer that decodes", f"{exchange.answer}: {broken}", (exchange,))


@requirement(
    "update.resp.framing",
    Level.MUST,
    basis="rfc",
    source="RFC 9112 §6, §9.3; RFC 9110 §8.4, §8.6",
    each=lambda _, exchange: (
        exchange.status not in {204, 304} and exchange.request.wire is None and len(exchange.request.body) < LONG
    ),
)
@also(
    "read.resp.framing",
    "Every answer to a read must be complete and decode as its headers say.",
    sent="Nothing of its own: the length and the coding of every answer in the tests of reads are checked.",
)
@also(
    "list.resp.framing",
    "Every answer to a list request must be complete and decode as its headers say.",
    sent="Nothing of its own: the length and the coding of every answer in the tests of lists are checked.",
)
@also(
    "create.resp.framing",
    "Every answer to a creation must be complete and decode as its headers say.",
    sent="Nothing of its own: the length and the coding of every answer in the tests of creations are checked.",
)
@also(
    "delete.resp.framing",
    "Every answer to a deletion must be complete and decode as its headers say.",
    sent="Nothing of its own: the length and the coding of every answer in the tests of deletions are checked.",
)
def test_every_answer_is_as_long_as_it_says(update: Subject, exchange: Exchange) -> Findings:
    """Each answer of the run is complete and decodes as its headers say.

    Sent: Nothing of its own: the length and the coding of every answer are checked.

    Fix: Count Content-Length in octets after encoding, and set it once.
    """
    broken = exchange.response.broken if exchange.response else ""
    if broken and not any(words in broken for words in LIMITS_OF_OURS):
        yield Finding("a sound message", f"{exchange.answer}: {broken}", (exchange,))


@requirement(
    "update.resp.204empty",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §15.3.5, §8.6; RFC 9112 §6.1",
    vary="Content-Length: 0 is a warning: wrong, harmless and widespread",
    each=lambda _, exchange: exchange.status == 204,
)
@also(
    "create.resp.204empty",
    "A 204 to a creation must have no content, and neither Content-Length nor Transfer-Encoding.",
    sent="Nothing of its own: every 204 in the tests of creations is looked at.",
)
@also(
    "delete.resp.204empty",
    "A 204 to a deletion must have no content, and neither Content-Length nor Transfer-Encoding.",
    sent="Nothing of its own: every 204 in the tests of deletions is looked at.",
)
def test_no_204_says_that_it_has_content(update: Subject, exchange: Exchange) -> Findings:
    """A 204 has no content and neither Content-Length nor Transfer-Encoding.

    Sent: Where updates are answered 204: one of them again over a raw connection, to see what follows; every 204 of
    the run is looked at.

    Fix: Write no body and no length for 204.
    """
    yield from _emptiness(exchange)


def _emptiness(exchange: Exchange) -> Findings:
    response = exchange.response
    if response is None:
        return
    if response.broken or response.body:
        what = response.broken or f"{len(response.body)} octets of content"
        yield Finding("204 without content", f"204 with {what}", (exchange,))
    if response.header("Transfer-Encoding"):
        what = f"204 with Transfer-Encoding: {response.header('Transfer-Encoding')}"
        yield Finding("204 without Transfer-Encoding", what, (exchange,))
    length = response.header("Content-Length")
    if length is not None:
        grade = Severity.WARN if length.strip() == "0" else Severity.FAIL
        yield Finding("204 without Content-Length", f"204 with Content-Length: {length}", (exchange,), grade)


@requirement(
    "update.resp.204empty",
    Level.MUST,
    basis="rfc",
    source="RFC 9110 §15.3.5, §8.6; RFC 9112 §6.1",
    vary="Content-Length: 0 is a warning: wrong, harmless and widespread",
)
def test_nothing_follows_the_head_of_a_204(update: Update) -> Findings:
    """After the head of a 204 come no octets."""
    seen = next((e for e in update.traffic() if e.status == 204 and e.request.method == "PATCH" and e.entity), None)
    if seen is None:
        raise NotApplicable("no update of this run was answered 204")
    prefer = seen.sent("Prefer")
    octets = jsontext.dump(update.small())
    fields = {"Content-Length": str(len(octets)), **({"Prefer": prefer} if prefer else {})}
    exchange = update.send_wire(*update.wire(octets, fields))
    if exchange.status != 204:
        raise Inconclusive(
            f"the same request on a connection of its own was answered {exchange.answer}", seen, exchange
        )
    # `test_no_204_says_that_it_has_content` judges this one too; it is named here so that it is judged without that
    yield from _emptiness(exchange)
