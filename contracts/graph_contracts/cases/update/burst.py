"""A burst of updates, sent only with --burst."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Convention, Finding, Findings, Level, Phase, requirement

BURST = 200


@requirement(
    "update.throttle.retryafter",
    Level.SHOULD,
    basis="graph",
    promoted=True,
    source="Graph, throttling; RFC 6585 §4",
    of=Convention.HTTP,
    vary="a front door's 503 without it",
    phase=Phase.HOSTILE,
)
def test_a_burst_is_served_or_throttled(update: UpdateDriver) -> Findings:
    """A burst of updates is served, or throttled with Retry-After."""
    if not update.options.burst:
        return
    body = update.bodies.mark() if update.bodies.partial.ok else update.bodies.full(1)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: update.patch(body, wait=False), range(BURST)))
    for exchange in answers:
        if not exchange.ok and not exchange.throttled:
            yield Finding("2xx, 429 or 503", f"{exchange.answer} in a burst of {BURST}", (exchange,))
            return
