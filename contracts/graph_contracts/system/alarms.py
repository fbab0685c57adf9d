"""What sends this process a signal when a time is over."""

from __future__ import annotations

import signal
import threading
from typing import Protocol


class Alarm(Protocol):
    """Rings once, at the time that was set last."""

    number: int
    """The signal that it sends."""

    def ring_in(self, seconds: float) -> None:
        """Forget what was set, and ring after this time."""

    def stop(self) -> None:
        """Ring no more."""


class TimerAlarm:
    """An alarm by a thread, for systems without a timer that sends a signal."""

    number: int = signal.SIGINT

    def __init__(self) -> None:
        self._timer: threading.Timer | None = None

    def ring_in(self, seconds: float) -> None:
        self.stop()
        self._timer = threading.Timer(seconds, signal.raise_signal, [self.number])
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
