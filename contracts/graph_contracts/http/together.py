"""Requests in flight together, where a target is slow: whoever waits for one answer may wait for several.

Between its requests a job has the only turn. Jobs run one after the other, in their order, each until it waits for an
answer, so that they touch nothing at the same time and every run records the same exchanges in the same order.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from graph_contracts.http.exchange import Exchange
from graph_contracts.http.lane import Lane

SLOW_S = 0.02
"""Where nine in ten of the latest answers took longer, the target is slow, and not only the machine busy."""
MIN_SEEN, MAX_SEEN = 16, 64
MAX_IN_FLIGHT = 8

T = TypeVar("T")


class Abandoned(BaseException):
    """Whoever waited for the jobs does so no longer: no case may take that for a defect of its own."""


class Together:
    """Runs jobs so that their requests are in flight together, where the target is slow and takes that."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=MAX_SEEN)
        self._own = threading.local()
        """What is the thread's own: its lane, its turns and its place among them."""
        self._run = Lane(whole=True)
        self.trusted: bool | None = None
        """Whether answers came to the right requests where several were in flight; None where nobody has looked."""
        self.broken_off = False
        """Whether a signal ended the wait for an answer: the target may still do what it was asked."""

    def record(self, exchange: Exchange) -> None:
        """Take note of how long an answer took; a target that is busy with several requests gets one at a time."""
        if exchange.response is not None:
            self._seconds.append(exchange.seconds)
        # octets that were chosen one by one may get no answer from a target that isn't busy
        lost = exchange.response is None and exchange.request.wire is None
        if self._place is not None and (exchange.throttled or lost):
            self.trusted = False

    @property
    def slow(self) -> bool:
        """Whether the target takes so long that it is worth while not to wait for each answer alone."""
        known = sorted(self._seconds)
        return len(known) >= MIN_SEEN and known[len(known) // 10] >= SLOW_S

    @property
    def worth_while(self) -> bool:
        """Whether several jobs are run with their requests in flight together now."""
        return bool(self.trusted) and self.slow

    @property
    def lane(self) -> Lane:
        """The lane of this thread: that of the run, where it is in none of its own."""
        found: Lane = getattr(self._own, "lane", self._run)
        return found

    @property
    def _place(self) -> int | None:
        """Which of the jobs that take turns this thread runs; None where it runs none."""
        return getattr(self._own, "place", None)

    def run(self, jobs: Sequence[Callable[[], T]], *, anyway: bool = False) -> list[T]:
        """Run jobs, one by one or together, and return what they return in their order.

        A job may run further ones in its turn.

        Args:
            anyway: together even where nobody knows yet whether the target takes that.

        Raises:
            Exception: what the first job that raised anything has raised; then later ones may not have been run.
        """
        if len(jobs) < 2 or not (anyway or self.worth_while):
            return [job() for job in jobs]
        found: list[T] = []
        for start in range(0, len(jobs), MAX_IN_FLIGHT):
            portion = jobs[start : start + MAX_IN_FLIGHT]
            found += self._in_turns(portion, [self.lane] * len(portion))
        return found

    def in_lanes(self, jobs: Sequence[Callable[[], T]]) -> list[T]:
        """Run a few jobs together that know nothing of each other: each has a lane of its own.

        Raises:
            Exception: as `run`.
        """
        lanes = [Lane(self._run.writes + 1, self._run.wrote) for _ in jobs]
        try:
            return self._in_turns(jobs, lanes)
        finally:
            self._run.writes = max(lane.writes for lane in lanes) + 1
            self._run.wrote = max(lane.wrote for lane in lanes)

    def _in_turns(self, jobs: Sequence[Callable[[], T]], lanes: Sequence[Lane]) -> list[T]:
        outer = self._place
        turns: _Turns = _Turns() if outer is None else self._own.turns
        places = turns.join(len(jobs), outer)
        running = {*places}

        def run(place: int, lane: Lane, job: Callable[[], T]) -> T:
            self._own.turns, self._own.place, self._own.lane = turns, place, lane
            try:
                turns.take(place)
                return job()
            finally:
                running.discard(place)
                turns.leave(place, outer if not running else None)

        with ThreadPoolExecutor(len(jobs)) as pool:
            futures = [pool.submit(run, *each) for each in zip(places, lanes, jobs, strict=True)]
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
        turns: _Turns = self._own.turns
        turns.pass_on()
        try:
            return exchange()
        finally:
            turns.take(place)

    def pause(self, seconds: float) -> None:
        """Wait, while other jobs have their turns."""
        self.wait(lambda: time.sleep(seconds))


class _Turns:
    """Whose turn it is among jobs that are numbered from 0."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._count = 0
        self._order: deque[int] = deque()
        """The jobs that run, without those that wait for jobs of their own; the first has its turn."""
        self._abandoned = False

    def join(self, count: int, outer: int | None) -> list[int]:
        """The numbers of new jobs, which come first, one of them in the place of the job that runs them."""
        with self._condition:
            places = [*range(self._count, self._count + count)]
            self._count += count
            if outer is not None:
                self._order.remove(outer)
            self._order.extendleft(reversed(places))
        return places

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
        """Let the next job have its turn, and come again after all others.

        Raises:
            Abandoned: nobody waits for the jobs any more.
        """
        with self._condition:
            if self._abandoned:
                raise Abandoned
            self._order.rotate(-1)
            self._condition.notify_all()

    def leave(self, place: int, outer: int | None = None) -> None:
        """End a job; `outer`, if there is one, waited for it and has its turn again."""
        with self._condition:
            self._order.remove(place)
            if outer is not None:
                self._order.appendleft(outer)
            self._condition.notify_all()

    def abandon(self) -> None:
        """End all jobs as soon as each has its answer."""
        with self._condition:
            self._abandoned = True
            self._condition.notify_all()
