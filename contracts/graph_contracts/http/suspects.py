"""Which of the latest requests ended the target: the last one that is unlike all that it has outlived.

A server may answer what ends it, and end a moment later. The request that finds nobody, or whose answer breaks off, is
then a plain one that it has answered many times.
"""

from __future__ import annotations

import threading
from collections import deque

from graph_contracts.http.exchange import Exchange

LATEST = 12
"""Requests that may have ended the target: it has outlived those before."""


class Suspects:
    """The latest requests that reached the target; safe to use from several threads."""

    def __init__(self) -> None:
        self._latest: deque[tuple[Exchange, str]] = deque()
        self._outlived: set[str] = set()
        self._lock = threading.Lock()

    def add(self, exchange: Exchange, kind: str) -> None:
        """Record that a request of a kind reached the target."""
        with self._lock:
            self._latest.append((exchange, kind))
            if len(self._latest) > LATEST:
                self._outlived.add(self._latest.popleft()[1])

    def take(self) -> tuple[list[Exchange], bool]:
        """The requests that may have ended the target, the most probable first, and whether that one is new to it.

        From now on the target is another process.
        """
        with self._lock:
            latest = [*reversed(self._latest)]
            self._latest.clear()
        new = [exchange for exchange, kind in latest if kind not in self._outlived]
        return new or [exchange for exchange, _ in latest[:1]], bool(new)
