"""How fast requests are answered."""

from __future__ import annotations

from statistics import median

from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Finding, Findings, Level, NotApplicable, Phase, also, requirement

ENOUGH = 20
"""Updates whose latency says something."""
FEW = 8
"""How many of them are sent where the run has made none."""
LONG = 65_536


@requirement(
    "update.resp.latency",
    Level.INFO,
    basis="graph",
    source="Graph guidelines (deprecated edition) §14.4.1",
    vary="cold starts, distance",
    phase=Phase.EVERY_RESPONSE,
)
@also(
    "read.resp.latency",
    "Half of all reads are answered within one second, and 99% within five.",
    sent="A few reads, if the run has made too few; all accepted ones are timed.",
    fix="Look for work that every read waits for: cold pools, synchronous fan-out, locks.",
)
@also(
    "list.resp.latency",
    "Half of all list requests are answered within one second, and 99% within five.",
    sent="A few list requests, if the run has made too few; all accepted ones are timed.",
    fix="Look for work that every list request waits for: cold pools, synchronous fan-out, locks.",
)
@also(
    "create.resp.latency",
    "Half of all creations are answered within one second, and 99% within five.",
    sent="A few creations, if the run has made too few; all accepted ones are timed.",
    fix="Look for work that every creation waits for: cold pools, synchronous fan-out, locks.",
)
@also(
    "delete.resp.latency",
    "Half of all deletions are answered within one second, and 99% within five.",
    sent="A few deletions, if the run has made too few; all accepted ones are timed.",
    fix="Look for work that every deletion waits for: cold pools, synchronous fan-out, locks.",
)
def test_updates_are_answered_promptly(operation: OperationUnderTest) -> Findings:
    """Half of all updates are answered within one second, and 99% within five.

    Sent: A few small updates, if the run has made too few; all accepted ones are timed.

    Fix: Look for work that every update waits for: cold pools, synchronous fan-out, locks.
    """
    while len(_latencies(operation)) < FEW and operation.client.dead is None and not operation.client.expired:
        if not operation.ask().ok:
            break
    taken = sorted(_latencies(operation))
    if not taken:
        raise NotApplicable("no update of this run was accepted")
    slowest = taken[min(len(taken) - 1, int(len(taken) * 0.99))] if len(taken) >= ENOUGH else 0.0
    if median(taken) >= 1:
        yield Finding("a median below 1 s", f"{median(taken):.2f} s over {len(taken)} updates")
    if slowest >= 5:
        yield Finding("99 of 100 below 5 s", f"{slowest:.2f} s over {len(taken)} updates")


def _latencies(operation: OperationUnderTest) -> list[float]:
    return [
        exchange.seconds
        for exchange in operation.traffic()
        if exchange.request.method == operation.documented.method
        and exchange.ok
        and exchange.request.wire is None
        and ".conc." not in exchange.requirement
        and len(exchange.request.body) < LONG
    ]
