"""What may end a run from outside: a signal, or its deadline where nothing else sees it.

Both reach the run as Ctrl-C does, so that there is one way to end: judge no more, put back, report.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

SLACK = 2.0
"""Seconds past the deadline that the exchange and the case in hand get to end by themselves."""


@dataclass
class Guard:
    """Whether the deadline had to end the run by force."""

    overdue: bool = False

    @staticmethod
    def due(at: float) -> None:
        """Move the deadline."""
        signal.setitimer(signal.ITIMER_REAL, max(at - time.monotonic(), 0.0) + SLACK)


@contextmanager
def guarded(ends: float) -> Iterator[Guard]:
    """Turn SIGTERM, SIGHUP and the passing of `ends` (as `time.monotonic()`) into a KeyboardInterrupt in the block."""
    guard = Guard()
    if threading.current_thread() is not threading.main_thread():
        yield guard
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    def overdue(_number: int, _frame: FrameType | None) -> None:
        guard.overdue = True
        raise KeyboardInterrupt

    handlers = {signal.SIGTERM: interrupt, signal.SIGHUP: interrupt, signal.SIGALRM: overdue}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    guard.due(ends)
    try:
        yield guard
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
