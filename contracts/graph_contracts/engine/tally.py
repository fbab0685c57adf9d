"""The judgements, counts and notes of a run so far."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from graph_contracts.engine.judge import Judgement
from graph_contracts.http.client import OUT_OF_TIME
from graph_contracts.report.left import Left
from graph_contracts.report.untested import Untested, untested


@dataclass
class Tally:
    """The counts, judgements and notes of one run."""

    began: float = field(default_factory=time.monotonic)
    """When the run began, as `time.monotonic()`."""
    planned: int = 0
    deselected: bool = False
    """Whether options of pytest leave out cases that the settings leave in."""
    executed: int = 0
    """How many cases were run while there was time."""
    by_workers: int = 0
    """How many cases workers have run so far; those of a worker that has ended are among `executed`."""
    judgements: list[Judgement] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    """What could not be put back."""
    gone: bool = False
    """Whether the target no longer answered at the end, or only that it was busy."""
    gone_is_told: bool = False
    """Whether a note says so already."""
    refused: str = ""
    """Why a worker could test nothing that an operation is about."""
    _bare: int = 0
    """How many judgements hold no exchange any more."""

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.monotonic() - self.began

    @property
    def run_so_far(self) -> int:
        """How many cases were run, also by workers that go on."""
        return max(self.executed, self.by_workers)

    @property
    def whole(self) -> bool:
        """Whether every planned case was run."""
        return self.executed == self.planned

    def plan(self, cases: int, *, deselected: bool = False) -> None:
        """Say how many cases are to be run, and whether plain pytest leaves out some that the settings leave in."""
        self.planned, self.deselected = cases, deselected

    def run_by_workers(self, executed: int) -> None:
        """Say how many cases workers have run so far."""
        self.by_workers = executed

    def note(self, *lines: str) -> None:
        """Add lines that the report shows."""
        self.notes += lines

    def leave(self, *left: Left) -> None:
        """Add what could not be put back."""
        self.left += left

    def add(self, judgements: Sequence[Judgement], *, executed: int = 0) -> None:
        """Add what was judged, and how many cases were run in time for it."""
        self.judgements += judgements
        self.executed += executed

    def lose_target(self, *, is_told: bool = False) -> None:
        """Record that the target no longer answers: some cases may have passed because nothing was answered."""
        self.gone, self.gone_is_told = True, is_told

    def end_worker(
        self, *, executed: int, notes: Sequence[str], left: Sequence[Left], gone: bool, refused: str
    ) -> None:
        """Add the last report of a worker, without notes that are there already."""
        self.executed += executed
        self.notes += [note for note in notes if note not in self.notes]
        self.left += left
        self.gone |= gone
        self.refused = self.refused or refused

    def start_over(self, notes: Sequence[str]) -> None:
        """Forget what was judged: everything is judged once more."""
        self.judgements.clear()
        self.executed, self.by_workers, self.gone, self.refused, self._bare = 0, 0, False, "", 0
        self.notes[:] = notes

    def release(self) -> None:
        """Let judgements keep the words and numbers of their exchanges only."""
        for place in range(self._bare, len(self.judgements)):
            self.judgements[place] = replace(self.judgements[place], worst=None, replay=())
        self._bare = len(self.judgements)

    def kept_untested(self) -> list[str]:
        """A line for each operation that the target kept from being tested."""
        return [each.text for each in self.untested() if not each.give]

    def untested(self) -> list[Untested]:
        """The operations without any decided verdict, but for those that only time ran out for."""
        return untested(each for each in self.judgements if each.message != OUT_OF_TIME)
