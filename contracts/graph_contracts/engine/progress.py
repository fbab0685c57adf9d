"""What a terminal shows while a run goes on: a line a subject, a sign a verdict."""

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
    """Writes a sign for each judgement, on one line for each phase of the run and subject."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self._subject = ""

    def show(self, judgement: Judgement) -> None:
        """Write one judgement's sign."""
        subject = judgement.requirement.split(".")[1]
        if subject != self._subject:
            self.out.write(f"{chr(10) if self._subject else ''}{subject:<12} ")
            self._subject = subject
        self.out.write(SIGNS[judgement.verdict])
        self.out.flush()

    def end(self) -> None:
        """Finish the last line."""
        if self._subject:
            self.out.write("\n")
            self.out.flush()
