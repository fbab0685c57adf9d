"""The small parts that others are made of, each by itself."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Operation
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.context import Context
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.known_objects import KnownObjects
from graph_contracts.operations.own_values import OwnValues
from graph_contracts.operations.read_lag import ReadLag
from graph_contracts.operations.sample_values import Values
from graph_contracts.operations.sent_values import SentValues, neutral_property
from graph_contracts.operations.snapshot import Snapshot, States
from graph_contracts.requirements import Inconclusive
from tests.support.drivers import ONE, updating
from tests.support.scripted_client import CREATE, READ, THING, UPDATE, Clock, ScriptedClient, stopped_clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped_clock(monkeypatch)


# -- how far reads lag ----------------------------------------------------------------------------------------------


def test_reads_are_waited_for_the_less_the_more_often_that_was_in_vain() -> None:
    waits = [ReadLag(timed_out_reads=count).patience(10.0) for count in (0, 1, 3, 4)]
    assert waits == [10.0, 0.1, 0.1, 0.03]
    assert ReadLag(max_lag=1.0, timed_out_reads=4).patience(10.0) == 4.0
    assert ReadLag(max_lag=5.0, timed_out_reads=1).patience(10.0) == 10.0


def test_what_the_first_path_waited_for_in_vain_counts_once_reads_are_known_to_show_updates() -> None:
    first = ReadLag(timed_out_reads=1)
    assert ReadLag(first).patience(10.0) == 10.0
    assert ReadLag(first, shows_updates=True).patience(10.0) == 0.1


def test_only_what_is_left_of_the_lag_is_waited_for_and_only_within_the_budget(clock: Clock) -> None:
    lag = ReadLag(max_lag=2.0, budget=3.5)
    lag.catch_up(clock.now - 1.0, clock.sleep)
    assert clock.slept == [2.0]
    assert lag.budget == 1.5
    with pytest.raises(Inconclusive, match=r"reads lag 2\.0 s behind"):
        lag.catch_up(clock.now, clock.sleep)
    assert clock.slept == [2.0]


@pytest.mark.parametrize(
    ("lag", "seen"), [(ReadLag(), False), (ReadLag(max_lag=0.1), True), (ReadLag(stale_reads_seen=True), True)]
)
def test_lag_is_seen_by_late_reads_and_by_stale_ones(lag: ReadLag, seen: bool) -> None:
    assert lag.seen is seen


# -- what was sent and shown ----------------------------------------------------------------------------------------


def test_what_was_sent_outranks_what_was_answered() -> None:
    sent = SentValues()
    sent.note_accepted("one", {"name": "new"}, {"name": "stale", "label": "green"})
    assert sent.of("one") == {"name": "new", "label": "green"}
    assert sent.of("two") == {}
    sent.forget()
    assert sent.of("one") == {}


def test_a_property_that_is_stored_and_that_no_read_has_shown_is_never_shown() -> None:
    sent = SentValues()
    label = Difference("label", "green", None)
    assert not sent.never_shown(label, {})
    sent.note_accepted("one", {"name": "new"}, {"name": "new", "label": "green"})
    assert sent.never_shown(label, {})
    assert not sent.never_shown(label, {"label": None}), "this read shows it"
    sent.note_read({"label": "green"})
    assert not sent.never_shown(label, {}), "reads do show it"


def test_an_update_that_changes_nothing_spares_what_is_of_interest_where_it_can() -> None:
    known = {"name": 1, "label": 2}
    assert neutral_property(known, ["name", "label"], frozenset()) == "name"
    assert neutral_property(known, ["name", "label"], frozenset({"name"})) == "label"
    assert neutral_property(known, ["name"], frozenset({"name"})) == "name"
    assert neutral_property({}, ["name"], frozenset()) is None


# -- snapshots ------------------------------------------------------------------------------------------------------


def test_objects_are_looked_at_again_after_a_write_alone() -> None:
    client = ScriptedClient()
    snapshot, looks = Snapshot(client), []

    def look() -> States:
        looks.append(client.lane.writes)
        return {"one": {"name": len(looks)}}

    assert snapshot.take(look) == snapshot.take(look) == {"one": {"name": 1}}
    client.lane.writes += 1
    assert snapshot.take(look) == {"one": {"name": 2}}
    snapshot.forget()
    snapshot.take(look)
    assert looks == [0, 1, 1]


def test_an_object_is_expected_as_the_last_write_left_it_and_only_where_it_was_known_before_that() -> None:
    client = ScriptedClient()
    snapshot = Snapshot(client)
    snapshot.remember({"one": {"name": "a"}})

    def merged(state: JsonMapping, body: JsonMapping) -> JsonObject:
        return {**state, **body}

    def look() -> States:
        return {"one": {"name": "looked"}}

    client.lane.writes += 1
    snapshot.expect("two", {"name": "b"}, merged)
    assert snapshot.take(look) == {"one": {"name": "looked"}}
    client.lane.writes += 1
    snapshot.expect("one", {"name": "b"}, merged)
    assert snapshot.take(look) == {"one": {"name": "b"}}
    client.lane.writes += 2
    snapshot.expect("one", {"name": "b"}, merged)
    assert snapshot.take(look) == {"one": {"name": "looked"}}, "something else was written meanwhile"


# -- values of its own ----------------------------------------------------------------------------------------------


def test_a_body_is_sent_as_it_is_where_nothing_is_known_to_be_needed() -> None:
    own = OwnValues(Values(1), THING)
    assert own.complete({"label": "x", "name": "y"}) == {"label": "x", "name": "y"}


def test_what_a_target_cannot_do_without_stands_before_what_a_case_sends() -> None:
    own = OwnValues(Values(1), THING)
    own.essential, own.distinct = {"name": "Contoso", "label": "green"}, ("name",)
    one, two = own.complete({"label": "red"}), own.complete({"label": "red"})
    assert list(one) == ["name", "label"]
    assert one["label"] == "red"
    assert len({one["name"], two["name"], "Contoso"}) == 3


# -- objects and where they are -------------------------------------------------------------------------------------


def test_an_object_is_kept_as_it_was_seen_first() -> None:
    objects, told = KnownObjects(), list[Any]()
    objects.shown, objects.keeper = told.append, told.append
    objects.keep("one", {"name": "a"})
    objects.keep("one", {"name": "b"})
    assert objects.original == {"one": {"name": "a"}}
    assert told == [{"name": "a"}, "one"]


@pytest.mark.parametrize(
    ("operation", "path", "head"),
    [
        (UPDATE, "/things/one", "/things"),
        (READ, "/things/one", "/things"),
        (CREATE, "/things/one", "/things"),
        (Operation("me_update", "PATCH", "/me", body=THING, response=THING), "/me", "/me"),
    ],
)
def test_objects_are_below_their_collection_or_alone(operation: Operation, path: str, head: str) -> None:
    context = Context(ScriptedClient(ONE), operation, Options())
    assert (context.path("one"), context.head) == (path, head)


def test_looks_end_when_reads_have_had_their_time(clock: Clock) -> None:
    context = Context(ScriptedClient(ONE), UPDATE, Options(settle=1.0))
    before = clock.now
    looks = sum(1 for _ in context.looks())
    assert looks > 2
    assert clock.now - before == pytest.approx(1.0, abs=0.02)
    assert sum(1 for _ in context.looks(0.0)) == 1


@pytest.mark.parametrize(("key", "number"), [("42", True), ("4ff456ff-56ff-4ff4-ff56-f44fff56f44f", False)])
def test_an_unknown_id_is_of_the_kind_that_ids_are(key: str, *, number: bool) -> None:
    update = updating(ScriptedClient(ONE))
    update.key = key
    assert update.unknown_id().isdecimal() == number
