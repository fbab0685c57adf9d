"""What a terminal shows while a run goes on: one line that is written over, or a plain line each tenth of the run."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Self, TextIO

from rich.cells import cell_len, set_cell_size

from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.tally import Tally
from graph_contracts.report.screen import Screen, literal
from graph_contracts.report.subjects import subject
from graph_contracts.report.visible import one_line
from graph_contracts.report.words import plural

PAUSE = 0.1
"""Seconds between two looks of the line that is written over."""
PARTS = 10
"""Plain lines of a run, at most."""
CASES = 20
"""Cases that a plain line is for, at least."""
ENOUGH = 10
"""Cases after which the time that is left can be told."""
SHOWN = {"fail": "failed", "error": "errors of ours", "warn": "warned", "inconclusive": "not judged"}
"""The verdicts that are counted beside all cases, in words."""
CLEAR = "\r\x1b[2K"


class Progress:
    """Shows how far a run is, and what it found; when its `with` block ends, it takes the line away that it wrote over.

    Args:
        tally: the counts of the run.
        look: whether lines can be written over, and how long they may be.
        out: where to write; by default standard output.
    """

    def __init__(self, tally: Tally, look: Screen | None = None, out: TextIO | None = None) -> None:
        self._tally = tally
        self._look = look or Screen()
        self._out = out or sys.stdout
        self._counts: Counter[str] = Counter()
        self._began = self._shown = time.monotonic()
        self._executed = self._part = 0
        self._open = False
        """Whether a line is there that will be written over."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def doing(self, what: str) -> None:
        """Say what is done before anything is judged, or once all is."""
        if self._look.live:
            self._write_over(one_line(what))

    def begin(self, target: str, operations: int, notes: Sequence[str] = ()) -> None:
        """Say what is tested, and what there is to know before."""
        self._began = time.monotonic()
        if not self._look.quiet:
            cases = plural(self._tally.planned, "case")
            self._say(f"Testing {one_line(target)}: {cases} on {plural(operations, 'operation')}")
            for note in notes:
                self._say(f"{one_line(note)}.")

    def show(self, judgement: Judgement) -> None:
        """Count one judgement."""
        if self._tally.run_so_far < self._executed:  # everything is judged once more
            self._counts.clear()
            self._part, self._began = 0, time.monotonic()
        self._executed = self._tally.run_so_far
        self._counts[judgement.verdict] += 1
        if self._look.live:
            if time.monotonic() >= self._shown + PAUSE:
                self._shown = time.monotonic()
                self._write_over(self._line(subject(judgement.requirement.split(".")[1])))
            return
        parts = max(min(PARTS, self._tally.planned // CASES), 1)
        part = self._executed * parts // max(self._tally.planned, 1)
        if part > self._part and not self._look.quiet:
            self._part = part
            self._say(self._line())

    def end(self) -> None:
        """Take the line away that is written over."""
        if self._open:
            self._out.write(CLEAR)
            self._out.flush()
            self._open = False

    def _line(self, now: str = "") -> str:
        planned = self._tally.planned
        counts = [f"{self._counts[verdict]} {words}" for verdict, words in SHOWN.items() if self._counts[verdict]]
        parts = [f"{self._executed:>{len(str(planned))}} of {planned} cases", *counts]
        return "  ".join([", ".join(parts), *filter(None, (now, self._left() if now else ""))])

    def _left(self) -> str:
        """The time that is likely left."""
        if self._executed < ENOUGH:
            return ""
        took = time.monotonic() - self._began
        seconds = took / self._executed * (self._tally.planned - self._executed)
        return f"about {seconds:.0f} s left" if seconds < 100 else f"about {seconds / 60:.0f} min left"

    def _write_over(self, text: str) -> None:
        room = self._look.width - 1
        shown = text if cell_len(text) <= room else set_cell_size(text, room)
        self._out.write(f"{CLEAR}{shown}")
        self._out.flush()
        self._open = True

    def _say(self, text: str) -> None:
        self.end()
        self._out.write(self._look.rendered(self._look.indented(literal(text))))
        self._out.flush()
