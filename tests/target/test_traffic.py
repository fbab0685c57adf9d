"""Exchanges are found by place and by operation, and keep their places when some are let go of."""

from __future__ import annotations

import pytest

from contracts.target.exchange import Exchange, Request, Response
from contracts.target.traffic import Traffic


def exchange(index: int, operation: str, status: int = 200) -> Exchange:
    return Exchange(index, Request("GET", "/"), Response(status) if status else None, operation=operation)


@pytest.fixture
def traffic() -> Traffic:
    return Traffic(exchange(index, "ab"[index % 2]) for index in range(6))


def indexes(found: object) -> list[int]:
    return [each.index for each in found]  # type: ignore[attr-defined]


def test_all_are_there_in_their_order(traffic: Traffic) -> None:
    assert (len(traffic), traffic.held) == (6, 6)
    assert indexes(traffic) == [0, 1, 2, 3, 4, 5]
    assert indexes(traffic[4:]) == [4, 5]
    assert traffic[-1].index == 5


def test_those_of_an_operation_are_found_and_no_others(traffic: Traffic) -> None:
    assert indexes(traffic.of("b")) == [1, 3, 5]
    assert indexes(traffic.of("c")) == []


def test_what_comes_while_one_looks_is_seen_too(traffic: Traffic) -> None:
    seen = []
    for each in traffic.of("a"):
        seen.append(each.index)
        if len(traffic) < 8:
            traffic.append(exchange(len(traffic), "a"))
    assert seen == [0, 2, 4, 6, 7]


def test_what_is_let_go_of_keeps_its_place(traffic: Traffic) -> None:
    traffic.let_go(["a", "never seen"])
    assert (len(traffic), traffic.held) == (6, 3)
    assert indexes(traffic) == indexes(traffic.of("b")) == [1, 3, 5]
    assert indexes(traffic[2:]) == [3, 5]
    assert indexes(traffic.of("a")) == []
    assert traffic[3].index == 3
    with pytest.raises(LookupError, match="exchange 2"):
        _ = traffic[2]
    with pytest.raises(IndexError):
        _ = traffic[6]


def test_an_operation_that_was_let_go_of_may_be_used_again(traffic: Traffic) -> None:
    traffic.let_go(["a"])
    traffic.append(exchange(6, "a"))
    assert indexes(traffic.of("a")) == [6]
    assert traffic.held == 4


def test_the_first_answer_stays_known() -> None:
    traffic = Traffic([exchange(0, "a", 0), exchange(1, "a"), exchange(2, "a")])
    traffic.let_go(["a"])
    assert traffic.answered is not None
    assert traffic.answered.index == 1
    assert Traffic().answered is None
