"""Requests in flight together: only at a slow target, in one order, one job at a time between its requests."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from functools import partial

import pytest

from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.lane import Lane
from graph_contracts.http.together import MAX_IN_FLIGHT, MIN_SEEN, SLOW_S, Together, _Turns

REQUEST = Request("GET", "http://example.org/")
PATIENCE = 60.0


def answered(seconds: float, status: int = 200) -> Exchange:
    return Exchange(0, REQUEST, Response(status, (), b"{}"), seconds=seconds)


def slow(*, trusted: bool | None = True) -> Together:
    together = Together()
    for _ in range(MIN_SEEN):
        together.record(answered(2 * SLOW_S))
    together.trusted = trusted
    return together


class Meeting:
    """Answers once all requests of a round are there."""

    def __init__(self, count: int) -> None:
        self.barrier = threading.Barrier(count)

    def __call__(self) -> None:
        self.barrier.wait(PATIENCE)


def test_requests_of_several_jobs_are_in_flight_together() -> None:
    together, meeting = slow(), Meeting(3)

    def job(number: int) -> int:
        together.wait(meeting)
        return number

    assert together.run([partial(job, number) for number in range(3)]) == [0, 1, 2]


def test_jobs_go_on_in_their_order_whichever_answer_comes_first() -> None:
    together, order = slow(), list[tuple[str, int]]()
    come = [threading.Event() for _ in range(3)]

    def answer(number: int) -> None:
        if number < 2:
            assert come[number + 1].wait(PATIENCE)  # the last answer comes first
        come[number].set()

    def job(number: int) -> None:
        for turn in "ab":
            order.append((f"send {turn}", number))
            together.wait(partial(answer, number))
            order.append((f"read {turn}", number))

    together.run([partial(job, number) for number in range(3)])
    sent = [("send a", number) for number in range(3)]
    then = [(what, number) for number in range(3) for what in ("read a", "send b")]
    assert order == [*sent, *then, *(("read b", number) for number in range(3))]


def test_one_job_runs_at_a_time_between_requests() -> None:
    together, running, most = slow(), 0, 0

    def job() -> None:
        nonlocal running, most
        for _ in range(5):
            running += 1
            most = max(most, running)
            time.sleep(0.001)
            running -= 1
            together.wait(partial(time.sleep, 0.001))

    together.run([job] * MAX_IN_FLIGHT)
    assert most == 1


@pytest.mark.parametrize(
    "together", [Together(), slow(trusted=False), slow(trusted=None)], ids=["quick", "crossed", "unknown"]
)
def test_jobs_run_one_by_one_where_that_is_not_worth_while(together: Together) -> None:
    threads = together.run([threading.get_ident] * 4)
    assert threads == [threading.get_ident()] * 4


def test_a_target_that_was_slow_a_few_times_is_not_slow() -> None:
    together = Together()
    for number in range(4 * MIN_SEEN):
        together.record(answered(1.0 if number % 3 == 0 else 0.001))
    assert not together.slow


def test_a_busy_target_gets_one_request_at_a_time_from_then_on() -> None:
    together = slow()

    def job(status: int) -> None:
        together.record(together.wait(partial(answered, 0.1, status)))

    together.run([partial(job, 200)] * 2)
    assert together.worth_while
    together.run([partial(job, status) for status in (200, 429)])
    assert not together.worth_while


def test_octets_chosen_one_by_one_may_get_no_answer_from_a_target_that_is_not_busy() -> None:
    together = slow()

    def job() -> None:
        lost = replace(answered(0.1), response=None, request=replace(REQUEST, wire=b"GET"))
        together.record(together.wait(lambda: lost))

    together.run([job] * 2)
    assert together.worth_while


def test_a_refusal_to_one_request_alone_says_nothing_of_several() -> None:
    together = slow()
    together.record(answered(0.1, 429))
    assert together.worth_while


def test_the_first_failure_is_raised_once_all_jobs_are_over() -> None:
    together, over = slow(), list[int]()

    def job(number: int) -> None:
        together.wait(partial(time.sleep, 0.001))
        over.append(number)
        if number:
            raise ValueError(number)

    with pytest.raises(ValueError, match="1"):
        together.run([partial(job, number) for number in range(3)])
    assert over == [0, 1, 2]


def test_an_interrupted_run_waits_for_no_further_request_of_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    together, sent = slow(), list[int]()
    begun, let_go = threading.Event(), threading.Event()

    def job(number: int) -> None:
        for _ in range(3):
            sent.append(number)
            begun.set()
            together.wait(partial(let_go.wait, PATIENCE))

    def interrupt(_future: object) -> None:
        assert begun.wait(PATIENCE)
        raise KeyboardInterrupt

    abandon = _Turns.abandon

    def abandoned(turns: _Turns) -> None:
        abandon(turns)
        let_go.set()

    monkeypatch.setattr(_Turns, "abandon", abandoned)
    monkeypatch.setattr("concurrent.futures.Future.result", interrupt)
    with pytest.raises(KeyboardInterrupt):
        together.run([partial(job, number) for number in range(2)])
    assert together.broken_off
    assert len(sent) <= 2


def test_a_job_runs_further_jobs_whose_requests_are_in_flight_with_those_of_other_jobs() -> None:
    together, meeting = slow(), Meeting(4)
    inner = partial(together.run, [partial(together.wait, meeting)] * 2)
    assert together.run([inner] * 2) == [[None, None], [None, None]], "each answer came once four requests were there"


def test_a_job_goes_on_once_its_further_jobs_are_over_and_the_order_is_the_same_each_time() -> None:
    def order() -> list[str]:
        together, seen = slow(), list[str]()

        def leaf(name: str) -> None:
            seen.append(f"send {name}")
            together.wait(partial(time.sleep, 0.001 * (len(seen) % 3)))
            seen.append(f"read {name}")

        def job(name: str) -> None:
            together.run([partial(leaf, f"{name}1"), partial(leaf, f"{name}2")])
            seen.append(f"over {name}")
            leaf(name)

        together.run([partial(job, name) for name in "ab"])
        return seen

    first = order()
    sent = [f"send {name}" for name in ("a1", "a2", "b1", "b2")]
    assert first[:4] == sent
    assert first.index("over a") > first.index("read a2")
    assert all(order() == first for _ in range(5))


def test_each_lane_knows_its_own_exchanges_and_writes() -> None:
    together = slow()
    whole = together.lane
    whole.writes, whole.wrote = 7, 5.0
    lanes, seen = list[Lane](), list[tuple[int, float, list[int]]]()

    def job(number: int) -> None:
        lane = together.lane
        lanes.append(lane)
        together.run([partial(lanes.append, together.lane)] * 2)
        seen.append((lane.writes, lane.wrote, []))
        lane.record(replace(answered(0.1), index=number))
        lane.writes += number
        together.wait(partial(time.sleep, 0.001))
        seen[number] = (*seen[number][:2], [each.index for each in lane.own(iter(exchanges))])

    exchanges = [replace(answered(0.1), index=number) for number in range(3)]
    together.in_lanes([partial(job, number) for number in range(2)])
    assert seen == [(8, 5.0, [0]), (8, 5.0, [1])], "what was remembered before is void in both"
    assert len({*map(id, lanes)}) == 2
    assert together.lane is whole
    assert whole.writes == 10
    assert [*whole.own(iter(exchanges))] == exchanges
