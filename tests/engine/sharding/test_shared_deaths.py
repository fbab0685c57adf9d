"""Which worker's request ended the target, where several have sent some."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph_contracts.engine.sharding import shared_deaths
from graph_contracts.engine.sharding.shared_deaths import SharedDeaths
from graph_contracts.http.exchange import Exchange, Request


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_deaths, "LATE_S", 0.0)


def sent(at: float) -> Exchange:
    return Exchange(0, Request("PATCH", "http://x/y"), None, started=at)


@pytest.fixture
def workers(tmp_path: Path) -> list[SharedDeaths]:
    return [SharedDeaths(tmp_path / "deaths", number) for number in range(3)]


def test_a_new_request_did_it_and_no_plain_one_that_was_sent_later(workers: list[SharedDeaths]) -> None:
    one, other, third = workers
    one.claim(sent(10.0), is_new=True)
    other.claim(sent(11.0), is_new=False)
    third.claim(sent(12.0), is_new=False)
    assert [each.settle() for each in workers] == [(True, 0), (False, 1), (False, 1)]


def test_of_several_new_requests_the_last_did_it_and_the_others_are_told(workers: list[SharedDeaths]) -> None:
    one, other, third = workers
    other.claim(sent(10.0), is_new=True)
    one.claim(sent(11.0), is_new=True)
    third.claim(sent(12.0), is_new=False)
    assert [each.settle() for each in workers] == [(True, 1), (False, 1), (False, 2)]


def test_each_end_is_settled_by_itself(workers: list[SharedDeaths]) -> None:
    one, other, _ = workers
    one.claim(sent(10.0), is_new=True)
    other.claim(sent(10.1), is_new=False)
    assert (one.settle()[0], other.settle()[0]) == (True, False)
    one.claim(sent(20.0), is_new=False)
    other.claim(sent(20.1), is_new=True)
    assert (one.settle()[0], other.settle()[0]) == (False, True)


def test_a_worker_alone_did_it(workers: list[SharedDeaths]) -> None:
    workers[0].claim(sent(10.0), is_new=False)
    assert workers[0].settle() == (True, 0)
