"""How long cases take: what an earlier run measured, else how many requests they send to the reference."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from graph_contracts import requirements
from graph_contracts.contract import Operation
from graph_contracts.engine.sharding.shard import Weigh
from graph_contracts.report import results_reader
from graph_contracts.report.results import Results

FILE = Path(__file__).with_name("durations.json")
"""Requests by requirement, for one path of one operation; `python -m tests.cases.record_durations` measures them."""
TICKS = 10_000
"""In a second."""
MAX_SECONDS = 86_400
"""Seconds: no case takes longer, whatever a file says."""


def weigher(recorded: Path | None) -> Weigh:
    """What says how long cases take, always in whole numbers, so that each part comes to the same sums.

    Raises:
        ResultsError: what was recorded can't be read.
    """
    estimated = estimates()
    if recorded is None:
        return lambda requirement, _: estimated[requirement]
    return known(results_reader.results(recorded), estimated)


def known(recorded: Results, estimated: Mapping[str, int]) -> Weigh:
    """The same from results; what they don't say is estimated on their scale."""
    ticks = {
        (row.id, outcome.operation): max(1, round(outcome.seconds * TICKS))
        for row in recorded.requirements
        for outcome in row.outcomes
        if outcome.seconds is not None and 0 <= outcome.seconds <= MAX_SECONDS
    }
    scale = sum(ticks.values()) / max(1, sum(estimated.get(requirement, 1) for requirement, _ in ticks)) or 1

    def weigh(requirement: str, operation: Operation) -> int:
        return ticks.get((requirement, str(operation))) or max(1, round(estimated[requirement] * scale))

    return weigh


def estimates() -> dict[str, int]:
    """Requests by requirement, none less than one; a requirement that was not measured counts as the average."""
    found: dict[str, int] = json.loads(FILE.read_text(encoding="ascii"))
    average = round(sum(found.values()) / len(found))
    return {each.id: max(1, found.get(each.id, average)) for each in requirements.registry()}
