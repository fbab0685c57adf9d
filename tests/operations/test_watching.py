"""Inputs that must have no effect: what changed all the same, and whose doing that is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.knowledge import Log
from graph_contracts.operations.update import UpdateDriver
from tests.support.drivers import ONE, TWO, creating, updating
from tests.support.scripted_client import SILENCE, Clock, ScriptedClient, answer, in_turn, refuse, stopped_clock

ERROR = {"error": {"code": "badRequest"}}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped_clock(monkeypatch)


def test_a_refusal_without_an_effect_is_watched_and_nothing_else() -> None:
    client = ScriptedClient(ONE, TWO)
    client.scripts.append(refuse("PATCH"))
    update = updating(client)
    (trial,) = update.watch.attempt([Attempt("wrong", {"name": "x"})])
    assert (trial.watched, trial.effects) == (True, ())
    assert update.log.watched == [trial.exchange]
    assert update.log.effects == []


def test_a_refusal_that_was_applied_is_an_effect_on_the_object_that_changed() -> None:
    client = ScriptedClient(ONE, TWO)

    def applied(request: Request, _: str) -> Response | None:
        if request.method != "PATCH":
            return None
        client.things["two"] |= json.loads(request.body)
        return answer(400, ERROR)

    client.scripts.append(applied)
    update = updating(client)
    (trial,) = update.watch.attempt([Attempt("wrong", {"name": "x"}, marker="x")])
    assert [(each.entity, each.difference.path) for each in trial.effects] == [("two", "name")]
    assert trial.visible
    assert update.log.effects == [*trial.effects]


def test_refused_attempts_are_looked_at_together_and_told_apart_by_their_markers() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(refuse("PATCH"))
    update = updating(client)
    update.watch.attempt([Attempt("a", {"name": "a"}, marker="a"), Attempt("b", {"name": "b"}, marker="b")])
    assert client.sent == ["GET /things/one", "PATCH /things/one", "PATCH /things/one", "GET /things/one"]

    def second(request: Request, _: str) -> Response | None:
        if request.method != "PATCH":
            return None
        if b'"d"' in request.body:
            client.things["one"]["name"] = "d"
        return answer(400, ERROR)

    client.scripts[:] = [second]
    one, two = update.watch.attempt([Attempt("c", {"name": "c"}, marker="c"), Attempt("d", {"name": "d"}, marker="d")])
    assert one.effects == ()
    assert [each.difference.path for each in two.effects] == ["name"]


def test_what_was_accepted_is_looked_at_alone() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    one, two = update.watch.attempt([Attempt("a", {"name": "a"}), Attempt("b", {"label": "b"})])
    assert [each.difference.path for each in one.effects] == ["name"]
    assert [each.difference.path for each in two.effects] == ["label"]
    assert update.log.watched == [], "nothing was refused"


def test_where_nothing_shows_the_objects_nothing_counts_as_watched() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(refuse("GET", "PATCH"))
    update = updating(client)
    (trial,) = update.watch.attempt([Attempt("wrong", {"name": "x"})])
    assert not trial.watched
    assert update.log.watched == []


def test_objects_are_read_again_only_where_something_may_have_changed() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    assert update.watch.objects.snapshot() == update.watch.objects.snapshot()
    assert client.sent == ["GET /things/one"]
    update.patch({"name": "x"})
    assert update.watch.objects.snapshot()["one"]["name"] == "x"
    assert len(client.sent) == 3


def test_an_older_state_that_shows_after_a_refusal_is_no_effect_of_it() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    update.calibrate()
    update.change({"name": "before"})
    update.change({"name": "after"})
    older = answer(200, {**client.things["one"], "name": "before"})
    client.scripts.append(in_turn(older))
    client.scripts.append(refuse("PATCH"))
    (trial,) = update.watch.attempt([Attempt("wrong", {"label": "x"}, marker="x")])
    assert trial.effects == ()


def test_chosen_octets_are_attempted_like_any_input() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    octets, _ = update.wire.octets(b"{", {})
    client.scripts.append(refuse("PATCH"))
    (trial,) = update.watch.attempt([Attempt("octets", wire=octets)])
    assert trial.watched
    assert trial.exchange.request.wire == octets


def test_after_hostile_inputs_the_documented_operation_is_tried() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    _ = update.bodies.partial
    assert len(update.watch.attempt([Attempt("hostile", b"[[[[")], hostile=True)) == 1
    assert update.log.hostile == 1
    assert update.log.outages == []
    assert list(client.bodies("PATCH")[-1]) == ["ownerId"]


@pytest.mark.parametrize("own", [False, True])
def test_what_a_plain_update_did_to_another_object_is_not_the_next_inputs_doing(own: bool) -> None:
    """The update that shows that the target is alive lands on both objects; a refused input on the second, or not."""
    client = ScriptedClient(ONE, TWO)

    def crossing(request: Request, _: str) -> Response | None:
        if request.method != "PATCH":
            return None
        if request.body.startswith(b"[["):
            return answer(400, ERROR)
        body = json.loads(request.body)
        if "label" in body:
            client.things["two"] |= body if own else {}
            return answer(400, ERROR)
        for thing in client.things.values():
            thing.update(body)
        return answer(200, client.things["one"])

    update = updating(client)
    _ = update.bodies.partial, update.observe.persists
    client.scripts.append(crossing)
    (trial,) = update.watch.attempt([Attempt("hostile", b"[[[[")], hostile=True)
    assert trial.effects == ()
    (trial,) = update.watch.attempt([Attempt("wrong", {"label": "x"}, marker="x")])
    assert [each.difference.path for each in trial.effects] == (["label"] if own else [])


def test_a_target_that_comes_back_was_dead_for_a_while(clock: Clock) -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    culprit = update.change(update.bodies.small())
    client.scripts.append(in_turn(SILENCE, SILENCE, SILENCE))
    assert update.watch.check_alive(culprit) is not None
    (outage,) = update.log.outages
    assert (outage.recovered, outage.culprit) == (True, culprit)
    assert outage.seconds >= sum(clock.slept) > 0
    assert client.dead is None


def test_a_target_that_stays_away_is_dead() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    culprit = update.change(update.bodies.small())
    client.scripts.append(lambda *_: SILENCE)
    assert update.watch.check_alive(culprit) is None
    (outage,) = update.log.outages
    assert not outage.recovered
    assert client.dead is not None


def test_who_refuses_the_documented_operation_is_not_waited_for(clock: Clock) -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    culprit = update.change(update.bodies.small())
    client.scripts.append(refuse("PATCH"))
    assert update.watch.check_alive(culprit) is None
    assert [outage.recovered for outage in update.log.outages] == [False]
    assert client.dead is None
    assert clock.slept == []


def test_an_object_that_a_refused_creation_made_is_its_effect_and_the_runs_to_delete() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    create.calibrate()

    def made(request: Request, path: str) -> Response | None:
        if request.method != "POST":
            return None
        client.store(request, path)
        return answer(400, ERROR)

    client.scripts.append(made)
    body = create.bodies.small()
    (trial,) = create.watch.attempt([Attempt("wrong", body, marker=body["ownerId"])])
    (effect,) = trial.effects
    assert effect.entity in client.things
    assert effect.entity in create.objects.created
    assert create.log.effects == [effect]


def test_what_others_make_meanwhile_is_no_effect() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    create.calibrate()

    def beside(request: Request, _: str) -> Response | None:
        if request.method != "POST":
            return None
        client.things["theirs"] = {"id": "theirs", "name": "x", "ownerId": "y", "label": "z"}
        return answer(400, ERROR)

    client.scripts.append(beside)
    body = create.bodies.small()
    (trial,) = create.watch.attempt([Attempt("wrong", body, marker=body["ownerId"])])
    assert trial.watched
    assert trial.effects == ()
    assert "theirs" not in create.objects.created


def lagging(client: ScriptedClient, shown: list[bool]) -> Any:
    """A list that shows what was made once `shown` holds something."""

    def script(request: Request, path: str) -> Response | None:
        if (request.method, path) != ("GET", "/things") or shown:
            return None
        return answer(200, {"value": [ONE]})

    return script


@pytest.mark.parametrize("case", ["named", "nameless", "deleted"])
def test_what_an_earlier_creation_made_is_no_effect_of_a_refused_one(case: str) -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    create.calibrate()
    shown: list[bool] = []
    body = create.bodies.small()
    client.scripts.append(lagging(client, shown))
    made: dict[str, Any] = {}

    def answers(request: Request, path: str) -> Response | None:
        if request.method == "POST" and made:
            shown.append(True)
            client.things.update(made)  # the list still shows the state before
            return answer(400, ERROR)
        if request.method == "POST" and case == "nameless":
            client.store(request, path)
            return answer(201, {})
        return None

    client.scripts.append(answers)
    before = {*client.things}
    create.patch(body)
    made |= {name: thing for name, thing in client.things.items() if name not in before}
    if case == "deleted":
        create.creations.discard(create.key)
    (trial,) = create.watch.attempt([Attempt("wrong", body)])
    assert len(made) == 1
    assert trial.watched
    assert trial.effects == ()
    assert create.log.effects == []


def test_a_refused_creation_that_makes_an_object_beside_an_earlier_one_is_told() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    create.calibrate()
    body = create.bodies.small()
    create.patch(body)

    def made(request: Request, path: str) -> Response | None:
        if request.method != "POST":
            return None
        client.store(request, path)
        return answer(400, ERROR)

    client.scripts.append(made)
    (trial,) = create.watch.attempt([Attempt("wrong", body)])
    (effect,) = trial.effects
    assert effect.entity in client.things
    assert effect.entity != create.key


def test_the_state_after_each_accepted_attempt_is_its_own_where_answers_show_nothing() -> None:
    client = ScriptedClient(ONE)

    def silent(request: Request, _: str) -> Response | None:
        if request.method != "PATCH":
            return None
        client.things["one"] |= json.loads(request.body)
        return answer(204, None)

    client.scripts.append(silent)
    update = updating(client)
    trials = update.watch.attempt([Attempt("a", {"name": "a"}), Attempt("b", {"name": "b"})])
    assert [(trial.shown or {}).get("name") for trial in trials] == ["a", "b"]
    for trial in trials:
        sent, seen = trial.evidence
        assert (sent, seen.request.method) == (trial.exchange, "GET")
        assert (seen.object or {}).get("name") == (trial.shown or {}).get("name")


def test_an_object_that_can_be_read_no_more_is_ruined_where_answers_show_nothing() -> None:
    client = ScriptedClient(ONE)
    ruined: list[bytes] = []

    def silent(request: Request, _: str) -> Response | None:
        if request.method == "GET":
            return answer(500, ERROR) if ruined else None
        if b"bad" in request.body:
            ruined.append(request.body)
        return answer(204, None)

    update = updating(client)
    update.calibrate()
    client.scripts.append(silent)
    (trial,) = update.watch.attempt([Attempt("bad", {"name": "bad"})], hostile=True)
    (outage,) = update.log.outages
    assert (outage.culprit, outage.after.request.method, outage.after.status) == (trial.exchange, "GET", 500)


def hostile(*, lag: float) -> tuple[ScriptedClient, UpdateDriver]:
    """Two objects at a target that refuses what has a label, and whose reads lag so many seconds."""
    client = ScriptedClient(ONE, TWO)
    update = updating(client)
    assert update.observe.persists
    update.watch.objects.snapshot()
    update.lag.max_lag = lag

    def refused(request: Request, _: str) -> Response | None:
        wrong = request.method == "PATCH" and "label" in json.loads(request.body)
        return answer(400, ERROR) if wrong else None

    client.scripts.append(refused)
    return client, update


HOSTILE = tuple(Attempt(label, {"label": label}, marker=label) for label in "abc")


@pytest.mark.parametrize(("lag", "looks"), [(0.0, 3), (0.5, 1)], ids=["at once", "late"])
def test_where_reads_lag_one_look_is_for_all_hostile_inputs_that_are_refused(lag: float, looks: int) -> None:
    client, update = hostile(lag=lag)
    began = len(client.exchanges)
    trials = [*update.watch.each_hostile(iter(HOSTILE))]
    assert [trial.attempt.note for trial in trials] == ["a", "b", "c"]
    assert [(trial.watched, trial.effects) for trial in trials] == [(True, ())] * 3
    sent = client.sent[began:]
    assert sent.count("PATCH /things/one") == 6, "each with an update after it"
    assert sent.count("GET /things/two") == looks


def test_what_one_of_several_late_hostile_inputs_did_is_blamed_on_it_alone() -> None:
    client, update = hostile(lag=0.5)

    def applied(request: Request, _: str) -> Response | None:
        body = json.loads(request.body) if request.method == "PATCH" else {}
        if body.get("label") == "b":
            client.things["two"]["name"] = f"b{len(client.exchanges)}"
        return None

    client.scripts.insert(0, applied)
    trials = [*update.watch.each_hostile(HOSTILE)]
    assert [[effect.entity for effect in trial.effects] for trial in trials] == [[], ["two"], []]


def test_what_is_held_to_the_end_of_a_run_has_no_body_of_megabytes() -> None:
    log = Log()
    for length in (1, 1_000_000):
        log.watch(Exchange(length, Request("PATCH", "/", body=b"x" * length), Response(413)))
    assert [(each.index, each.status, each.request.body) for each in log.watched] == [
        (1, 413, b"x"),
        (1_000_000, 413, b""),
    ]
