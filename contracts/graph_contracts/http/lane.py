"""What was sent one after the other: by the whole run, or by one of several cases that are judged at the same time."""

from __future__ import annotations

import time
from collections.abc import Iterator

from graph_contracts.http.exchange import Exchange


class Lane:
    """What one sender has done to the target, who waits for each answer before the next request.

    Args:
        writes: the count to begin with, which none of what was remembered before it may have.
        wrote: when the last answer to anything but a GET came before it.
    """

    def __init__(self, writes: int = 0, wrote: float = 0.0, *, whole: bool = False) -> None:
        self.writes = writes
        """How often something on the target may have changed: what is remembered of it from before is void."""
        self.wrote = wrote
        """When the last answer to anything but a GET came, as `time.monotonic()`."""
        self.unanswered = False
        """Whether the last request got no answer."""
        self._sent: set[int] | None = None if whole else set()
        """The indexes of its exchanges; None where all are its own."""

    def record(self, exchange: Exchange) -> None:
        """Take note of an exchange, as soon as it is over."""
        self.unanswered = exchange.response is None
        if exchange.request.method != "GET":
            self.wrote = time.monotonic()
        if self._sent is not None:
            self._sent.add(exchange.index)

    def own(self, exchanges: Iterator[Exchange]) -> Iterator[Exchange]:
        """Those of some exchanges that are its own."""
        sent = self._sent
        return exchanges if sent is None else (each for each in exchanges if each.index in sent)
