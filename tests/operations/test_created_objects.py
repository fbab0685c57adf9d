"""What the run made is on record before and after, and taken away again; what was there before never is."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.http.exchange import Request, Response
from graph_contracts.operations.creations import MAX_NAMELESS
from graph_contracts.requirements import Inconclusive
from tests.support.drivers import ONE, creating, deleting
from tests.support.scripted_client import SILENCE, ScriptedClient, answer, in_turn, refuse

ERROR = {"error": {"code": "badRequest"}}
BODY = {"name": "Northwind", "ownerId": "q"}


def recorded(create: Any) -> list[tuple[str, dict[str, Any]]]:
    """What is written down of creations, as it comes."""
    told: list[tuple[str, dict[str, Any]]] = []
    create.log_entry = lambda kind, **entry: told.append((kind, entry))
    return told


def test_a_creation_is_on_record_before_it_is_sent_and_so_is_what_was_there() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    told = recorded(create)
    seen: list[list[str]] = []
    client.scripts.append(
        lambda request, _: seen.append([kind for kind, _ in told]) if request.method == "POST" else None
    )
    create.patch(BODY)
    assert seen == [["listed", "create"]]
    assert [kind for kind, _ in told] == ["listed", "create", "created"]
    assert told[0][1]["ids"] == ["one"]
    assert told[1][1]["marks"] == BODY
    assert told[2][1]["path"] == "/things/new-1"
    assert create.objects.created == {"new-1": "/things/new-1"}
    assert create.key == "new-1"


def test_what_was_there_is_listed_once() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    create.patch(BODY)
    create.patch(BODY)
    assert client.sent == ["GET /things", "POST /things", "POST /things"]


def test_an_id_that_was_there_before_is_never_the_runs() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(lambda request, _: answer(201, ONE) if request.method == "POST" else None)
    create = creating(client)
    told = recorded(create)
    create.patch(BODY)
    assert create.objects.created == {}
    assert told[-1][0] == "refused"


def test_a_refused_creation_made_nothing() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(refuse("POST"))
    create = creating(client)
    told = recorded(create)
    create.patch(BODY)
    assert told[-1][0] == "refused"
    assert (create.objects.created, create.objects.doubtful) == ({}, [])


def nameless(client: ScriptedClient) -> Any:
    """Make an object, and don't tell its id."""

    def script(request: Request, path: str) -> Response | None:
        if request.method != "POST":
            return None
        client.store(request, path)
        return answer(201, {})

    return script


def test_an_answer_without_an_id_is_looked_up_in_the_list() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(nameless(client))
    create = creating(client)
    create.bodies.found_markers = ("ownerId",)
    create.patch(BODY)
    assert create.key == "new-1"
    assert (list(create.objects.created), create.objects.doubtful) == (["new-1"], [])


def test_after_a_few_objects_whose_id_nobody_knows_no_more_are_made() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(lambda request, _: answer(201, {}) if request.method == "POST" else None)
    create = creating(client)
    create.bodies.found_markers = ("ownerId",)
    for _ in range(MAX_NAMELESS):
        create.patch(BODY)
    assert len(create.objects.doubtful) == MAX_NAMELESS
    with pytest.raises(Inconclusive, match="can't be taken away"):
        create.patch(BODY)


def test_a_creation_without_an_answer_is_doubtful_until_the_list_shows_that_nothing_was_made() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(in_turn(None, SILENCE))
    create = creating(client)
    create.bodies.found_markers = ("ownerId",)
    told = recorded(create)
    create.patch(BODY)
    assert len(create.objects.doubtful) == 1
    create.tidy()
    assert create.objects.doubtful == []
    assert told[-1][0] == "refused"


def test_nothing_is_made_that_no_operation_deletes() -> None:
    client = ScriptedClient(ONE)
    with pytest.raises(Inconclusive, match="no operation that deletes"):
        creating(client, deletes=False).patch(BODY)
    assert client.sent == []
    assert creating(client, deletes=False, destructive=True).patch(BODY).ok


def test_the_first_object_is_deleted_at_once_and_no_other_made_where_that_fails() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(refuse("DELETE", status=405))
    create = creating(client)
    create.calibrate()
    assert [each for each in client.sent if not each.startswith("GET")] == ["POST /things", "DELETE /things/new-1"]
    with pytest.raises(Inconclusive, match="DELETE is answered 405"):
        create.patch(BODY)


def test_what_a_case_made_is_deleted_when_it_is_over() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    told = recorded(create)
    first, last = create.make(1), create.make(2)
    create.tidy()
    assert list(create.objects.created) == [last], "the last may still be looked at"
    assert first not in client.things
    assert told[-1] == ("deleted", {"path": f"/things/{first}"})


def test_an_object_that_is_gone_already_needs_no_deletion() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    entity = create.make()
    del client.things[entity]
    create.creations.discard(entity)
    assert entity not in create.objects.created


def test_a_deletion_that_wants_a_condition_gets_one() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    entity = create.make()
    client.scripts.append(in_turn(answer(428, ERROR)))
    create.creations.discard(entity)
    assert entity not in client.things


def test_chosen_octets_that_create_are_on_record_too() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    told = recorded(create)
    create.wire.send(*create.wire.octets(b'{"name":"x"}', {}))
    assert [kind for kind, _ in told] == ["listed", "create", "created"]
    assert list(create.objects.created) == ["new-1"]


def test_strangers_are_what_is_new_and_not_the_runs() -> None:
    client = ScriptedClient(ONE)
    create = creating(client)
    create.patch(BODY)
    assert create.strays() == 0
    client.things["theirs"] = {"id": "theirs"}
    assert create.strays() == 1


def test_only_an_object_that_was_made_for_it_is_deleted() -> None:
    client = ScriptedClient(ONE)
    delete = deleting(client)
    assert delete.ask().ok
    assert set(client.things) == {"one"} | set(delete.maker.objects.created)


def test_a_refused_deletion_that_was_performed_is_an_effect() -> None:
    client = ScriptedClient(ONE)
    delete = deleting(client)
    delete.demand()

    def performed(request: Request, path: str) -> Response | None:
        if request.method != "DELETE":
            return None
        client.store(request, path)
        return answer(400, ERROR)

    client.scripts.append(performed)
    trial = delete.attempt("wrong")
    assert [each.difference.actual for each in trial.effects] == [None]
    assert delete.log.effects == [*trial.effects]


@pytest.mark.parametrize("listed", [True, False])
def test_an_object_that_was_there_is_no_victim_whatever_a_creation_answers(*, listed: bool) -> None:
    """A server finds by a unique value what is there, and answers with that: it isn't to be deleted."""
    client = ScriptedClient(ONE)
    delete = deleting(client)
    maker = delete.maker
    delete.key = "" if listed else "one"
    if not listed:
        client.scripts.append(lambda request, path: refuse("GET")(request, path) if path == "/things" else None)
    assert delete.ask().ok
    client.scripts.append(lambda request, _: answer(200, ONE) if request.method == "POST" else None)
    with pytest.raises(Inconclusive, match="one, which was there before"):
        delete.ask()
    assert "DELETE /things/one" not in client.sent
    assert client.things["one"] == ONE
    assert "one" not in maker.objects.created
