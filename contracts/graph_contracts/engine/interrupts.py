"""What may end a run from outside: a signal, or its deadline where nothing else sees it.

Both reach the run as Ctrl-C does, so that there is one way to end: judge no more, put back, report.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from graph_contracts import system
from graph_contracts.system.alarms import Alarm

SLACK = 2.0
"""Seconds past the deadline that the exchange and the case in hand get to end by themselves."""
AGAIN = 0.05
"""Seconds until an interrupt comes again that struck where Python lets none through, as in a collector's callback."""


@dataclass
class Interrupts:
    """Whether the deadline had to end the run by force."""

    ends: float
    overdue: bool = False
    alarm: Alarm = field(default_factory=system.alarm)

    def interrupt_at(self, at: float) -> None:
        """Move the deadline."""
        self.ends = at
        self.alarm.ring_in(max(at - time.monotonic(), 0.0) + SLACK)

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """End what is being done, as Ctrl-C does.

        Raises:
            KeyboardInterrupt: always, and once more where the first one was lost.
        """
        self.overdue = self.overdue or time.monotonic() >= self.ends
        hook = sys.unraisablehook

        def lost(what: sys.UnraisableHookArgs) -> None:
            if not issubclass(what.exc_type, KeyboardInterrupt):
                hook(what)
                return
            if sys.unraisablehook is lost:
                sys.unraisablehook = hook
            self.alarm.ring_in(AGAIN)

        sys.unraisablehook = lost
        raise KeyboardInterrupt


@contextmanager
def handled(numbers: Iterable[int], handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle signals in the block; one that the process was started to ignore, as `nohup` does, stays ignored."""
    chosen = [number for number in sorted(numbers) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handle) for number in chosen}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def interruptible(ends: float) -> Iterator[Interrupts]:
    """Turn signals and the passing of `ends` (as `time.monotonic()`) into a KeyboardInterrupt in the block.

    SIGINT is among them, since Python's own handler raises it once and lets it be lost. A signal that the run was
    started to ignore, as `nohup` does, stays ignored.
    """
    interrupts = Interrupts(ends)
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return
    hook = sys.unraisablehook
    try:
        with handled({*system.ENDING, interrupts.alarm.number}, interrupts.interrupt):
            interrupts.interrupt_at(ends)
            try:
                yield interrupts
            finally:
                interrupts.alarm.stop()
    finally:
        sys.unraisablehook = hook
