"""No kind of case takes the time of another at a slow target, and none is left out at a quick one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from graph_contracts.engine.budget import SHARES, Budget, Part, part_of
from graph_contracts.requirements import Phase

ONE = [Phase.POSITIVE] * 100 + [Phase.GENERATED] * 10 + [Phase.HOSTILE] * 10 + [Phase.EVERY_RESPONSE] * 20
"""The cases of one resource, in their order."""
MANY = ([Phase.POSITIVE] * 20 + [Phase.GENERATED] * 4) * 5 + [Phase.DEEPEST] * 10
"""Those of five, one after the other."""


def run(phases: Sequence[Phase], seconds: float, took: Mapping[Part, float]) -> tuple[Counter[Part], float]:
    """How many cases of each part are run in so many seconds, where each takes so long; the seconds that are over."""
    budget, left, done = Budget(phases, seconds), seconds, Counter[Part]()
    for phase in phases:
        part = part_of(phase)
        if budget.begin(phase, left) and left > 0 and part is not None:
            done[part] += 1
            left -= took[part]
            budget.spend(phase, took[part])
    return done, left


@pytest.mark.parametrize("phases", [ONE, MANY], ids=["one resource", "several"])
@pytest.mark.parametrize("slow", Part)
def test_each_kind_gets_its_share_where_one_is_slow(slow: Part, phases: Sequence[Phase]) -> None:
    took = {part: 20.0 if part is slow else 1.0 for part in Part}
    planned = Counter(part for phase in phases if (part := part_of(phase)) is not None)
    done, _ = run(phases, 200, took)
    assert done[slow] < planned[slow]
    for part in Part:
        enough = min(planned[part], int(SHARES[part] * 200 / took[part]) - 1)
        assert done[part] >= enough, f"{part} has {done[part]} of {planned[part]}"


@pytest.mark.parametrize("phases", [ONE, MANY], ids=["one resource", "several"])
def test_nothing_is_left_out_where_there_is_time_for_all(phases: Sequence[Phase]) -> None:
    planned = Counter(part for phase in phases if (part := part_of(phase)) is not None)
    for took in (dict.fromkeys(Part, 1.0), {part: 3.0 if part is Part.HARMFUL else 0.5 for part in Part}):
        whole = sum(planned[part] * took[part] for part in Part)
        done, _ = run(phases, 1.5 * whole, took)
        assert done == planned


def test_what_nobody_needs_any_more_is_not_kept() -> None:
    done, left = run([Phase.POSITIVE] * 50, 100, dict.fromkeys(Part, 2.0))
    assert (done[Part.WRITTEN], left) == (50, 0)


def test_checks_of_every_response_always_have_their_turn() -> None:
    assert Budget([Phase.EVERY_RESPONSE], 10).begin(Phase.EVERY_RESPONSE, 0)
