"""Generated bodies: what Schemathesis makes of the document, judged by the catalogue and not by its own opinions."""

from __future__ import annotations

from typing import Any

from contracts.cases.values import told
from contracts.contract import Kind
from contracts.requirements import Finding, Findings, Inconclusive, Level, Phase, Severity, requirement
from contracts.subject import generation
from contracts.subject.equality import Difference
from contracts.subject.update import Update
from contracts.target.exchange import Exchange


class _Found(Exception):  # noqa: N818 (carries a finding through Hypothesis)
    def __init__(self, requirement: str, finding: Finding) -> None:
        super().__init__(requirement)
        self.requirement = requirement
        self.finding = finding


@requirement(
    "update.value.reflects",
    Level.MUST,
    basis="page",
    source="Page, Response (“updated object”)",
    vary="canonical spellings of equal values",
    phase=Phase.GENERATED,
)
def test_generated_bodies_stand_in_the_answer_and_in_later_reads(update: Update) -> Findings:
    """Whatever valid body is accepted, its values stand in the response and in later reads."""
    from hypothesis import HealthCheck, given, seed, settings  # noqa: PLC0415 (not needed where this case isn't run)
    from hypothesis import Phase as Step  # noqa: PLC0415
    from hypothesis.errors import Flaky  # noqa: PLC0415

    update.needs_partial()
    names = tuple(name for name in update.baseline.names if name not in update.computed)
    strategy = generation.bodies(update.operation, update.type, names)

    shown: list[_Found] = []

    @seed(update.options.seed)
    @settings(
        max_examples=update.options.max_examples,
        database=None,
        deadline=None,
        phases=(Step.generate, Step.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(strategy)
    def explore(body: Any) -> None:
        if update.client.expired or update.dead is not None:
            return
        exchange = update.patch(body)
        if not exchange.ok:
            return  # a server may refuse what its business rules don't allow: that narrows, it is no fault
        for difference, *seen in _differences(update, body, exchange):
            if difference.severity is Severity.FAIL:
                shown.append(_Found(_broken(difference, stored=len(seen) > 1), told(difference, *seen)))
                raise shown[-1]

    try:
        explore()
    except (_Found, Flaky):
        # a server that fails by chance fails all the same: the last, shortest example that showed it counts
        found = shown[-1]
        if found.requirement == "update.value.reflects":
            yield found.finding
        else:
            update.log.asides.setdefault(found.requirement, []).append(found.finding)


def _differences(update: Update, body: dict[str, Any], exchange: Exchange) -> list[tuple[Any, ...]]:
    answered = exchange.object
    found: list[tuple[Any, ...]] = []
    if exchange.status == 200 and answered is not None:
        found = [(difference, exchange) for difference in update.compare(body, answered)]
    if any(difference.severity is Severity.FAIL for difference, _ in found):
        return found
    try:
        left, seen = update.settle(body)
    except Inconclusive:
        return found
    return [*found, *((difference, exchange, seen) for difference in left)]


def _broken(difference: Difference, *, stored: bool) -> str:
    """The requirement that a difference breaks."""
    if difference.kind is Kind.STRING and isinstance(difference.expected, str) and isinstance(difference.actual, str):
        return "update.value.literal" if difference.expected.isascii() else "update.value.unicode"
    if difference.kind is Kind.DATETIMEOFFSET and difference.actual is not None:
        return "update.value.dto.instant"
    return "update.persist.read" if stored else "update.value.reflects"
