"""What was exchanged with a target, in its order: found by index and by operation, and let go of once it was judged.

The latest exchanges are held as they are. What is older goes to a file without a name and is read back when it is asked
for, so that memory doesn't grow with the length of a run.
"""

from __future__ import annotations

import errno
import hashlib
import os
import pickle
import secrets
import tempfile
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO, overload

from contracts.target.exchange import Exchange

MOST_HELD = 4096
"""Exchanges that are held; most resources are judged within fewer."""
BLOCK = 256
"""Exchanges that are put aside at once."""


class Traffic(Sequence[Exchange]):
    """Exchanges, each at the place where it came.

    Those that are let go of keep their places and are in no slice and no iteration any more.
    """

    def __init__(self, exchanges: Iterable[Exchange] = ()) -> None:
        self._held: dict[int, Exchange] = {}
        """In memory, by place."""
        self._aside = _Aside()
        self._kept = bytearray()
        """Whether each is not let go of."""
        self._put = 0
        """How many of those are put aside."""
        self._places: dict[str, array[int]] = {}
        """Of what is not let go of, by operation."""
        self.answered: Exchange | None = None
        """The first that was answered; it is kept."""
        for exchange in exchanges:
            self.append(exchange)

    def append(self, exchange: Exchange) -> None:
        """Add the next one."""
        self._places.setdefault(exchange.operation, array("L")).append(len(self._kept))
        self._held[len(self._kept)] = exchange
        self._kept.append(True)
        if self.answered is None and exchange.response is not None:
            self.answered = exchange
        if len(self._held) > MOST_HELD:
            self._put_aside()

    def _put_aside(self) -> None:
        oldest = {place: self._held[place] for place, _ in zip(self._held, range(BLOCK), strict=False)}
        with suppress(OSError):  # where there is no room on the disk, there may be some in memory
            self._aside.add(oldest)
            self._put += len(oldest)
            for place in oldest:
                del self._held[place]

    def of(self, operation: str) -> Iterator[Exchange]:
        """Those that belong to an operation, also such as come while one looks through them."""
        return self._at(self._places.get(operation, ()))

    def since(self, place: int) -> Iterator[Exchange]:
        """Those from a place on that are not let go of, one at a time."""
        return self._at(range(place, len(self)))

    def _at(self, places: Iterable[int]) -> Iterator[Exchange]:
        return (found for place in places if (found := self._find(place)) is not None)

    def _find(self, place: int) -> Exchange | None:
        if not self._kept[place]:
            return None
        # what another thread puts aside is there before it leaves here
        held = self._held.get(place)
        return self._aside.get(place) if held is None else held

    def let_go(self, operations: Iterable[str]) -> None:
        """Hold what belongs to these operations no longer."""
        for operation in operations:
            for place in self._places.pop(operation, ()):
                self._kept[place] = False
                self._put -= self._held.pop(place, None) is None
        if not self._put:
            self._aside = _Aside()

    @property
    def held(self) -> int:
        """How many are not let go of."""
        return sum(map(len, self._places.values()))

    @property
    def in_memory(self) -> int:
        """How many are held as they are."""
        return len(self._held)

    def __len__(self) -> int:
        """How many there were."""
        return len(self._kept)

    def __iter__(self) -> Iterator[Exchange]:
        return self.since(0)

    @overload
    def __getitem__(self, place: int) -> Exchange: ...
    @overload
    def __getitem__(self, place: slice) -> list[Exchange]: ...
    def __getitem__(self, place: int | slice) -> Exchange | list[Exchange]:
        """The exchange at a place, or those of a range that are not let go of.

        Raises:
            IndexError: there was none.
            LookupError: it was let go of.
        """
        if isinstance(place, slice):
            return list(self._at(range(*place.indices(len(self)))))
        found = self._find(range(len(self))[place])
        if found is None:
            raise LookupError(f"exchange {place} was let go of")
        return found


class _Aside:
    """Exchanges in a file that has no name: gone with the process, however it ends.

    They hold secrets as they were sent, so they are ciphered with a key that only this process has.
    """

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._key = secrets.token_bytes(32)
        self._firsts = array("L")
        """The first place of each block."""
        self._ends = array("L", [0])
        """Where the file's blocks end, the first of them at its beginning."""
        self._read: tuple[int, dict[int, Exchange]] = (-1, {})
        """The block that was read last."""

    def add(self, exchanges: dict[int, Exchange]) -> None:
        """Put some aside, all of places behind those that are there.

        Raises:
            OSError: there is no room for them.
        """
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (it lives as long as this does)
        octets = self._ciphered(zlib.compress(pickle.dumps(exchanges, pickle.HIGHEST_PROTOCOL), 1), len(self._firsts))
        if os.pwrite(self._file.fileno(), octets, self._ends[-1]) < len(octets):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._ends.append(self._ends[-1] + len(octets))
        self._firsts.append(next(iter(exchanges)))

    def get(self, place: int) -> Exchange | None:
        """The exchange that was put aside from a place."""
        number = bisect_right(self._firsts, place) - 1
        if number < 0 or self._file is None:
            return None
        known, block = self._read
        if known != number:
            start, end = self._ends[number : number + 2]
            octets = self._ciphered(os.pread(self._file.fileno(), end - start, start), number)
            block = pickle.loads(zlib.decompress(octets))  # noqa: S301 (written by this very process)
            self._read = number, block
        return block.get(place)

    def _ciphered(self, octets: bytes, number: int) -> bytes:
        stream = hashlib.shake_256(self._key + number.to_bytes(8, "big")).digest(len(octets))
        return (int.from_bytes(octets, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(octets), "big")
