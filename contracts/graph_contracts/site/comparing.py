"""Any two implementations side by side, and what keeps two runs from being compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graph_contracts.report.verdict import Verdict
from graph_contracts.site.catalogue import Requirement
from graph_contracts.site.chronicle import BROKEN, HELD
from graph_contracts.site.model import Shown, Site


@dataclass(frozen=True)
class Pair:
    """Two implementations, and where they differ."""

    left: Shown
    right: Shown
    cautions: tuple[str, ...]
    """Why their runs are not quite comparable."""
    better_left: tuple[Requirement, ...]
    """What the left one keeps and the right one does not."""
    better_right: tuple[Requirement, ...]
    one_sided: tuple[Requirement, ...]
    """What was judged of one of them only."""
    alike: int
    """How many requirements both keep."""
    neither: tuple[Requirement, ...]
    """What neither keeps."""


def pair(site: Site, left: Shown, right: Shown) -> Pair:
    """Compare the runs that speak for two implementations."""
    better_left, better_right, one_sided, neither = [], [], [], []
    alike = 0
    for row in site.requirements:
        here, there = _word(left.verdict(row.id)), _word(right.verdict(row.id))
        match here, there:
            case "held", "held":
                alike += 1
            case "held", "broken":
                better_left.append(row)
            case "broken", "held":
                better_right.append(row)
            case "broken", "broken":
                neither.append(row)
            case _ if here != there:
                one_sided.append(row)
    cautions = tuple(uncomparable(left, right))
    return Pair(left, right, cautions, tuple(better_left), tuple(better_right), tuple(one_sided), alike, tuple(neither))


def uncomparable(left: Shown, right: Shown) -> Iterator[str]:
    """What differs between the tests of two implementations, so that their verdicts say less of each other."""
    for each in (left, right):
        if not each.run.whole:
            yield f"The run of {each.name} is not a whole one: {each.run.sentence}"
    for what, here, there in (
        ("documents", left.run.contract_sha256[:12], right.run.contract_sha256[:12]),
        ("versions of graph-contracts", left.run.suite, right.run.suite),
        ("profiles", left.run.profile, right.run.profile),
        ("conventions", ", ".join(left.run.conventions), ", ".join(right.run.conventions)),
    ):
        if here != there:
            yield f"They were tested with different {what}: {here or 'unknown'} and {there or 'unknown'}."


def _word(verdict: Verdict | None) -> str:
    if verdict in HELD:
        return "held"
    return "broken" if verdict in BROKEN else ""
