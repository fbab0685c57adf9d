"""What a terminal shows while a run goes on: a line an area, a sign a verdict."""

from __future__ import annotations

import sys
from typing import TextIO

from graph_contracts.engine.judge import Judgement

SIGNS = {
    "pass": ".",
    "fail": "F",
    "warn": "w",
    "note": "n",
    "inconclusive": "?",
    "not-applicable": "-",
    "error": "E",
}


class Progress:
    """Writes a sign for each judgement, on one line for each phase of the run and area."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self._area = ""

    def show(self, judgement: Judgement) -> None:
        """Write one judgement's sign."""
        area = judgement.requirement.split(".")[1]
        if area != self._area:
            self.out.write(f"{chr(10) if self._area else ''}{area:<12} ")
            self._area = area
        self.out.write(SIGNS[judgement.verdict])
        self.out.flush()

    def end(self) -> None:
        """Finish the last line."""
        if self._area:
            self.out.write("\n")
            self.out.flush()
