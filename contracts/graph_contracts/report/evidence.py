"""The exchanges of a run as reports take them, read back from the disk where the run wrote them down."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, overload

from graph_contracts.json_types import JsonMapping
from graph_contracts.system import open_shared

Entry = JsonMapping


class _Entries(Sequence[Entry], ABC):
    """Entries that are found by their place when they are asked for."""

    @abstractmethod
    def _at(self, place: int) -> Entry:
        """The entry at a place that there is."""

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> list[Entry]: ...
    def __getitem__(self, place: int | slice) -> Entry | list[Entry]:
        """An entry, or those of a range.

        Raises:
            IndexError: there is none.
            OSError: the file can't be read any more.
        """
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return self._at(range(len(self))[place])


class Evidence(_Entries):
    """Entries by their place in an outcome stream, those that aren't in it held in memory."""

    def __init__(self, path: Path | None = None, file: BinaryIO | None = None) -> None:
        self.path = path
        self._file = file
        self._starts = array("q")
        """Where each entry's line begins in the file; -1 for one that is held."""
        self._indexes = array("q")
        self._held: dict[int, Entry] = {}

    def add(self, entry: Entry, start: int | None = None) -> None:
        """Add the next one; `start` is where its line begins in the file, None where it isn't there."""
        if start is None or self._open() is None:
            self._held[len(self._starts)] = entry
            start = -1
        self._starts.append(start)
        self._indexes.append(entry["index"])

    def find(self, index: int) -> Entry | None:
        """The entry of an index."""
        place = bisect_left(self._indexes, index)
        return self[place] if place < len(self) and self._indexes[place] == index else None

    @property
    def end(self) -> int:
        """The first index after all that there are."""
        return self._indexes[-1] + 1 if self._indexes else 0

    def _open(self) -> BinaryIO | None:
        # opened at once: the file stays the run's own, whatever becomes of its name
        if self._file is None and self.path is not None:
            with suppress(OSError):
                self._file = open_shared(self.path)
        return self._file

    def close(self) -> None:
        """Read no more."""
        if self._file is not None:
            self._file.close()

    @property
    def held(self) -> int:
        """How many entries are in memory."""
        return len(self._held)

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Entry]:
        return (self[place] for place in range(len(self)))

    def _at(self, place: int) -> Entry:
        start = self._starts[place]
        if start < 0 or self._file is None:
            return self._held[place]
        self._file.seek(start)
        found: Entry = json.loads(self._file.readline())["exchange"]
        return found


class Joined(_Entries):
    """The entries of several runs one after the other, renumbered so that each has an index of its own."""

    def __init__(self) -> None:
        self._parts: list[tuple[int, int, Sequence[Entry]]] = []
        """How many entries come before each, what its indexes are shifted by, and the entries."""
        self._length = 0
        self._next = 0

    def join(self, entries: Sequence[Entry], exchanges: int) -> int:
        """Add those of a run that had so many exchanges; returns what its indexes are shifted by."""
        shift = self._next
        self._parts.append((self._length, shift, entries))
        self._length += len(entries)
        last = entries.end if isinstance(entries, Evidence) else max((e["index"] + 1 for e in entries), default=0)
        self._next += max(exchanges, last)
        return shift

    def find(self, index: int) -> Entry | None:
        """The entry of an index."""
        for _, shift, entries in reversed(self._parts):
            if index >= shift:
                return _renumbered(found, shift) if (found := finder(entries)(index - shift)) else None
        return None

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Entry]:
        return (_renumbered(entry, shift) for _, shift, entries in self._parts for entry in entries)

    def _at(self, place: int) -> Entry:
        before, shift, entries = next(part for part in reversed(self._parts) if part[0] <= place)
        return _renumbered(entries[place - before], shift)


def _renumbered(entry: Entry, shift: int) -> Entry:
    return {**entry, "index": entry["index"] + shift} if shift else entry


def finder(evidence: Sequence[Entry]) -> Callable[[int], Entry | None]:
    """What finds an exchange by its index."""
    if isinstance(evidence, (Evidence, Joined)):
        return evidence.find
    return {entry["index"]: entry for entry in evidence}.get
