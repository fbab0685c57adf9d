"""Looking again, after growing pauses, until a time is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

SHORTEST = 0.01
"""Seconds of a pause at least."""


def rounds(
    limit: float,
    first: float = SHORTEST,
    factor: float = 1.6,
    most: float = 0.5,
    *,
    over: Callable[[], bool] = lambda: False,
    at_once: bool = True,
    wait: Callable[[float], object] | None = None,
) -> Iterator[Callable[[], float]]:
    """One round, and more until the time is over, when the last comes; each gets a clock that began with the first.

    Args:
        limit: seconds.
        first: seconds of the first pause; each next one is `factor` times as long, and none is longer than `most`.
        over: tells after a round that there is no time for another.
        at_once: False where there is a pause before the first round too.
        wait: waits for so many seconds, where others may have their turn meanwhile.
    """
    started, pause, wait = time.monotonic(), first, wait or time.sleep

    def since() -> float:
        return time.monotonic() - started

    if not at_once:
        wait(pause)
    while True:
        yield since
        left = limit - since()
        if left <= 0 or over():
            return
        wait(min(pause, max(left, SHORTEST)))
        pause = min(pause * factor, most)
