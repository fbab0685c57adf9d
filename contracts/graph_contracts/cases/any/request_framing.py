"""Framing of requests: where a body ends (RFC 9112)."""

from __future__ import annotations

from contextlib import suppress

from graph_contracts.cases.values import finding_of, reflected
from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.attempts import Attempt, Fields
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, Phase, Severity, also, requirement

CHUNK = 7
CUT = 5
MISSING = 20
PATIENCE = 3.0
"""Seconds that a server gets to answer a request whose end never comes."""


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
def test_a_chunked_body_is_read_like_any_other(operation: WriteDriver) -> Findings:
    """A body in chunked transfer coding must be understood like one with a Content-Length.

    Sent: An update whose body comes in chunks of a few octets, over a raw connection.

    Fix: Read the body through the server's own stream instead of trusting Content-Length; enable chunked requests
    at the proxy.
    """
    body = operation.bodies.small()
    octets = jsontext.dump(body)
    pieces = [octets[at : at + CHUNK] for at in range(0, len(octets), CHUNK)]
    coded = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    exchange = operation.wire.send(*operation.wire.octets(coded, {"Transfer-Encoding": "chunked"}))
    if exchange.status == 411:
        return
    if exchange.ok:
        yield from shown(operation, body, exchange)
        return
    _control(operation)
    grade = Severity.WARN if exchange.status == 501 else Severity.FAIL
    yield Finding("2xx, as for the same body with a Content-Length, or 411", exchange.answer, (exchange,), grade)


def _control(operation: WriteDriver) -> None:
    """The same way of sending with nothing odd about it.

    Raises:
        Inconclusive: that is not accepted either.
    """
    body = operation.bodies.small()
    octets = jsontext.dump(body)
    exchange = operation.wire.send(*operation.wire.octets(octets, {"Content-Length": str(len(octets))}))
    if not exchange.ok:
        raise Inconclusive(f"a plain request on a connection of its own was answered {exchange.answer}", exchange)
    operation.pending.accepted(operation.key, body, operation.answer_type)


def shown(operation: WriteDriver, body: JsonMapping, exchange: Exchange) -> Findings:
    """What of an accepted body stands neither in the answer nor, as far as that can be seen, on the object."""
    found = list(reflected(operation, body, exchange))
    yield from found
    if any(finding.at_most is Severity.FAIL for finding in found):
        return
    with suppress(Inconclusive):
        left, seen = operation.observe.settle(body)
        for difference in left:
            yield finding_of(difference, exchange, seen)


def unmade(operation: WriteDriver, body: JsonMapping, exchange: Exchange) -> Findings:
    """A body was accepted and no later read shows its marker: what a server can't read, it may take for empty."""
    if not exchange.ok:
        return
    name = operation.bodies.markers[0]
    with suppress(Inconclusive):
        left, seen = operation.observe.settle({name: body[name]})
        for difference in left:
            yield finding_of(difference, exchange, seen)


def with_headers(operation: OperationUnderTest, headers: Fields) -> tuple[Exchange, Findings]:
    """The documented request with more header fields, and what shows that it was not performed though it was said."""
    if not isinstance(operation, WriteDriver):
        return operation.ask(headers=headers), iter(())
    body = operation.bodies.small()
    exchange = operation.patch(body, headers=headers)
    return exchange, unmade(operation, body, exchange)


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
def test_a_body_is_exactly_as_long_as_its_content_length(operation: WriteDriver) -> Findings:
    """A body must end where its Content-Length says, and a body that is shorter must not be applied.

    Sent: A body longer than its Content-Length and one that ends before it, over raw connections; the object is
    read afterwards.

    Fix: Parse exactly the announced octets, and discard a request whose body never arrived in full.
    """
    _control(operation)
    mark = operation.bodies.small()
    whole = jsontext.dump(mark)
    octets, _ = operation.wire.octets(whole, {"Content-Length": str(len(whole) - CUT)})
    (surplus,) = operation.watch.attempt([Attempt("octets beyond Content-Length", marker=_value(mark), wire=octets)])
    for effect in surplus.effects:
        what = f"{surplus.exchange.answer}, and {effect.difference}"
        yield Finding("4xx, and nothing applied of a body that Content-Length cuts short", what, effect.evidence)
    if surplus.exchange.ok and not surplus.effects:
        what = f"{surplus.exchange.answer} to JSON that Content-Length cuts short"
        yield Finding("4xx", what, (surplus.exchange,), Severity.WARN)
    mark = operation.bodies.small()
    begun = jsontext.dump(mark)[:-1]
    octets, _ = operation.wire.octets(begun, {"Content-Length": str(len(begun) + MISSING)})
    attempt = Attempt(
        "a body that ends early", marker=_value(mark), wire=octets, half_close=True, timeout=_patience(operation)
    )
    (broken,) = operation.watch.attempt([attempt])
    for effect in broken.effects:
        what = f"{broken.exchange.answer}, and {effect.difference}"
        yield Finding(f"nothing applied of a body that ends {MISSING} octets early", what, effect.evidence)


def _value(body: JsonMapping) -> Json:
    return list(body.values())[-1]


def _patience(operation: WriteDriver) -> float:
    usual = max((exchange.seconds for exchange in list(operation.traffic())[-20:]), default=0.0)
    return max(PATIENCE, 4 * usual)
