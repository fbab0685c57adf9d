"""Rounds come at once, then after growing pauses, and the last one when the time is over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graph_contracts import backoff
from graph_contracts.backoff import rounds


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(backoff, "time", found)
    return found


def taken(found: Iterator[object]) -> int:
    return sum(1 for _ in found)


def test_pauses_grow_up_to_the_longest_and_the_last_ends_with_the_time(clock: Clock) -> None:
    assert taken(rounds(10, 1, 2, 4)) == 5
    assert clock.slept == [1, 2, 4, 3]


def test_each_round_can_ask_how_long_it_has_been(clock: Clock) -> None:
    seconds = []
    for since in rounds(3, 1, 1, 1):
        clock.now += 0.25  # what a round takes
        seconds.append(since())
    assert seconds == [0.25, 1.5, 2.75, 3.25]


def test_there_is_one_round_where_there_is_no_time(clock: Clock) -> None:
    assert taken(rounds(0)) == 1
    assert clock.slept == []
    assert taken(rounds(0, 0.5, at_once=False)) == 1
    assert clock.slept == [0.5]


def test_a_first_pause_counts_as_time(clock: Clock) -> None:
    assert taken(rounds(1, 0.4, 1, at_once=False)) == 3
    assert clock.slept == [0.4, 0.4, 0.2]


def test_whatever_little_time_is_left_a_pause_is_long_enough_to_pass(clock: Clock) -> None:
    assert taken(rounds(1.001, 1)) == 3
    assert clock.slept == [1, 0.01]


def test_no_round_comes_after_there_is_no_time_for_another(clock: Clock) -> None:
    assert taken(rounds(10, over=lambda: clock.now > 100.05)) == 4
    assert clock.slept == [0.01, 0.016, 0.0256]
