"""What a run costs grows by no more than a third over what `ratios.json` has, and counts by no more than 2 %.

Ratios are measured in turn, so that a busy machine slows both sides. What is too large three times of five fails.
`python -m tests.benchmarks.ratios --record` records what has become quicker.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.benchmarks import ratios

WORSE = 4 / 3
MORE = 1.02
"""For counts, which hardly depend on the machine."""
TRIES = 5
BAD = 3


def most(name: str, recorded: float) -> float:
    """What a figure may come to."""
    return recorded * (MORE if name.startswith(("requests", "waits")) else WORSE)


def too_large(measure: ratios.Measure, recorded: Mapping[str, float]) -> dict[str, list[float]]:
    """The figures that are worse than what is recorded allows, of several measurements, until all are decided."""
    found: dict[str, list[float]] = {}
    for left in range(TRIES - 1, -1, -1):
        for name, value in measure().items():
            bad = found.setdefault(name, [])
            bad += [value] if value > most(name, recorded[name]) else []
        if all(len(bad) >= BAD or len(bad) + left < BAD for bad in found.values()):
            break
    return found


@pytest.mark.full
@pytest.mark.parametrize("measure", ratios.MEASURES, ids=lambda each: each.__name__)
def test_nothing_costs_more_than_it_did(measure: ratios.Measure) -> None:
    recorded = ratios.recorded()
    found = too_large(lambda: ratios.apart(measure), recorded)
    worse = [
        f"{name}: {', '.join(f'{each:.2f}' for each in bad)}, recorded is {recorded[name]:g}"
        for name, bad in found.items()
        if len(bad) >= BAD
    ]
    assert not worse, "\n".join(worse)


@pytest.mark.parametrize(
    ("figures", "worse", "measured"),
    [
        ([1.0] * 5, 0, 3),
        ([2.0] * 5, 3, 3),
        ([2.0, 1.0, 2.0, 1.0, 1.0], 2, 5),
        ([2.0, 1.0, 2.0, 1.0, 2.0], 3, 5),
        ([1.3] * 5, 0, 3),
    ],
)
def test_three_measurements_of_five_decide(figures: list[float], worse: int, measured: int) -> None:
    given = list(figures)
    assert len(too_large(lambda: {"a ratio": given.pop(0)}, {"a ratio": 1.0})["a ratio"]) == worse
    assert len(figures) - len(given) == measured


def test_counts_may_hardly_grow() -> None:
    assert too_large(lambda: {"requests of a run": 103.0}, {"requests of a run": 100.0})["requests of a run"]
    assert not too_large(lambda: {"requests of a run": 101.0}, {"requests of a run": 100.0})["requests of a run"]
