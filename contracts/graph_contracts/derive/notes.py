"""What reading a page took beyond reading it: each guess, repair and omission, with its place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Kind(StrEnum):
    """How far the document departs from the page."""

    GUESSED = "guessed"
    """The page leaves it open, or says two things; one reading was chosen."""
    REPAIRED = "repaired"
    """It was broken in a way that leaves one reading."""
    SKIPPED = "skipped"
    """It could not be read, and is not in the document."""


class Note(NamedTuple):
    """One departure."""

    page: str
    line: int
    kind: Kind
    what: str

    @classmethod
    def skipped_page(cls, page: str, what: str) -> Note:
        """A whole page that could not be read."""
        line = what.removeprefix(f"{page}:").partition(":")[0]
        return cls(page, int(line) if line.isdecimal() else 1, Kind.SKIPPED, f"the page: {what}")

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.kind}: {self.what}"


class Origins:
    """Which file and line each line of a page's text was read from, once includes stand in it."""

    def __init__(self, path: Path, pieces: Sequence[tuple[int, Path, int]] = ()) -> None:
        self._pieces = [*pieces] or [(1, path, 1)]
        self._starts = [start for start, _, _ in self._pieces]

    def of(self, line: int) -> tuple[Path, int]:
        """The file, and the line in it; both count from 1."""
        start, path, first = self._pieces[max(bisect_right(self._starts, line) - 1, 0)]
        return path, first + line - start

    def spelled(self, line: int) -> str:
        """A line as sources spell it: the file's name and the line in it."""
        path, line = self.of(line)
        return f"{path.name}:{line}"


class Notes(list[Note]):
    """The departures of one page, as they are met."""

    def __init__(self, origins: Origins) -> None:
        super().__init__()
        self._origins = origins

    def guessed(self, line: int, what: str) -> None:
        self._add(line, Kind.GUESSED, what)

    def repaired(self, line: int, what: str) -> None:
        self._add(line, Kind.REPAIRED, what)

    def skipped(self, line: int, what: str) -> None:
        self._add(line, Kind.SKIPPED, what)

    def _add(self, line: int, kind: Kind, what: str) -> None:
        path, line = self._origins.of(line)
        self.append(Note(str(path), line, kind, what))


def summary(notes: Sequence[Note]) -> str:
    """How many of each kind, in words."""
    return ", ".join(f"{sum(note.kind is kind for note in notes)} {kind}" for kind in Kind)
