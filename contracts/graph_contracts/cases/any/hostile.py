"""Inputs at the limits, and whether the documented operation outlives them and everything else that was hostile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph_contracts.cases.values import text_places
from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.deaths import deaths_to_tell, described, told
from graph_contracts.operations.knowledge import Outage
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.settable_locations import open_locations
from graph_contracts.operations.spare_objects import SPREAD, mend
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import (
    Convention,
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

DEPTH = 10_000
BAG = "suiteDeep"
LARGE = 16 * 1024 * 1024 - 1024
"""Characters of a long string: more than most servers take in one body."""
LIMITED = ".json.limits"
LIMITS = frozenset({503, 507})
"""What a server may answer, beside any 4xx, to more than it takes."""
PATIENCE = 90.0
"""Seconds for a large body: a slow line is no hang."""


@requirement(
    "update.json.limits",
    Level.SHOULD,
    basis="rfc",
    source="RFC 8259 §9 (limits are allowed); RFC 9110 §15.5.14; Graph, errors (413)",
    of=Convention.JSON,
    vary="400, 413, 422, 431, 503, 507; the connection closed early",
    phase=Phase.DEEPEST,
)
@also(
    "create.json.limits",
    "A creation with 10,000-fold nesting or a very large body should be accepted exactly or refused, without a hang "
    "or a failure of the server.",
    sent=(
        "Creations with 10,000-fold nesting at the root and in values, and with a body of many megabytes: last of all."
    ),
)
def test_deep_and_large_bodies_are_taken_or_refused(operation: WriteDriver) -> Findings:
    """10,000 levels of nesting and a very large body should be accepted exactly or rejected, without a hang or crash.

    Sent: 10,000-fold nesting at the root and in values, and a body of many megabytes: last of all, and to an object
    that the run makes for them, where it can make one. What a server keeps of it and can't show is overwritten.

    Fix: Set limits for depth and size, and answer 400 or 413 when they are passed.
    """
    if (culprit := _spoiled(operation)) is not None:
        raise Inconclusive(f"what {culprit.request.method} {culprit.request.url} was sent is not sent again", culprit)
    operation.change(operation.bodies.small())
    for note, body, undo in _nested(operation):
        (trial,) = operation.watch.attempt([Attempt(note, body)], hostile=True)
        exchange = trial.exchange
        mend(operation, exchange, undo)
        yield from _handled(operation, exchange, note)
        if exchange.ok and note.endswith("an open value"):
            yield from _kept_deep(exchange)
        if any(outage.culprit is exchange for outage in _lasting(operation)):
            return  # a server that keeps this nesting keeps the next as well
    if operation.documented.alias == 0:  # once is enough for so many octets
        yield from _large(operation)


def _lasting(operation: OperationUnderTest) -> Iterator[Outage]:
    """The inputs of this requirement after which the operation no longer worked."""
    for outage in operation.log.outages:
        if not outage.recovered and outage.culprit.requirement.endswith(LIMITED):
            yield outage


def _spoiled(operation: WriteDriver) -> Exchange | None:
    """The input of this requirement that did harm through another path or operation on the same resource."""
    beside = [operation.primary_path, *operation.further, *operation.siblings.values()]
    others = (each for each in beside if each is not None and each is not operation)
    return next((outage.culprit for each in others for outage in _lasting(each)), None)


def _nested(operation: WriteDriver) -> Iterator[tuple[str, bytes, JsonMapping]]:
    """Nesting where a server that keeps anything can be rid of it: what it is, the body, and what takes it back."""
    arrays = b"[" * DEPTH + b"]" * DEPTH
    yield f"{DEPTH}-fold nesting at the root", arrays, SPREAD
    if not operation.bodies.partial.ok:
        return
    name = operation.bodies.markers[0]
    yield f"{DEPTH}-fold nesting in place of a plain value", _spelled({name: "@@"}, arrays), operation.bodies.mark()
    for location in open_locations(operation)[:1]:
        yield (
            f"{DEPTH}-fold nesting in an open value",
            _spelled(location.body({BAG: "@@"}), arrays),
            location.body({BAG: None}),
        )


def _spelled(body: JsonObject, octets: bytes) -> bytes:
    return jsontext.dump(body).replace(b'"@@"', octets)


def _handled(operation: WriteDriver, exchange: Exchange, note: str) -> Findings:
    """What is wrong where a body was neither taken nor refused nor the connection closed on it."""
    if exchange.response is None:
        if exchange.hung:
            yield Finding("2xx, 4xx or the connection closed", f"{exchange.answer} to {note}", (exchange,))
    elif not (exchange.ok or exchange.refused or exchange.status in LIMITS):
        yield Finding("2xx or 4xx", f"{exchange.answer} to {note}", (exchange,))
    for outage in operation.log.outages:
        if outage.culprit.index == exchange.index:
            what = f"{outage.after.answer} to the update after {note}"
            yield Finding("the next update answered", what, (exchange, outage.after))


def _kept_deep(exchange: Exchange) -> Findings:
    """Whether an answer shows the nesting with fewer levels than were sent; it need not show it at all."""
    body = re.sub(rb"\s+", b"", exchange.response.body if exchange.response else b"")
    shown = re.search(rb'"%s":(\[+)' % BAG.encode(), body)
    if shown and len(shown[1]) != DEPTH:
        yield Finding(f"{DEPTH} levels", f"{exchange.answer} with {len(shown[1])} levels", (exchange,))


def _large(operation: WriteDriver) -> Findings:
    """A string of many characters, removed again at once where it was accepted."""
    try:
        location = text_places(operation)[-1]
    except NotApplicable:
        return
    if not operation.bodies.partial.ok:
        return
    text = "x" * LARGE
    # on a connection of its own: a server may close it while it is still being sent to
    patience = max(PATIENCE, operation.client.connection.limits.timeout)
    octets = jsontext.dump(operation.own.complete(location.body(text)))
    exchange = operation.patch(octets, fresh=True, timeout=patience)
    shown = location.value(exchange.object) if exchange.ok else None
    if exchange.ok:
        operation.patch(location.body("x"))
    operation.watch.check_alive(exchange)
    yield from _handled(operation, exchange, f"a body of {LARGE:,} octets")
    if isinstance(shown, str) and shown != text and shown.startswith("xx"):
        yield Finding(f"{LARGE} characters", f"{exchange.answer} with {len(shown)} characters", (exchange,))


@requirement(
    "update.robust.alive",
    Level.MUST,
    basis="page⇒",
    source="Page, Response (the contract keeps holding)",
    vary="429 and 503; the connection closed; a 5xx that is over within 30 s, with the process alive, is a note",
    phase=Phase.EVERY_RESPONSE,
)
@also(
    "create.robust.alive",
    "After each hostile input, creations must still work.",
    sent="No request of its own: after each hostile input, a plain creation shows whether the server still works.",
)
def test_the_operation_outlives_hostile_input(operation: WriteDriver) -> Findings:
    """The documented update must still work after each hostile input.

    Sent: No own request: after each hostile input, a plain update shows whether the server still works, and a read
    of the object where the answer to that shows none.

    Fix: Catch errors per request, at the outermost handler; none may end the process or poison a pool.
    """
    deaths = [*deaths_to_tell(operation)]
    if not (deaths or operation.log.hostile):
        raise Inconclusive("no hostile input was sent")
    for death in deaths:
        yield Finding("the server survives it", told(death), (death.culprit, death.refused), replay=(death.culprit,))
    for outage in operation.log.outages:
        if outage.recovered and outage.after.throttled:
            continue
        grade = Severity.NOTE if outage.recovered else Severity.FAIL
        since = f"for {outage.seconds:.0f} s after" if outage.seconds >= 1 else "after"
        tried = "a read of the object" if outage.after.request.method == "GET" else "a plain update"
        what = f"{outage.after.answer} to {tried} {since} {described(outage.culprit)}"
        yield Finding("the update still works", what, (outage.culprit, outage.after), grade)
