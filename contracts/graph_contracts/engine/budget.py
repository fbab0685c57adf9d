"""Divides the time of a run over kinds of cases, so that early ones leave some for later ones.

Where the target is quick enough, nothing is left out: time is kept only for as many cases as are still to come.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import Enum

from graph_contracts.requirements import HARMFUL, Phase


class Part(Enum):
    """Cases that have a share of the time together."""

    WRITTEN = "written"
    GENERATED = "generated"
    HARMFUL = "harmful"


SHARES: Mapping[Part, float] = {Part.WRITTEN: 0.6, Part.GENERATED: 0.2, Part.HARMFUL: 0.2}
SLOWER = 4
"""How many times the mean case a case that is still to come may take."""
LEFT_OUT = "left out, so that cases of other kinds got their part of the time: allow more with --deadline"


def part_of(phase: Phase) -> Part | None:
    """The part that a phase's cases are of; None for checks of every response, which send nothing."""
    if phase is Phase.EVERY_RESPONSE:
        return None
    if phase in HARMFUL:
        return Part.HARMFUL
    return Part.GENERATED if phase is Phase.GENERATED else Part.WRITTEN


class Budget:
    """Says whether a case still has time.

    Args:
        phases: those of the cases that are to come, each as often as there are cases of it.
        seconds: the time for all of them.
    """

    def __init__(self, phases: Iterable[Phase], seconds: float) -> None:
        self._seconds = seconds
        self._to_come = Counter(part for phase in phases if (part := part_of(phase)) is not None)
        self._used: defaultdict[Part, float] = defaultdict(float)
        self._cases = 0

    def begin(self, phase: Phase, left: float) -> bool:
        """Whether a case may be run; from then on it doesn't count as one that is to come.

        Args:
            phase: its phase.
            left: the seconds until all cases have to be over.
        """
        part = part_of(phase)
        if part is None:
            return True
        self._to_come[part] -= 1
        return left > sum(self._kept_for(each) for each in Part if each is not part)

    def spend(self, phase: Phase, seconds: float) -> None:
        """Record how long a case took."""
        part = part_of(phase)
        if part is not None:
            self._cases += 1
            self._used[part] += seconds

    def _kept_for(self, part: Part) -> float:
        """Seconds that other cases must leave for the cases of a part that are to come."""
        share = SHARES[part] * self._seconds - self._used[part]
        mean = sum(self._used.values()) / self._cases if self._cases else 0.0
        return max(0.0, min(share, self._to_come[part] * SLOWER * mean))
