"""What a run came to, once nothing of it changes any more: results and every report are made of this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from graph_contracts.engine.selection import Selection
from graph_contracts.report.left import Left
from graph_contracts.settings import Settings


@dataclass(frozen=True)
class RunResult:
    """One run at one moment, beside its outcomes; secrets are still in it."""

    settings: Settings
    selection: Selection
    target_url: str
    target_server: str
    """The `Server` field of the first answer."""
    started: datetime
    seconds: float
    exchanges: int
    planned: int
    executed: int
    over: bool = True
    """Whether the run has come to its end; else it goes on, or was none."""
    complete: bool = False
    """Whether every planned case was run, and said what it could."""
    deselected: bool = False
    """Whether plain pytest was told to leave out some cases that the settings leave in."""
    capabilities: tuple[Mapping[str, str], ...] = ()
    """What the run learned about the target; empty before it is over, for to ask may send requests."""
    notes: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    """What could not be put back."""

    @property
    def all_run(self) -> bool:
        """Whether every planned case was run, whatever came of it."""
        return self.complete or 0 < self.planned == self.executed
