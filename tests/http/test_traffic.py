"""Exchanges are found by place and by operation, and keep their places when some are let go of."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest

from graph_contracts.errors import BodyNotKeptError
from graph_contracts.http import traffic as module
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.traffic import Traffic


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
    traffic.release(["a", "never seen"])
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
    traffic.release(["a"])
    traffic.append(exchange(6, "a"))
    assert indexes(traffic.of("a")) == [6]
    assert traffic.held == 4


def test_the_first_answer_stays_known() -> None:
    traffic = Traffic([exchange(0, "a", 0), exchange(1, "a"), exchange(2, "a")])
    traffic.release(["a"])
    assert traffic.answered is not None
    assert traffic.answered.index == 1
    assert Traffic().answered is None


# -- beyond what is held -----------------------------------------------------------------------------------------------

SECRET = "a-token-that-was-sent"


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    """Four of five exchanges are packed."""
    monkeypatch.setattr(module, "MAX_HELD", 20)
    monkeypatch.setattr(module, "BLOCK", 7)
    found = Traffic()
    for index in range(100):
        request = Request("PATCH", f"/{index}", (("Authorization", SECRET),), b"{}")
        response = Response(200, (("ETag", str(index)),), b'{"a": %d}' % index)
        assert response.object == {"a": index}
        found.append(Exchange(index, request, response, operation="ab"[index % 2]))
    return found


def test_what_is_older_is_packed_and_read_back_as_it_was(long: Traffic) -> None:
    assert long.in_memory <= 20
    assert indexes(long) == list(range(100))
    assert indexes(long.of("b")) == list(range(1, 100, 2))
    assert indexes(long.since(70)) == list(range(70, 100))
    assert indexes(long[3:60:9]) == list(range(3, 60, 9))
    first = long[0]
    assert (first.request.url, first.sent("authorization"), first.object) == ("/0", SECRET, {"a": 0})
    assert first.response == Response(200, (("ETag", "0"),), b'{"a": 0}')


def test_a_body_that_was_let_go_of_keeps_its_length_and_digest(long: Traffic) -> None:
    response = Response(200, (), b"x" * 100_000)
    digest = response.sha256
    response.shorten()
    long.append(Exchange(100, Request("GET", "/"), response, operation="a"))
    for index in range(101, 140):
        long.append(exchange(index, "b"))
    found = long[100].response
    assert found is not response
    assert found is not None
    assert (found.whole, found.length, found.sha256) == (False, 100_000, digest)


def test_what_was_packed_is_let_go_of_like_the_rest(long: Traffic) -> None:
    long.release(["a"])
    assert indexes(long) == list(range(1, 100, 2))
    with pytest.raises(LookupError, match="exchange 0"):
        _ = long[0]
    long.release(["b"])
    assert (indexes(long), long.held, long.in_memory, len(long)) == ([], 0, 0, 100)
    for index in range(100, 160):
        long.append(exchange(index, "a"))
    assert indexes(long) == list(range(100, 160))


def test_what_is_packed_stands_in_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr(module, "MAX_HELD", 5)
    monkeypatch.setattr("os.open", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    found = Traffic(Exchange(index, Request("GET", f"/{SECRET}"), None, operation="a") for index in range(400))
    assert found.in_memory < 400
    assert found[0].request.url == f"/{SECRET}"


def test_response_bodies_are_let_go_of_oldest_first_where_packed_exchanges_are_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_HELD", 5)
    monkeypatch.setattr(module, "BLOCK", 5)
    monkeypatch.setattr(module, "KEPT_PACKED", 50_000)
    chosen = random.Random(1)  # noqa: S311 (reproducible)
    bodies = [chosen.randbytes(1000) for _ in range(200)]
    found = Traffic(
        Exchange(index, Request("GET", "/"), Response(200, (("ETag", str(index)),), body), operation="a")
        for index, body in enumerate(bodies)
    )
    responses = [each.response for each in found]
    assert all(responses)
    kept = [each.whole for each in responses if each]
    assert kept == sorted(kept)
    assert 20 < sum(kept) < 60
    for each, body, place in zip(responses, bodies, range(200), strict=True):
        assert each
        assert each.body == (body if each.whole else b"")
        assert (each.length, each.sha256) == (1000, sha256(body).hexdigest())
        assert each.header("ETag") == str(place)
        if not each.whole:
            with pytest.raises(BodyNotKeptError):
                assert each.json


def test_long_request_bodies_are_held_packed_and_come_back_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_SENT", 100_000)
    bodies = [bytes([65 + place]) * 30_000 for place in range(20)]
    traffic = Traffic()
    for place, body in enumerate(bodies):
        traffic.append(Exchange(place, Request("PATCH", "/", body=body), Response(413), operation="a"))
        assert traffic.in_memory <= 4
    assert [each.request.body for each in traffic] == bodies
    assert traffic[19].request.body == bodies[19]
    traffic.release(["a"])
    assert (traffic.held, traffic.in_memory) == (0, 0)
    traffic.append(Exchange(20, Request("PATCH", "/", body=bodies[0]), None, operation="a"))
    assert traffic.in_memory == 1


def test_one_request_longer_than_all_that_is_held_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_SENT", 10)
    traffic = Traffic([Exchange(0, Request("PATCH", "/", body=b"x" * 100), None, operation="a")])
    assert traffic[0].request.body == b"x" * 100
