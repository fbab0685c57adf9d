"""The frozen result of a run: `outcome` makes results.json of it, and reports are rendered from that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from graph_contracts.contract import Conventions
from graph_contracts.engine.selection import Selection
from graph_contracts.report.left import Left
from graph_contracts.settings import Settings


@dataclass(frozen=True)
class RunResult:
    """One run at one moment, without its outcomes; it still holds secrets."""

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
    in_process: bool = False
    """Whether the target was an application in this process, which no command reaches."""
    over: bool = True
    """Whether the run has come to its end; else it goes on, or was none."""
    complete: bool = False
    """Whether every planned case was run and reached a verdict where it could."""
    deselected: bool = False
    """Whether options of pytest leave out cases that the settings leave in."""
    capabilities: tuple[Mapping[str, str], ...] = ()
    """The facts found out about the target; empty before the run is over, since asking may send requests."""
    conventions: Conventions | None = None
    """Whose requirements were applied."""
    notes: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    """What could not be put back."""

    @property
    def all_run(self) -> bool:
        """Whether every planned case was run, with whatever verdict."""
        return self.complete or 0 < self.planned == self.executed
