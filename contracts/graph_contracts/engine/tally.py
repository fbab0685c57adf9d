"""What the cases of a run came to so far, and what else there is to say of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from graph_contracts.engine.judge import Judgement
from graph_contracts.http.client import OUT_OF_TIME
from graph_contracts.report.left import Left
from graph_contracts.report.untested import untested


@dataclass
class Tally:
    """The counts, judgements and notes of one run."""

    began: float = field(default_factory=time.monotonic)
    """When the run began, as `time.monotonic()`."""
    planned: int = 0
    deselected: bool = False
    """Whether plain pytest was told to leave out some cases that the settings leave in."""
    executed: int = 0
    """How many cases were run while there was time."""
    judgements: list[Judgement] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    """What could not be put back."""
    gone: bool = False
    """Whether the target no longer answered at the end."""
    refused: str = ""
    """Why a worker could test nothing that an operation is about."""
    _bare: int = 0
    """How many judgements hold no exchange any more."""

    @property
    def seconds(self) -> float:
        """How long the run has taken so far."""
        return time.monotonic() - self.began

    @property
    def whole(self) -> bool:
        """Whether every planned case was run."""
        return self.executed == self.planned

    def plan(self, cases: int, *, deselected: bool = False) -> None:
        """Say how many cases are to be run, and whether plain pytest leaves out some that the settings leave in."""
        self.planned, self.deselected = cases, deselected

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

    def lose_target(self) -> None:
        """Take down that the target no longer answers: what passed may have passed for want of an answer."""
        self.gone = True

    def end_worker(
        self, *, executed: int, notes: Sequence[str], left: Sequence[Left], gone: bool, refused: str
    ) -> None:
        """Add what a worker said at its end; a note that another one has said already is left out."""
        self.executed += executed
        self.notes += [note for note in notes if note not in self.notes]
        self.left += left
        self.gone |= gone
        self.refused = self.refused or refused

    def start_over(self, notes: Sequence[str]) -> None:
        """Forget what was judged: everything is judged once more."""
        self.judgements.clear()
        self.executed, self.gone, self.refused, self._bare = 0, False, "", 0
        self.notes[:] = notes

    def release(self) -> None:
        """Let judgements keep the words and numbers of their exchanges only."""
        for place in range(self._bare, len(self.judgements)):
            self.judgements[place] = replace(self.judgements[place], worst=None, replay=())
        self._bare = len(self.judgements)

    def untested(self) -> list[str]:
        """A line for each operation of which nothing could be decided; not where there only was no time left."""
        return untested(each for each in self.judgements if each.message != OUT_OF_TIME)
