"""Which body a target accepts, and the bodies that cases make of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from graph_contracts.http.exchange import Request, Response
from graph_contracts.requirements import Inconclusive
from tests.support.drivers import ONE, creating, updating
from tests.support.scripted_client import ScriptedClient, answer, refuse

ERROR = {"error": {"code": "badRequest"}}


def test_the_first_body_that_is_accepted_names_every_property() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    assert update.bodies.accepted.names == ("name", "ownerId", "label")
    assert [set(body) for body in client.bodies("PATCH")] == [{"name", "ownerId", "label"}]
    assert update.bodies.accepted.steps[-1].exchange is update.bodies.accepted.exchange


def test_a_target_that_wants_the_id_is_given_it_in_every_body() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(
        lambda request, _: answer(400, ERROR) if request.method == "PATCH" and b'"id"' not in request.body else None
    )
    update = updating(client)
    assert update.bodies.accepted.keyed
    assert update.bodies.full()["id"] == "one"
    assert next(iter(update.bodies.small())) == "id"


def test_properties_that_are_refused_are_found_by_sending_each_alone() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(
        lambda request, _: answer(400, ERROR) if request.method == "PATCH" and b"label" in request.body else None
    )
    update = updating(client)
    assert update.bodies.accepted.names == ("name", "ownerId")
    assert [step.name for step in update.bodies.accepted.steps][-4:] == [
        "name alone",
        "ownerId alone",
        "label alone",
        "without the properties refused one by one",
    ]


def test_that_no_body_is_accepted_is_found_out_once() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(refuse("PATCH"))
    update = updating(client)
    with pytest.raises(Inconclusive, match="accepted no body"):
        _ = update.bodies.accepted
    asked = len(client.sent)
    with pytest.raises(Inconclusive, match="accepted no body") as raised:
        _ = update.bodies.accepted
    assert raised.value.exchanges, "what was refused is evidence"
    assert len(client.sent) == asked
    assert update.bodies.searched
    assert "accepted no body" in update.refusal


def test_nothing_is_sent_to_know_whether_a_body_was_looked_for() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    assert (update.bodies.searched, update.refusal) == (False, "")
    assert client.sent == []


def test_full_bodies_differ_by_number_and_come_again() -> None:
    update = updating(ScriptedClient(ONE))
    first, second = update.bodies.full(1), update.bodies.full(2)
    assert update.bodies.full(1) == first
    assert all(first[name] != second[name] for name in first)


def test_ids_are_the_best_markers_and_what_is_not_kept_the_worst() -> None:
    assert updating(ScriptedClient(ONE)).bodies.markers[0] == "ownerId"

    def forgetful(request: Request, path: str) -> Response | None:
        if request.method == "PATCH":
            body = json.loads(request.body)
            body.pop("ownerId", None)
            client.things["one"] |= body
            return answer(200, client.things["one"])
        return None

    client = ScriptedClient(ONE)
    client.scripts.append(forgetful)
    assert updating(client).bodies.markers[-1] == "ownerId"


def test_a_marker_has_a_new_value_each_time() -> None:
    update = updating(ScriptedClient(ONE))
    marks = [update.bodies.marker() for _ in range(3)]
    assert len({mark["ownerId"] for mark in marks}) == 3


def test_a_case_that_needs_more_markers_than_there_are_is_inconclusive() -> None:
    update = updating(ScriptedClient(ONE))
    with pytest.raises(Inconclusive, match="needs 4 plain properties"):
        update.bodies.mark(3)


def whole(request: Request, _: str) -> Response | None:
    """Refuse updates that leave out a property."""
    if request.method == "PATCH" and not {"name", "ownerId", "label"} <= set(json.loads(request.body)):
        return answer(422, ERROR)
    return None


def test_where_partial_bodies_are_refused_small_ones_name_everything() -> None:
    client = ScriptedClient(ONE)
    client.scripts.append(whole)
    update = updating(client)
    small = update.bodies.small()
    assert not update.bodies.partial.ok
    assert set(small) == {"name", "ownerId", "label"}
    assert list(small)[-1] == "ownerId", "the marker stands last"
    with pytest.raises(Inconclusive, match="name only some properties"):
        update.bodies.marker()


def test_the_answer_on_record_is_replaced_while_a_case_is_judged_again() -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    first = update.bodies.accepted.exchange
    with update.again():
        assert update.bodies.accepted.exchange is not first
        assert client.bodies("PATCH")[0] == client.bodies("PATCH")[1]
    assert update.bodies.accepted.exchange is first


def test_nothing_of_the_evidence_is_held_once_all_was_judged() -> None:
    update = updating(ScriptedClient(ONE))
    update.calibrate()
    update.release()
    assert update.bodies.accepted.steps == ()
    assert update.bodies.accepted.exchange.request.body == b""


def test_texts_that_two_objects_may_not_share_are_made_anew() -> None:
    client, taken = ScriptedClient(), set[str]()

    def unique(request: Request, _: str) -> Response | None:
        if request.method != "POST" or (name := json.loads(request.body).get("name")) is None:
            return None
        if name in taken:
            return answer(409, ERROR)
        taken.add(name)
        return None

    client.scripts.append(unique)
    create = creating(client)
    create.calibrate()
    names = [create.bodies.full()["name"] for _ in range(3)]
    assert len(set(names)) == 3
    assert create.change(create.bodies.full()).ok


def test_a_creation_sends_what_the_target_cannot_do_without() -> None:
    client = ScriptedClient()
    client.scripts.append(
        lambda request, _: answer(400, ERROR) if request.method == "POST" and b'"name"' not in request.body else None
    )
    create = creating(client)
    create.calibrate()
    assert create.bodies.partial.ok
    assert "name" in create.bodies.small()
    exchange = create.patch({"label": "blue"})
    assert exchange.ok
    assert "name" in json.loads(exchange.request.body)


def test_a_creation_is_found_by_what_is_required_and_then_by_more() -> None:
    client = ScriptedClient()
    client.scripts.append(
        lambda request, _: (
            answer(400, ERROR)
            if request.method == "POST" and (b"label" in request.body or b'"name"' not in request.body)
            else None
        )
    )
    create = creating(client)
    create.model.type = replace(create.model.type, required=("name",))
    assert create.bodies.accepted.names == ("name", "ownerId")
    assert [step.name for step in create.bodies.accepted.steps][-4:] == [
        "the required properties",
        "the required properties and ownerId",
        "the required properties and label",
        "the required properties and ownerId",
    ]


def test_what_each_body_was_answered_is_told_where_none_is_accepted() -> None:
    client = ScriptedClient()
    client.scripts.append(
        lambda request, _: answer(422 if b"label" in request.body else 400, ERROR) if request.method == "POST" else None
    )
    create = creating(client)
    create.model.type = replace(create.model.type, required=("name",))
    with pytest.raises(Inconclusive) as raised:
        _ = create.bodies.accepted
    assert "422 to every documented property" in raised.value.reason
    assert "400 to the required properties, name alone" in raised.value.reason
