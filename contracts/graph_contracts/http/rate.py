"""At most so many requests in a second, over all connections and threads."""

from __future__ import annotations

import threading
import time


class Rate:
    """Spaces requests evenly; None means no limit."""

    def __init__(self, per_second: float | None) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._free = 0.0
        """When the next request is due."""

    def wait(self, longest: float) -> None:
        """Wait until one more request may be sent, but no longer than that many seconds."""
        if not self._interval:
            return
        with self._lock:
            now = time.monotonic()
            due = max(self._free, now)
            self._free = due + self._interval
        if due > now:
            time.sleep(min(due - now, max(longest, 0.0)))
