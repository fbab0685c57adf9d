"""The exchanges with a target in their order, by index and by operation, until they are judged and released.

The latest exchanges are held as they are. What is older is packed, and unpacked when it is asked for, so that memory
grows little with the length of a run, and with the megabytes that a few of its requests have.
"""

from __future__ import annotations

import pickle
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from graph_contracts.http.exchange import Exchange
from graph_contracts.http.limits import KEPT_PACKED, KEPT_SENT

MAX_HELD = 4096
"""Exchanges that are held; most resources are judged within fewer."""
BLOCK = 256
"""Exchanges that are packed at once."""


class Traffic(Sequence[Exchange]):
    """Exchanges by index.

    A released exchange keeps its index, and is in no slice and no iteration any more.
    """

    def __init__(self, exchanges: Iterable[Exchange] = ()) -> None:
        self._held: dict[int, Exchange] = {}
        """Unpacked, by index."""
        self._sent = 0
        """Octets of their request bodies."""
        self._packed = _Packed()
        self._kept = bytearray()
        """Whether each exchange is still held."""
        self._put = 0
        """How many of the held exchanges are packed."""
        self._places: dict[str, array[int]] = {}
        """Indexes of the held exchanges, by operation."""
        self.answered: Exchange | None = None
        """The first answered exchange, which is always held."""
        for exchange in exchanges:
            self.append(exchange)

    def append(self, exchange: Exchange) -> None:
        """Add the next one."""
        self._places.setdefault(exchange.operation, array("L")).append(len(self._kept))
        self._held[len(self._kept)] = exchange
        self._kept.append(True)
        self._sent += len(exchange.request.body)
        if self.answered is None and exchange.response is not None:
            self.answered = exchange
        while len(self._held) > MAX_HELD or (self._sent > KEPT_SENT and len(self._held) > 1):
            self._pack_oldest()

    def _pack_oldest(self) -> None:
        most = min(BLOCK, len(self._held) - 1)
        oldest = {place: self._held[place] for place, _ in zip(self._held, range(most), strict=False)}
        self._packed.add(oldest)
        self._put += len(oldest)
        for place in oldest:
            self._let_go(place)

    def _let_go(self, place: int) -> bool:
        """Hold an exchange unpacked no longer; False where it wasn't."""
        exchange = self._held.pop(place, None)
        self._sent -= len(exchange.request.body) if exchange is not None else 0
        return exchange is not None

    def of(self, operation: str) -> Iterator[Exchange]:
        """The held exchanges of an operation, including any that are added during the iteration."""
        return self._at(self._places.get(operation, ()))

    def since(self, place: int) -> Iterator[Exchange]:
        """The exchanges from an index on that are still held."""
        return self._at(range(place, len(self)))

    def _at(self, places: Iterable[int]) -> Iterator[Exchange]:
        return (found for place in places if (found := self._find(place)) is not None)

    def _find(self, place: int) -> Exchange | None:
        if not self._kept[place]:
            return None
        # what another thread packs is there before it leaves here
        held = self._held.get(place)
        return self._packed.get(place) if held is None else held

    def release(self, operations: Iterable[str]) -> None:
        """Release the exchanges of these operations."""
        for operation in operations:
            for place in self._places.pop(operation, ()):
                self._kept[place] = False
                self._put -= not self._let_go(place)
        if not self._put:
            self._packed = _Packed()

    @property
    def held(self) -> int:
        """How many exchanges are still held."""
        return sum(map(len, self._places.values()))

    @property
    def in_memory(self) -> int:
        """How many exchanges are held unpacked."""
        return len(self._held)

    def __len__(self) -> int:
        """How many exchanges there were, released ones included."""
        return len(self._kept)

    def __iter__(self) -> Iterator[Exchange]:
        return self.since(0)

    @overload
    def __getitem__(self, place: int) -> Exchange: ...
    @overload
    def __getitem__(self, place: slice) -> list[Exchange]: ...
    def __getitem__(self, place: int | slice) -> Exchange | list[Exchange]:
        """The exchange at an index, or the held exchanges of a range.

        Raises:
            IndexError: there was none.
            LookupError: it was released.
        """
        if isinstance(place, slice):
            return list(self._at(range(*place.indices(len(self)))))
        found = self._find(range(len(self))[place])
        if found is None:
            raise LookupError(f"exchange {place} was released")
        return found


class _Packed:
    """Exchanges in compressed blocks: some 100 octets each, since one is much like the next.

    They hold secrets as they were sent, so they stay in memory and stand in no file.
    """

    def __init__(self) -> None:
        self._firsts = array("L")
        """The first place of each block."""
        self._blocks: list[bytes] = []
        self._octets = 0
        self._cut = 0
        """How many blocks, the oldest, hold no response bodies any more."""
        self._read: tuple[int, dict[int, Exchange]] = (-1, {})
        """The block that was read last."""

    def add(self, exchanges: dict[int, Exchange]) -> None:
        """Pack exchanges whose indexes follow all packed ones."""
        self._blocks.append(_pack(exchanges))
        self._firsts.append(next(iter(exchanges)))
        self._octets += len(self._blocks[-1])
        while self._octets > KEPT_PACKED and self._cut < len(self._blocks):
            self._octets -= len(self._blocks[self._cut])
            self._blocks[self._cut] = _pack_without_bodies(self._blocks[self._cut])
            self._octets += len(self._blocks[self._cut])
            self._cut += 1

    def get(self, place: int) -> Exchange | None:
        """The packed exchange of an index; None where none is packed."""
        number = bisect_right(self._firsts, place) - 1
        if number < 0:
            return None
        known, block = self._read
        if known != number:
            block = _unpack(self._blocks[number])
            self._read = number, block
        return block.get(place)


def _pack(exchanges: dict[int, Exchange]) -> bytes:
    return zlib.compress(pickle.dumps(exchanges, pickle.HIGHEST_PROTOCOL))


def _unpack(octets: bytes) -> dict[int, Exchange]:
    exchanges: dict[int, Exchange] = pickle.loads(zlib.decompress(octets))  # noqa: S301 (made by this very process)
    return exchanges


def _pack_without_bodies(octets: bytes) -> bytes:
    exchanges = _unpack(octets)
    for exchange in exchanges.values():
        if exchange.response is not None and exchange.response.body:
            exchange.response.shorten(0)
    return _pack(exchanges)
