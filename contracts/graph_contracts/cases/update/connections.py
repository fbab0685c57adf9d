"""Framing of answers on a connection that is kept (RFC 9112)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from graph_contracts.cases.values import reflected, text_places
from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.http.head_fields import unsound
from graph_contracts.http.raw import UNREAD
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, NotApplicable, Severity, requirement

OUT_OF_STEP = "not HTTP"
RESET = ("reset", "aborted")
"""A server that closes with octets unread may lose the end of its answer on the way (RFC 9112 §9.6)."""
LIMITS_OF_OURS = ("the body is longer than", "inflates to more than", UNREAD)


@requirement(
    "update.resp.framing",
    Level.MUST,
    basis="rfc",
    source="RFC 9112 §5, §6, §9.3; RFC 9110 §5.3, §5.5, §8.4, §8.6",
    vary="Connection: close at any time; chunked; trailers; HTTP/1.0",
)
def test_answers_on_one_connection_stay_in_step(update: UpdateDriver) -> Findings:
    """Every answer must have the length and coding that it declares, and answer its own request on a kept connection.

    Sent: Several updates and an error on one kept connection, one that accepts gzip; the framing of every answer of
    the run is checked.

    Fix: Count Content-Length in octets after encoding, set it once, and read or discard a request's body before
    answering on a kept connection.
    """
    try:
        last = update.bodies.small()
    except Inconclusive:
        yield from _no_http(update)
        raise
    nowhere = f"{update.path()}/suite-no-such-segment"
    with update.wire.line() as ask:
        for where, body, path in (
            ("an update", _wide(update), None),
            ("an error", update.bodies.full(), nowhere),
            ("the update after it", last, None),
        ):
            exchange, kept = _asked(update, ask, body, path)
            if (found := _unsound(exchange, where)) is not None:
                yield found
                return
            if exchange.response is None and path is None:
                raise Inconclusive(f"no answer to {where} on a connection of its own: {exchange.error}", exchange)
    if kept and exchange.refused:
        octets = jsontext.dump(last)
        again = update.wire.send(*update.wire.octets(octets, {"Content-Length": str(len(octets))}))
        if again.ok:
            what = f"{exchange.answer} to a good update that followed an error on the same connection"
            yield Finding("2xx", what, (exchange, again))
    elif kept and exchange.status == 200:
        other = list(_otherwise(update, last, exchange))
        # a server that shows other values wherever it is asked is not out of step
        if other and not list(_otherwise(update, last, update.patch(last, fresh=True))):
            yield from other


def _unsound(exchange: Exchange, where: str) -> Finding | None:
    """What is wrong with an answer as a message."""
    response = exchange.response
    if response is None:
        wrong = OUT_OF_STEP in exchange.error
        return Finding(f"an answer to {where}", exchange.answer, (exchange,)) if wrong else None
    if response.broken and not any(word in response.broken for word in RESET):
        return Finding(f"a valid HTTP message in answer to {where}", response.broken, (exchange,))
    problem = next(unsound(response), "")
    return Finding(f"a valid HTTP head in answer to {where}", problem, (exchange,)) if problem else None


def _no_http(operation: WriteDriver) -> Findings:
    """Whether what comes in answer to a body with every property is no HTTP."""
    octets = jsontext.dump(operation.bodies.first(operation.bodies.writable))
    exchange = operation.wire.send(*operation.wire.octets(octets, {"Content-Length": str(len(octets))}))
    if OUT_OF_STEP in exchange.error:
        yield Finding("an answer in HTTP", exchange.answer, (exchange,))


def _otherwise(operation: WriteDriver, body: JsonMapping, exchange: Exchange) -> Findings:
    return (finding for finding in reflected(operation, body, exchange) if finding.at_most is Severity.FAIL)


def _asked(
    operation: WriteDriver,
    ask: Callable[[bytes, Request], tuple[Exchange, bool]],
    body: JsonMapping,
    path: str | None,
) -> tuple[Exchange, bool]:
    octets = jsontext.dump(body)
    wire = operation.wire.octets(octets, {"Content-Length": str(len(octets))}, path=path, close=False)
    exchange, kept = ask(*wire)
    if exchange.response is None and OUT_OF_STEP not in exchange.error:
        # a server may close a kept connection at any time: then the request is sent again
        exchange, kept = ask(*wire)
    return exchange, kept


def _wide(operation: WriteDriver) -> JsonObject:
    """A body with more octets than characters, where the target takes one."""
    if operation.bodies.partial.ok:
        with suppress(NotApplicable):
            for location in text_places(operation):
                body = location.body("naïve 漢字 \U0001f600")
                if operation.patch(body).ok:
                    return body
    return operation.bodies.small()


@requirement(
    "update.resp.framing",
    Level.MUST,
    basis="rfc",
    source="RFC 9112 §5, §6, §9.3; RFC 9110 §5.3, §5.5, §8.4, §8.6",
    vary="no coding at all",
)
def test_a_coding_that_was_asked_for_decodes(update: UpdateDriver) -> Findings:
    """Where a client accepts gzip, the answer is either plain or really gzip."""
    exchange = update.patch(update.bodies.small(), headers={"Accept-Encoding": "gzip"})
    broken = exchange.response.broken if exchange.response else ""
    if broken and not any(words in broken for words in LIMITS_OF_OURS):
        yield Finding("an answer that decodes", f"{exchange.answer}: {broken}", (exchange,))
