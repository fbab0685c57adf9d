"""How long a throttled answer is waited out, and when it stands."""

import math

import pytest

from graph_contracts.http.connection import Limits
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.throttling import Throttling


def answered(status: int, after: str = "7", retried: int = 0) -> Exchange:
    request = Request("PATCH", "http://127.0.0.1/beta/things/1", ())
    return Exchange(0, request, Response(status, (("Retry-After", after),), b""), retried=retried)


@pytest.mark.parametrize(("status", "pause"), [(429, 7.0), (503, 7.0), (200, None), (500, None), (404, None)])
def test_only_a_throttled_answer_is_waited_out(status: int, pause: float | None) -> None:
    assert Throttling(Limits()).pause(answered(status), math.inf) == pause


def test_a_request_without_an_answer_is_not_sent_once_more() -> None:
    exchange = Exchange(0, Request("GET", "http://127.0.0.1/", ()), None, "nobody there")
    throttling = Throttling(Limits())
    throttling.count(exchange)
    assert (throttling.pause(exchange, math.inf), throttling.answers) == (None, 0)


def test_an_answer_stands_after_so_many_retries() -> None:
    throttling = Throttling(Limits(retries=2))
    assert [throttling.pause(answered(429, "0", retried), math.inf) for retried in (0, 1, 2)] == [0.0, 0.0, None]


def test_all_waits_together_stay_within_the_budget() -> None:
    throttling = Throttling(Limits(budget=15.0))
    assert [throttling.pause(answered(429), math.inf) for _ in range(3)] == [7.0, 7.0, None]


@pytest.mark.parametrize(("left", "pause"), [(7.5, 7.0), (7.0, None), (3.0, None), (-1.0, None)])
def test_no_wait_outlasts_the_run(left: float, pause: float | None) -> None:
    assert Throttling(Limits()).pause(answered(429), left) == pause


def test_throttled_answers_are_counted() -> None:
    throttling = Throttling(Limits())
    for status in (429, 200, 503, 500):
        throttling.count(answered(status))
    assert throttling.answers == 2
