"""Exchanges that have passed and wait to be judged; no further one begins while they are too many."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from graph_contracts.engine.proxy.copy import Copy
from graph_contracts.http.limits import KEPT_BODIES

MAX_WAITING = 64
PAUSE = 0.02
"""Seconds between looks whether anything waits."""


class Backlog:
    """A queue between the server, which passes on, and a thread that judges.

    Args:
        judge: judges an exchange; called in a thread, one at a time.
    """

    def __init__(self, judge: Callable[[Copy], None]) -> None:
        self._judge = judge
        self._waiting: deque[Copy] = deque()
        self._octets = 0
        self._changed = asyncio.Condition()
        self._closed = False
        self.most = 0
        """The most exchanges that ever waited at once."""

    async def room(self) -> None:
        """Return once another exchange may begin."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._waiting) < MAX_WAITING and self._octets < KEPT_BODIES)

    def put(self, copy: Copy) -> None:
        """Add an exchange that is over."""
        self._waiting.append(copy)
        self._octets += copy.octets
        self.most = max(self.most, len(self._waiting))

    def close(self) -> None:
        """Say that no exchange comes any more."""
        self._closed = True

    async def work(self) -> None:
        """Judge what waits, until all is judged and no more comes."""
        while self._waiting or not self._closed:
            if not self._waiting:
                await asyncio.sleep(PAUSE)
                continue
            copy = self._waiting[0]
            await asyncio.to_thread(self._judge, copy)
            async with self._changed:
                self._waiting.popleft()
                self._octets -= copy.octets
                self._changed.notify_all()
