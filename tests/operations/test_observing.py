"""Looking at objects: by which means, how long reads that lag are waited for, and what is concluded from them."""

from __future__ import annotations

import pytest

from graph_contracts.contract import OperationKind
from graph_contracts.http.exchange import Request, Response
from graph_contracts.operations.equality import Difference
from graph_contracts.requirements import Inconclusive, Severity
from tests.support.drivers import ONE, TWO, creating, updating
from tests.support.scripted_client import Clock, ScriptedClient, answer, in_turn, lagging, refuse, stopped_clock


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped_clock(monkeypatch)


def no_item(request: Request, path: str) -> Response | None:
    """Don't show an object by itself."""
    return answer(404, {}) if request.method == "GET" and path.count("/") == 2 else None


def test_an_object_is_read_by_itself_where_that_works() -> None:
    client = ScriptedClient(ONE, TWO)
    update = updating(client)
    assert update.observe.read_once()[0] == ONE
    assert update.observe.state() == {**ONE, "changed": None}
    assert client.sent == ["GET /things/one"] * 2


@pytest.mark.parametrize("body", [{"value": [ONE, TWO]}, {"items": [ONE, TWO], "total": 2}, [ONE, TWO], TWO])
def test_a_list_or_another_object_is_not_taken_for_the_object(body: object) -> None:
    client = ScriptedClient(ONE, TWO)
    client.scripts.append(lambda request, path: answer(200, body) if path == "/things/one" else None)
    assert updating(client).observer.item("one")[0] is None


def test_else_it_is_looked_up_in_the_collection_from_then_on() -> None:
    client = ScriptedClient(TWO, ONE)
    client.scripts.append(no_item)
    update = updating(client)
    assert update.observe.read_once()[0] == ONE
    assert update.observe.read_once()[0] == ONE
    assert client.sent == ["GET /things/one", "GET /things", "GET /things"]


def test_an_update_that_changes_nothing_shows_an_object_that_no_read_shows() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(refuse("GET", status=404))
    update = updating(client)
    update.change(update.bodies.small())
    writes = client.lane.writes
    found, _ = update.observe.read_once()
    assert found == client.things["one"]
    assert update.observer.means == "neutral"
    assert client.lane.writes == writes, "it changes nothing"
    assert list(client.bodies("PATCH")[-1]) == ["name"], "the last of the markers is the one to spare"
    update.observe.read_once(about=["name"])
    assert "name" not in client.bodies("PATCH")[-1]


def test_an_object_that_nothing_shows_is_no_ground_for_a_verdict() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(refuse("GET", status=404))
    with pytest.raises(Inconclusive, match="can't be read"):
        updating(client).observe.read_once()


def test_a_further_path_looks_through_the_first_where_its_own_shows_nothing() -> None:
    client = ScriptedClient(ONE)
    first = updating(client)
    further = type(first)(client, first.documented, first.options, first)
    further.key = "one"
    client.scripts.append(in_turn(answer(404, {}), answer(404, {})))
    assert further.observe.read_once()[0] == ONE
    assert further.pending is first.pending, "both lead to the same objects"
    assert first.further == (further,)


def test_a_read_that_shows_what_was_sent_is_not_waited_for(clock: Clock) -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    update.calibrate()
    clock.slept.clear()
    update.change({"name": "x"})
    left, exchange = update.observe.settle({"name": "x"})
    assert left == []
    assert exchange.request.method == "GET"
    assert clock.slept == []
    assert (update.lag.max_lag, update.lag.timed_out_reads, update.lag.stale_reads_seen) == (0.0, 0, False)


def test_reads_that_lag_are_waited_for_and_their_lag_is_known_from_then_on(clock: Clock) -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    update.calibrate()
    lagging(client, [True, True, True])
    update.change({"name": "x"})
    left, _ = update.observe.settle({"name": "x"})
    assert left == []
    assert update.lag.max_lag >= sum(clock.slept) > 0
    assert update.lag.timed_out_reads == 0


def test_lag_counts_from_the_write_and_not_from_the_first_look(clock: Clock) -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    update.calibrate()
    lagging(client, [True])
    update.change({"name": "x"})
    clock.now += 0.5
    update.observe.settle({"name": "x"})
    assert update.lag.max_lag >= 0.5


def test_a_value_that_was_accepted_may_show_late_though_it_was_refused_since() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    update.change({"name": "x"})
    client.scripts.append(refuse("PATCH", status=400))
    assert update.patch({"name": "x", "unknown": 1}).refused
    assert update.pending.explained_by_lag("one", [Difference("name", ONE["name"], "x")])
    assert not update.pending.explained_by_lag("one", [Difference("unknown", None, 1)])


def test_where_reads_lag_nobody_knows_which_of_parallel_updates_was_the_last() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    update.lag.max_lag, update.lag.shows_updates = 0.1, True
    update.watch.objects.snapshot()
    update.patch({"name": "first to be answered"}, wait=False)
    client.things["one"]["name"] = "last to be stored"
    assert update.watch.objects.snapshot()["one"]["name"] == "last to be stored"
    update.patch({"name": "alone"})
    sent = len(client.sent)
    assert update.watch.objects.snapshot()["one"]["name"] == "alone"
    assert len(client.sent) == sent, "of one update, the state is known"


