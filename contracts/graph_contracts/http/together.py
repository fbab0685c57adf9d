"""Requests in flight together, where a target is slow: whoever waits for one answer may wait for several.

Between its requests a job has the only turn. Jobs run one after the other, in their order, each until it waits for an
answer, so that they touch nothing at the same time and every run records the same exchanges in the same order.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from graph_contracts.http.exchange import Exchange

SLOW_S = 0.02
"""Where nine in ten of the latest answers took longer, the target is slow, and not only the machine busy."""
MIN_SEEN, MAX_SEEN = 16, 64
MAX_IN_FLIGHT = 8

T = TypeVar("T")


class Abandoned(Exception):  # noqa: N818 (ends a job's thread, and is no error)
    """Whoever waited for the jobs does so no longer."""


class Together:
    """Runs jobs so that their requests are in flight together, where the target is slow and takes that."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=MAX_SEEN)
        self._turn = threading.local()
        self.trusted: bool | None = None
        """Whether answers came to the right requests where several were in flight; None where nobody has looked."""
        self.broken_off = False
        """Whether a signal ended the wait for an answer: the target may still do what it was asked."""

    def record(self, exchange: Exchange) -> None:
        """Take note of how long an answer took; a target that is busy with several requests gets one at a time."""
        if exchange.response is not None:
            self._seconds.append(exchange.seconds)
        if self._place is not None and (exchange.throttled or exchange.response is None):
            self.trusted = False

    @property
    def slow(self) -> bool:
        """Whether the target takes so long that it is worth while not to wait for each answer alone."""
        known = sorted(self._seconds)
        return len(known) >= MIN_SEEN and known[len(known) // 10] >= SLOW_S

    @property
    def worth_while(self) -> bool:
        """Whether several jobs are run with their requests in flight together now."""
        return bool(self.trusted) and self.slow and self._place is None

    @property
    def _place(self) -> int | None:
        """Which of the jobs that take turns this thread runs, from 0; None where it runs none."""
        return getattr(self._turn, "place", None)

    def run(self, jobs: Sequence[Callable[[], T]], *, anyway: bool = False) -> list[T]:
        """Run jobs, one by one or together, and return what they return in their order.

        Args:
            anyway: together even where nobody knows yet whether the target takes that.

        Raises:
            Exception: what the first job that raised anything has raised; then later ones may not have been run.
        """
        if len(jobs) < 2 or not (anyway or self.worth_while):
            return [job() for job in jobs]
        found: list[T] = []
        for start in range(0, len(jobs), MAX_IN_FLIGHT):
            found += self._in_turns(jobs[start : start + MAX_IN_FLIGHT])
        return found

    def _in_turns(self, jobs: Sequence[Callable[[], T]]) -> list[T]:
        turns = _Turns(len(jobs))

        def run(place: int, job: Callable[[], T]) -> T:
            self._turn.turns, self._turn.place = turns, place
            turns.take(place)
            try:
                return job()
            finally:
                turns.leave(place)

        with ThreadPoolExecutor(len(jobs)) as pool:
            futures = [pool.submit(run, place, job) for place, job in enumerate(jobs)]
            try:
                return [future.result() for future in futures]
            except KeyboardInterrupt:
                self.broken_off = True
                turns.abandon()
                raise

    def wait(self, exchange: Callable[[], T]) -> T:
        """Send a request and wait for its answer, while other jobs have their turns."""
        place = self._place
        if place is None:
            return exchange()
        turns: _Turns = self._turn.turns
        turns.pass_on()
        try:
            return exchange()
        finally:
            turns.take(place)


class _Turns:
    """Whose turn it is among jobs that are numbered from 0."""

    def __init__(self, count: int) -> None:
        self._condition = threading.Condition()
        self._order = deque(range(count))
        """The jobs that are not over; the first has its turn."""
        self._abandoned = False

    def take(self, place: int) -> None:
        """Wait for a turn.

        Raises:
            Abandoned: nobody waits for the jobs any more.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._abandoned or self._order[0] == place)
            if self._abandoned:
                raise Abandoned

    def pass_on(self) -> None:
        """Let the next job have its turn, and come again after all others."""
        with self._condition:
            self._order.rotate(-1)
            self._condition.notify_all()

    def leave(self, place: int) -> None:
        """End a job."""
        with self._condition:
            self._order.remove(place)
            self._condition.notify_all()

    def abandon(self) -> None:
        """End all jobs as soon as each has its answer."""
        with self._condition:
            self._abandoned = True
            self._condition.notify_all()
