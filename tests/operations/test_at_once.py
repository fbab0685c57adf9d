"""Inputs and looks that are in flight together at a slow target, and what is made one by one all the same."""

from __future__ import annotations

import json
import threading

import pytest

from graph_contracts.http import together
from graph_contracts.http.exchange import Request, Response
from graph_contracts.operations.at_once import takes_several
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.update import UpdateDriver
from tests.support.drivers import ONE, TWO, updating
from tests.support.scripted_client import Script, ScriptedClient, answer, refuse, stopped_clock

PATIENCE = 60.0
WRONG = [Attempt(name, {"name": name}, marker=name) for name in "abc"]


@pytest.fixture(autouse=True)
def anything_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped_clock(monkeypatch)
    monkeypatch.setattr(together, "SLOW_S", 0.0)
    monkeypatch.setattr(together, "MIN_SEEN", 1)


def slow(*scripts: Script) -> tuple[ScriptedClient, UpdateDriver]:
    """Two objects at a target that has been slow so far and takes several requests together."""
    client = ScriptedClient(ONE, TWO)
    update = updating(client)
    update.observe.look()
    client.scripts += scripts
    return client, update


def meeting(method: str, count: int, reply: Response | None) -> Script:
    """Answers requests with a method once so many are there."""
    barrier = threading.Barrier(count)

    def script(request: Request, _: str) -> Response | None:
        if request.method != method:
            return None
        barrier.wait(PATIENCE)
        return reply

    return script


def test_refused_inputs_are_in_flight_together_and_looked_at_once() -> None:
    client, update = slow(meeting("PATCH", 3, answer(400, {"error": {"code": "x"}})))
    assert takes_several(update)
    began = len(client.exchanges)
    trials = update.watch.attempt(WRONG)
    assert [trial.attempt for trial in trials] == WRONG
    assert [trial.effects for trial in trials] == [(), (), ()]
    assert all(trial.watched for trial in trials)
    assert [json.loads(trial.exchange.request.body)["name"] for trial in trials] == ["a", "b", "c"]
    assert [trial.exchange.index for trial in trials] == sorted(trial.exchange.index for trial in trials)
    reads = ["GET /things/one", "GET /things/two"]
    assert client.sent[began:] == [*reads, *["PATCH /things/one"] * 3, *reads]


def test_an_accepted_input_is_sent_again_alone_so_that_its_effect_shows() -> None:
    def second(request: Request, _: str) -> Response | None:
        refused = request.method == "PATCH" and json.loads(request.body).get("name") in {"a", "c"}
        return answer(400, {"error": {"code": "x"}}) if refused else None

    client, update = slow(second)
    trials = update.watch.attempt(WRONG)
    assert [trial.visible for trial in trials] == [False, True, False]
    assert [len(trial.effects) for trial in trials] == [0, 1, 0]
    assert client.things["one"]["name"] == "b"


def test_what_a_refused_input_of_several_did_is_blamed_on_it_alone() -> None:
    def applied(request: Request, _: str) -> Response | None:
        body = json.loads(request.body) if request.method == "PATCH" else {}
        if body.get("label") not in {"x", "y"}:
            return None
        if body["label"] == "y":
            client.things["two"]["name"] = body["label"] + str(len(client.exchanges))
        return answer(400, {"error": {"code": "x"}})

    client, update = slow(applied)
    trials = [*update.watch.each([Attempt("x", {"label": "x"}), Attempt("y", {"label": "y"})])]
    assert [[effect.entity for effect in trial.effects] for trial in trials] == [[], ["two"]]


def test_a_target_that_crosses_answers_is_asked_one_by_one() -> None:
    gone = threading.Event()

    def crossed(request: Request, path: str) -> Response | None:
        if request.method != "GET" or not path.endswith("/one") or gone.is_set():
            return None
        gone.set()
        return answer(200, TWO)

    client, update = slow(crossed)
    assert not takes_several(update)
    assert client.together.trusted is False
    client.scripts.append(refuse("PATCH"))
    update.watch.attempt(WRONG)
    assert client.together.trusted is False


def test_inputs_in_flight_stay_unjudged_where_the_target_was_started_again() -> None:
    client, update = slow(refuse("PATCH"))
    assert takes_several(update)
    run = client.together.run

    def dies(*jobs: object) -> object:
        found = run(*jobs)  # type: ignore[arg-type, var-annotated]
        if any(each.request.method == "PATCH" for each in found if hasattr(each, "request")):
            client.lifeline.deaths.append(None)  # type: ignore[arg-type]
        return found

    client.together.run = dies  # type: ignore[method-assign, assignment]
    before = len(client.exchanges)
    trials = update.watch.attempt(WRONG)
    assert [trial.watched for trial in trials] == [False, False, False]
    assert update.log.watched == []
    assert client.bodies("PATCH")[-3:] == [{"name": name} for name in "abc"]
    assert client.sent[before:].count("PATCH /things/one") == 3
