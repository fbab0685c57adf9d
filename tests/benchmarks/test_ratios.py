"""What a run costs grows by no more than a third over what is recorded here, and in `docs/performance.md`.

Each cost is the ratio of two processor times that are measured in turn, so that a busy machine slows both. One that is
too large three times of five fails. Whoever makes something quicker records the new ratio here.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.benchmarks import first_verdict, replay, rows

WORSE = 4 / 3
TRIES = 5
BAD = 3


def apart(work: Callable[[], float]) -> float:
    """What some work returns in a process of its own: rows change what their process waits for."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work).result()


def bodies() -> float:
    return rows.shares()[0]


def checks() -> float:
    return rows.shares()[1]


RECORDED: dict[str, tuple[Callable[[], float], float]] = {
    "the first verdict, in imports of the libraries that it needs": (first_verdict.in_yardsticks, 3.7),
    "a run of written cases, in bare replays of it": (replay.processor, 12.7),
    "the bodies that generated cases begin with, in clean rows": (bodies, 2.0),
    "the checks of every response, in clean rows": (checks, 0.15),
}


def too_large(measure: Callable[[], float], recorded: float) -> list[float]:
    """The ratios of several measurements that are worse than what is recorded allows, until it is decided."""
    found: list[float] = []
    for left in range(TRIES, 0, -1):
        found += [ratio for ratio in [measure()] if ratio > recorded * WORSE]
        if len(found) == BAD or len(found) + left - 1 < BAD:
            break
    return found


@pytest.mark.full
@pytest.mark.parametrize("name", RECORDED)
def test_nothing_costs_more_than_it_did(name: str) -> None:
    measure, recorded = RECORDED[name]
    found = too_large(lambda: apart(measure), recorded)
    assert len(found) < BAD, f"{name}: {', '.join(f'{each:.2f}' for each in found)}, recorded is {recorded}"


@pytest.mark.parametrize(
    ("ratios", "worse"),
    [([1.0] * 5, 0), ([2.0] * 5, 3), ([2.0, 1.0, 2.0, 1.0, 1.0], 2), ([2.0, 1.0, 2.0, 1.0, 2.0], 3), ([1.3] * 5, 0)],
)
def test_three_measurements_of_five_decide(ratios: list[float], worse: int) -> None:
    given = iter(ratios)
    assert len(too_large(lambda: next(given), 1.0)) == worse
