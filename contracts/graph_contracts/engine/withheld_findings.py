"""Findings that say nothing of the target: of its throttling, of two of its lives, of waits that were cut short."""

from __future__ import annotations

from collections.abc import Sequence

from graph_contracts.http.exchange import Exchange
from graph_contracts.http.lifeline import Death
from graph_contracts.requirements import HARMFUL, Binding, Finding, Inconclusive, Phase, find


def without_throttling(binding: Binding, findings: list[Finding]) -> tuple[list[Finding], Inconclusive | None]:
    """The findings that aren't about a target that was asked too often, and the reason why nothing was found instead.

    Throttling that outlasts `--retries` is no failure of the product; what 429 and 503 must look like is judged by the
    requirements about every response.
    """
    if binding.each is not None or find(binding.requirement).area == "throttle":
        return findings, None
    kept = [finding for finding in findings if not _throttled(binding, finding)]
    if kept or not findings:
        return kept, None
    last = findings[-1].exchanges[-1]
    reason = f"the target was busy ({last.answer}) for longer than --retries waits: allow more, or lower --rate"
    return [], Inconclusive(reason, last)


def _throttled(binding: Binding, finding: Finding) -> bool:
    last = finding.exchanges[-1] if finding.exchanges else None
    if last is None or last.response is None or not last.throttled:
        return False
    # after an input that must be refused, a bare 503 may well be the server's own failure
    return binding.phase is Phase.POSITIVE or last.response.header("Retry-After") is not None


def without_curtailed(binding: Binding, findings: list[Finding]) -> tuple[list[Finding], Inconclusive | None]:
    """The findings that rest on no limit that was shortened, and the reason why none does instead.

    A slow server may be right. What the input that was waited for in full came to, its own case says.
    """
    if binding.phase is Phase.EVERY_RESPONSE:
        return findings, None
    kept = [finding for finding in findings if not any(exchange.curtailed for exchange in finding.exchanges)]
    if kept or not findings:
        return kept, None
    cut = next(exchange for exchange in findings[-1].exchanges if exchange.curtailed)
    return [], Inconclusive(cut.error, cut)


def of_one_life(
    binding: Binding, findings: list[Finding], deaths: Sequence[Death]
) -> tuple[list[Finding], Inconclusive | None]:
    """The findings that hold though the target was started again meanwhile, and the reason why none does instead.

    What a server keeps in its memory is lost then: what it showed before says nothing of what it must show after.
    """
    ends = [death.refused.index for death in deaths]

    def lost(exchange: Exchange) -> bool:
        """Whether a request got no answer since another had ended the target just before."""
        spans = ((death.culprit.index, death.refused.index) for death in deaths)
        return exchange.response is None and any(first < exchange.index <= last for first, last in spans)

    def holds(finding: Finding) -> bool:
        indexes = [exchange.index for exchange in finding.exchanges]
        if any(map(lost, finding.exchanges)):
            return binding.phase is Phase.EVERY_RESPONSE
        lives = {sum(index >= end for end in ends) for index in indexes}
        return lives <= {0} or (len(lives) == 1 and binding.phase in HARMFUL)

    kept = [finding for finding in findings if holds(finding)]
    if kept or not findings:
        return kept, None
    return [], Inconclusive("the target ended while this was judged, and was started again", deaths[0].refused)
