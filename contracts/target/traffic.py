"""What was exchanged with a target, in its order: found by index and by operation, and let go of once it was judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from contracts.target.exchange import Exchange


class Traffic(Sequence[Exchange]):
    """Exchanges, each at the place where it came.

    Those that are let go of keep their places and are in no slice and no iteration any more.
    """

    def __init__(self, exchanges: Iterable[Exchange] = ()) -> None:
        self._held: list[Exchange | None] = []
        self._places: dict[str, list[int]] = {}
        self.answered: Exchange | None = None
        """The first that was answered; it is kept."""
        for exchange in exchanges:
            self.append(exchange)

    def append(self, exchange: Exchange) -> None:
        """Add the next one."""
        self._places.setdefault(exchange.operation, []).append(len(self._held))
        self._held.append(exchange)
        if self.answered is None and exchange.response is not None:
            self.answered = exchange

    def of(self, operation: str) -> Iterator[Exchange]:
        """Those that belong to an operation, also such as come while one looks through them."""
        return (held for place in self._places.get(operation, ()) if (held := self._held[place]) is not None)

    def let_go(self, operations: Iterable[str]) -> None:
        """Hold what belongs to these operations no longer."""
        for operation in operations:
            for place in self._places.pop(operation, ()):
                self._held[place] = None

    @property
    def held(self) -> int:
        """How many are not let go of."""
        return sum(map(len, self._places.values()))

    def __len__(self) -> int:
        """How many there were."""
        return len(self._held)

    def __iter__(self) -> Iterator[Exchange]:
        return (held for held in self._held if held is not None)

    @overload
    def __getitem__(self, place: int) -> Exchange: ...
    @overload
    def __getitem__(self, place: slice) -> list[Exchange]: ...
    def __getitem__(self, place: int | slice) -> Exchange | list[Exchange]:
        """The exchange at a place, or those of a range that are held.

        Raises:
            IndexError: there was none.
            LookupError: it was let go of.
        """
        if isinstance(place, slice):
            return [held for held in self._held[place] if held is not None]
        held = self._held[place]
        if held is None:
            raise LookupError(f"exchange {place} was let go of")
        return held