def test_a_value_that_was_accepted_under_another_path_may_show_late() -> None:
    update = updating(ScriptedClient(ONE))
    assert update.patch({"name": "x"}, path="/things/one").ok
    assert update.pending.explained_by_lag("one", [Difference("name", ONE["name"], "x")])


def test_what_never_shows_is_waited_for_the_less_the_more_often_that_was_in_vain(clock: Clock) -> None:
    client = ScriptedClient(ONE)
    update = updating(client, settle=2.0)
    update.calibrate()
    waits = []
    for _ in range(5):
        before = clock.now
        left, _ = update.observe.settle({"name": "never"})
        waits.append(clock.now - before)
        assert [each.path for each in left] == ["name"]
    assert update.lag.timed_out_reads == 5
    assert waits[0] >= 2.0
    assert waits[1] < 0.2
    assert waits[4] < waits[1]


def test_somebody_who_is_not_patient_looks_once(clock: Clock) -> None:
    update = updating(ScriptedClient(ONE))
    update.calibrate()
    before = clock.now
    update.observe.wait_until({"name": "never"}, patient=False)
    assert clock.now - before < 0.01


def test_where_reads_show_no_update_at_all_nothing_else_is_concluded_from_them() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(lambda request, _: answer(200, ONE) if request.method == "GET" else None)
    update = updating(client, settle=0.5)
    assert not update.observe.persists
    with pytest.raises(Inconclusive, match=r"update\.persist\.read"):
        update.observe.settle({"name": "x"})
    assert update.observe.settle({"name": "x"}, anyway=True)[0]


def test_whether_updates_are_seen_is_found_out_once() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    assert update.observe.persists
    asked = len(client.sent)
    assert update.observe.persists
    assert len(client.sent) == asked


def test_reads_that_go_back_are_of_replicas_and_looked_at_again() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    _ = update.bodies.partial
    update.change(update.bodies.mark())
    lagging(client, [False, False, True])
    assert update.observe.persists
    assert update.lag.stale_reads_seen


def test_a_look_that_lacks_what_was_accepted_is_of_an_older_state_or_it_is_lost() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    update.calibrate()
    lagging(client, [True])
    update.change({"name": "x"})
    assert update.observe.look()[0]["name"] == "x"
    client.scripts.append(lambda request, _: answer(200, ONE) if request.method == "GET" else None)
    update.change({"name": "y"})
    assert update.observe.look()[0]["name"] == "Contoso"
    assert "name" not in update.pending.of("one"), "it is lost, and no longer waited for"


def test_what_the_server_maintains_is_not_compared() -> None:
    update = updating(ScriptedClient(ONE), computed=frozenset({"label"}))
    assert update.model.compare({"id": "x", "name": "a", "label": "b"}, {"name": "c", "label": "d"})[0].path == "name"
    assert len(update.model.compare({"id": "x", "name": "a", "label": "b"}, {"name": "c", "label": "d"})) == 1
    assert [each.severity for each in update.model.changes({"name": "a"}, {"name": "b"})] == [Severity.FAIL]


def test_an_object_is_brought_into_a_state_and_shown_so() -> None:
    update = updating(ScriptedClient(ONE))
    update.calibrate()
    shown = update.observe.establish(2)
    assert {name: shown[name] for name in update.bodies.full(2)} == update.bodies.full(2)


def test_what_is_made_is_read_under_its_new_id_and_an_object_that_is_gone_has_nothing_set() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    with pytest.raises(Inconclusive, match="doesn't tell the id"):
        create.observe.read_once()
    entity = create.make()
    assert create.observe.read_once()[0] == client.things[entity]
    del client.things[entity]
    assert create.observe.read_once()[0] == {}


def test_a_collection_is_observed_as_a_whole() -> None:
    client = ScriptedClient(ONE, TWO)
    create = creating(client)
    assert set(create.watch.objects.states()) == {"one", "two"}
    client.scripts.append(refuse("GET"))
    with pytest.raises(Inconclusive, match="can't be seen"):
        create.watch.objects.states()


def test_a_collection_that_is_too_large_is_listed_once() -> None:
    client = ScriptedClient()
    page = answer(200, {"value": [], "@odata.nextLink": "http://elsewhere.example/"})
    client.scripts.append(lambda request, _: page if request.method == "GET" else None)
    create = creating(client)
    for _ in range(2):
        with pytest.raises(Inconclusive, match="too large"):
            create.watch.objects.states()
    assert len(client.sent) == 1


def test_operations_on_one_resource_know_each_other() -> None:
    create = creating(ScriptedClient())
    assert set(create.siblings) == {OperationKind.CREATE, OperationKind.DELETE}
    assert create.path("x") == "/things/x"
    assert create.address() == create.head == "/things"
