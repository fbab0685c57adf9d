"""The reference serves whatever a document describes, or says in a word why it can't."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Contract
from graph_contracts.errors import ConfigurationError, DocumentError
from graph_contracts.reference import validate
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import behaviours
from graph_contracts.reference.routes import Routes
from graph_contracts.reference.serving import build
from graph_contracts.reference.store import Store, merge
from tests.reference.desk import TOKENS, Ask, ask, contract

STATION: dict[str, Any] = {
    "type": "object",
    "x-graph-type": "t.station",
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string"},
        "open": {"type": "boolean"},
        "height": {"type": "number"},
        "tracks": {"type": "integer", "format": "int32"},
        "visitors": {"type": "integer", "format": "int64"},
        "opened": {"type": "string", "format": "date"},
        "seen": {"type": "string", "format": "date-time"},
        "rest": {"type": "string", "format": "duration"},
        "bell": {"type": "string", "format": "time"},
        "key": {"type": "string", "format": "uuid"},
        "photo": {"type": "string", "format": "byte"},
        "level": {"type": "string", "x-graph-members": ["low", "high"]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "next": {"$ref": "#/components/schemas/station"},
    },
}


def document(paths: dict[str, str], properties: dict[str, Any] | None = None, example: Any = None) -> Contract:
    """A contract whose paths are updated, or read, with objects of one type."""
    schema = {**STATION, "properties": properties} if properties else STATION
    media: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/station"}}
    answer = {**media, "example": example} if example else media
    operation = {
        "requestBody": {"content": {"application/json": media}},
        "responses": {"200": {"content": {"application/json": answer}}},
    }
    return Contract.from_document(
        {
            "openapi": "3.1.0",
            "info": {"title": "Stations"},
            "paths": {path: {method: operation} for path, method in paths.items()},
            "components": {"schemas": {"station": schema}},
        },
        "stations.yaml",
    )


def app(contract: Contract, *faults: str) -> App:
    return build(contract, TOKENS, faults=faults)


def test_objects_lie_below_whatever_stands_for_the_parents() -> None:
    served = app(document({"/lines/{line}/stations/{station}": "patch"}))
    (listed,) = ask(served, Ask("GET", "/lines/7/stations"))
    entity = listed.json["value"][0]["id"]
    target = f"/lines/7/stations/{entity}"
    updated, read, elsewhere = ask(
        served,
        Ask(target=target, body={"name": "North"}),
        Ask("GET", target),
        Ask("GET", f"/roads/7/stations/{entity}"),
    )
    assert (updated.status, read.json["name"], elsewhere.status) == (200, "North", 404)
    assert ask(served, Ask("GET", f"{target}/more"), Ask("GET", "/lines/7"))[0].status == 404


def test_every_kind_of_property_is_seeded_with_a_value_that_can_be_sent_back() -> None:
    served = app(document({"/stations/{id}": "patch"}))
    (listed,) = ask(served, Ask("GET", "/stations"))
    first, second = listed.json["value"]
    assert all(value is not None for value in first.values())
    unlike = {name for name in first if first[name] == second[name]}
    assert unlike <= {"@odata.type", "bell", "photo", "next"}
    for entity in (first, second):
        (answer,) = ask(served, Ask(target=f"/stations/{entity['id']}", body=entity))
        assert (answer.status, answer.json) == (200, entity)


def test_the_documented_example_is_the_first_object_where_its_values_are_valid() -> None:
    shown = {"id": "s-1", "name": "Name value", "tracks": "Int32", "seen": "String (timestamp)", "level": "String"}
    served = app(document({"/stations/{id}": "patch"}, example=shown))
    (answer,) = ask(served, Ask("GET", "/stations/s-1"))
    assert answer.json["name"] == "Name value"
    assert answer.json["level"] == "low"
    assert answer.json["tracks"] == 41
    assert validate.is_date_time(answer.json["seen"])
    assert "@odata.type" in answer.json


def test_two_operations_that_are_no_aliases_keep_objects_of_their_own() -> None:
    served = app(document({"/stations/{id}": "patch", "/depots/{id}": "patch"}))
    stations, depots = (ask(served, Ask("GET", path))[0].json["value"] for path in ("/stations", "/depots"))
    assert not {entity["id"] for entity in stations} & {entity["id"] for entity in depots}


def test_a_contract_without_operations_can_not_be_served() -> None:
    with pytest.raises(DocumentError, match=r"stations\.yaml: no operation"):
        app(document({}))


def test_a_contract_that_only_reads_shows_its_objects() -> None:
    served = app(document({"/stations/{id}": "get"}))
    (listed,) = ask(served, Ask("GET", "/stations"))
    target = f"/stations/{listed.json['value'][0]['id']}"
    read, updated = ask(served, Ask("GET", target), Ask(target=target, body={"name": "North"}))
    assert (read.status, read.json) == (200, listed.json["value"][0])
    assert (updated.status, updated.header("allow")) == (405, "GET, HEAD, OPTIONS")


def test_a_fault_of_a_kind_of_property_that_the_contract_lacks_is_refused() -> None:
    poor = document({"/stations/{id}": "patch"}, {"id": {"type": "string"}, "name": {"type": "string"}})
    with pytest.raises(ConfigurationError, match=r"int-as-string .* Stations lacks"):
        app(poor, "int-as-string")


@pytest.mark.parametrize("poor", [False, True])
def test_every_behaviour_fits_a_contract_or_says_that_it_does_not(poor: bool) -> None:
    properties = {"id": {"type": "string"}, "name": {"type": "string"}} if poor else None
    described = document({"/stations/{id}": "patch"}, properties)
    for behaviour in behaviours():
        faults, variations = ([behaviour.name], []) if behaviour.kind == "fault" else ([], [behaviour.name])
        try:
            served = build(described, TOKENS, faults=faults, variations=variations)
        except ConfigurationError:
            continue
        for answer in ask(served, Ask("GET", "/stations"), Ask(target="/stations/none", body={"name": "x"})):
            assert answer.status in {200, 400, 404, 405, 415, 501}, behaviour.name


def test_a_merge_follows_complex_values_and_replaces_collections() -> None:
    thing = contract().updates[0].body
    assert thing is not None
    before = {"jobId": "j", "servicePrincipal": {"id": "1", "displayName": "a"}, "provisioningSteps": [{"name": "a"}]}
    after = merge(before, {"servicePrincipal": {"displayName": "b"}, "provisioningSteps": [], "jobId": None}, thing)
    assert after == {"jobId": None, "servicePrincipal": {"id": "1", "displayName": "b"}, "provisioningSteps": []}
    assert before["provisioningSteps"] == [{"name": "a"}]


def test_a_merge_into_null_makes_the_object_and_keeps_no_hold_on_the_body() -> None:
    thing = contract().updates[0].body
    assert thing is not None
    body: dict[str, Any] = {"sourceSystem": {"details": {"k": ["v"]}}}
    after = merge({"sourceSystem": None}, body, thing)
    body["sourceSystem"]["details"]["k"].append("w")
    assert after == {"sourceSystem": {"details": {"k": ["v"]}}}


def test_aliases_share_one_collection_of_two_unlike_objects() -> None:
    store, routes = Store(), Routes(contract())
    first, second = (store.collection(routes.resource(place)) for place in routes.places)
    assert first is second
    one, other = first.values()
    assert all(one[name] != other[name] for name in ("id", "tenantId", "activityDateTime", "durationInMilliseconds"))


LABEL = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "issued": {"type": "string", "readOnly": True}},
}


def test_what_only_the_server_writes_in_a_value_comes_back_with_the_value() -> None:
    properties = {"id": {"type": "string"}, "label": LABEL, "labels": {"type": "array", "items": LABEL}}
    shown = {"id": "s-1", "label": {"name": "a", "issued": "b"}, "labels": [{"name": "c", "issued": "d"}]}
    served = app(document({"/stations/{id}": "patch"}, properties, shown))
    (found,) = ask(served, Ask("GET", "/stations/s-1"))
    sent = {"label": {"name": "a"}, "labels": [{"name": "new"}, {"name": "c"}]}
    cleared, written = ask(
        served,
        Ask(target="/stations/s-1", body={"label": None, "labels": []}),
        Ask(target="/stations/s-1", body=sent),
    )
    assert (cleared.json["label"], cleared.json["labels"]) == (None, [])
    assert written.json["label"] == found.json["label"] == shown["label"]
    assert written.json["labels"] == [{"name": "new"}, {"name": "c", "issued": "d"}]


def test_an_update_is_answered_with_the_documented_status_and_the_type_that_is_sent() -> None:
    part = {"type": "object", "properties": {"name": {"type": "string"}}}
    sent = {**part, "x-graph-type": "t.small"}
    answered = {**part, "x-graph-type": "t.any", "x-graph-also": ["t.small"]}
    operation = {
        "requestBody": {"content": {"application/json": {"schema": sent}}},
        "responses": {"202": {"content": {"application/json": {"schema": answered}}}},
    }
    paths = {"/stations/{id}": {"patch": operation}}
    served = app(Contract.from_document({"openapi": "3.1.0", "info": {}, "paths": paths}, "stations.yaml"))
    entity = ask(served, Ask("GET", "/stations"))[0].json["value"][0]
    (answer,) = ask(served, Ask(target=f"/stations/{entity['id']}", body=entity))
    assert (answer.status, answer.json["@odata.type"]) == (202, "#t.small")


def test_an_object_has_no_value_that_an_update_could_not_give_it_back() -> None:
    def content(level: Any) -> Any:
        schema = {"type": "object", "properties": {"level": level}}
        return {"application/json": {"schema": schema, "example": {"id": "s-1", "level": "Level value"}}}

    word = {"type": "string"}
    operation = {
        "requestBody": {"content": content({**word, "x-graph-members": ["low", "high"]})},
        "responses": {"200": {"content": content(word)}},
    }
    paths = {"/stations/{id}": {"patch": operation}}
    served = app(Contract.from_document({"openapi": "3.1.0", "info": {}, "paths": paths}, "stations.yaml"))
    (found,) = ask(served, Ask("GET", "/stations/s-1"))
    (answer,) = ask(served, Ask(target="/stations/s-1", body={"level": found.json["level"]}))
    assert (found.json["level"], answer.status) == ("low", 200)


def test_objects_to_begin_with_are_within_the_limits_of_their_type() -> None:
    bounded = {
        "sku": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
        "month": {"type": "integer", "minimum": 1, "maximum": 12},
        "home": {"type": "string", "format": "uri"},
        "parts": {"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": True},
    }
    served = app(document({"/shops/{id}": "patch"}, bounded))
    (listed,) = ask(served, Ask("GET", "/shops"))
    for shop in listed.json["value"]:
        (kept,) = ask(served, Ask(target=f"/shops/{shop['id']}", body={name: shop[name] for name in bounded}))
        assert kept.status == 200
        assert len(shop["parts"]) == 2


def test_null_among_items_is_served_where_the_document_allows_it() -> None:
    def tags(items: dict[str, Any]) -> int:
        served = app(document({"/shops/{id}": "patch"}, {"tags": {"type": "array", "items": items}}))
        (listed,) = ask(served, Ask("GET", "/shops"))
        (answer,) = ask(served, Ask(target=f"/shops/{listed.json['value'][0]['id']}", body={"tags": ["a", None]}))
        return answer.status

    assert tags({"type": "string", "nullable": True}) == 200
    assert tags({"type": "string"}) == 400
