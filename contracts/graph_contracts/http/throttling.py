"""Waiting out 429 and 503 answers as their Retry-After says, for as long as a run has time for it."""

from __future__ import annotations

import threading
import time
from email.utils import parsedate_to_datetime

from graph_contracts.http.connection import Limits
from graph_contracts.http.exchange import Exchange

MAX_RETRY_AFTER = 60.0


class Throttling:
    """Counts a target's throttled answers and the seconds spent waiting for them; safe to use from several threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._waited = 0.0
        self.answers = 0
        """How many answers were throttled."""

    def count(self, exchange: Exchange) -> None:
        """Take note of an answer."""
        if exchange.throttled:
            with self._lock:
                self.answers += 1

    def pause(self, exchange: Exchange, left: float) -> float | None:
        """Seconds to wait before the request is sent once more; None where its answer stands.

        Args:
            exchange: the request, and how often it was sent once more already.
            left: seconds that the run has left.
        """
        if not exchange.throttled or exchange.retried >= self._limits.retries:
            return None
        pause = retry_after(exchange)
        with self._lock:
            self._waited += pause
            exhausted = self._waited > self._limits.budget or min(pause + 1, left) <= pause
        return None if exhausted else pause


def retry_after(exchange: Exchange) -> float:
    """Seconds that a 429 or 503 asks to wait (RFC 9110 §10.2.3), at most a minute; 1 where it doesn't say."""
    value = (exchange.response.header("Retry-After") or "").strip() if exchange.response else ""
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), MAX_RETRY_AFTER)
    try:
        due = parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return 1.0
    return min(max(due, 0.0), MAX_RETRY_AFTER)
