"""Documents that nobody derived are read all the same, as their writers meant them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph_contracts.contract import FIVE, ON_OBJECTS, Contract, Operation, OperationKind, Type, TypeKind
from graph_contracts.errors import DocumentError
from tests.contract.schemas import document, member

MUSEUM = Path(__file__).with_name("museum.yaml")
TEXT, NUMBER = {"type": "string"}, {"type": "number"}


@pytest.fixture(scope="module")
def museum() -> Contract:
    return Contract.load(MUSEUM)


def operation(contract: Contract, name: str) -> Operation:
    (found,) = (each for each in contract.operations if name in {each.id, str(each)})
    return found


# -- operations --------------------------------------------------------------------------------------------------------


def test_everything_in_a_hand_written_document_is_read(museum: Contract) -> None:
    assert museum.unread == ()
    assert len(museum.operations) == 13
    assert museum.servers == ("https://north.example/graph", "/graph")


def test_an_operation_without_an_id_gets_one_and_a_second_of_one_name_a_number(museum: Contract) -> None:
    names = [each.id for each in museum.operations]
    assert len(set(names)) == len(names)
    assert {"List", "List_2", "get_v1_0_rooms_room_id"} <= set(names)


def test_content_is_found_by_reference_under_any_spelling_of_json(museum: Contract) -> None:
    create, change = operation(museum, "List_2"), operation(museum, "ChangeRoom")
    read = operation(museum, "GET /v1.0/rooms/{room-id}")
    assert create.body
    assert create.body == change.body == change.response == read.response
    assert create.request_example
    assert create.request_example.body == {"name": "Nook"}
    keeper = operation(museum, "ChangeMe")
    assert keeper.request_example
    assert keeper.request_example.body == {"name": "Ann"}


def test_a_range_is_a_success_whose_status_nobody_knows(museum: Contract) -> None:
    read = operation(museum, "GET /v1.0/rooms/{room-id}")
    assert read.success is None
    assert read.succeeds(200)
    assert read.succeeds(204)
    assert not read.succeeds(400)
    change = operation(museum, "ChangeRoom")
    assert change.success == 200
    assert not change.succeeds(204)


def test_what_an_operation_says_of_itself_beats_what_the_document_says_of_all(museum: Contract) -> None:
    change = operation(museum, "ChangeRoom")
    assert (change.security.needed, change.deprecated, change.servers) == (True, True, ("https://write.example",))
    assert change.parameter_examples == {"room-id": "r-7"}
    assert not operation(museum, "DELETE /v1.0/rooms/{room-id}").security.needed
    assert not operation(museum, "Close").security.needed


def test_annotations_and_what_is_never_shown_are_not_required_of_an_answer(museum: Contract) -> None:
    assert operation(museum, "ChangeRoom").required == ("id", "name")
    assert operation(museum, "Me").required == ("name",)


def test_what_a_creation_needs_is_known(museum: Contract) -> None:
    create, me = operation(museum, "List_2"), operation(museum, "ChangeMe")
    assert create.body
    assert create.body.required == ("name",)
    assert me.body
    assert me.body.required == ("name", "secret")
    assert me.body.properties["secret"].write_only


def test_operations_stand_together_by_resource(museum: Contract) -> None:
    rooms = museum.resource(operation(museum, "ChangeRoom"))
    assert {kind.value: str(each) for kind, each in rooms.items()} == {
        "list": "GET /v1.0/rooms",
        "create": "POST /v1.0/rooms",
        "read": "GET /v1.0/rooms/{room-id}",
        "update": "PATCH /v1.0/rooms/{room-id}",
        "delete": "DELETE /v1.0/rooms/{room-id}",
    }
    assert set(museum.resources["/v1.0/me"]) == {OperationKind.READ, OperationKind.UPDATE}
    found = {place: {*kinds} for place, kinds in museum.resources.items()}
    assert {place for place, kinds in found.items() if kinds & ON_OBJECTS} == {"/v1.0/me", "/v1.0/rooms"}
    assert found["/v1.0/rooms/{}/close"] == {OperationKind.ACTION}
    assert found["/v1.0/rooms/near"] == {OperationKind.FUNCTION}
    assert found["/v1.0/rooms/$count"] == {OperationKind.COUNT}
    assert found["/v1.0/rooms/{}/keepers/$ref"] == {OperationKind.REFERENCE}


def test_a_room_is_read_with_all_that_it_inherits(museum: Contract) -> None:
    room = operation(museum, "ChangeRoom").body
    assert room
    kinds = {name: each.type.kind for name, each in room.properties.items()}
    assert kinds == {
        "id": TypeKind.STRING,
        "name": TypeKind.STRING,
        "level": TypeKind.INT32,
        "seats": TypeKind.INT32,
        "price": TypeKind.DOUBLE,
        "light": TypeKind.STRING,
        "opened": TypeKind.DATETIMEOFFSET,
        "keeper": TypeKind.COMPLEX,
        "next": TypeKind.COMPLEX,
        "notes": TypeKind.COMPLEX,
    }
    assert {name for name, each in room.properties.items() if each.read_only} == {"id", "keeper"}
    assert {name for name, each in room.properties.items() if each.nullable} == {"level", "next"}
    assert room.properties["light"].type.members == ("low", "high")
    assert room.properties["name"].type.samples == ("Blue",)
    assert room.properties["notes"].type.open
    assert room.name == ""


# -- operations that can't be read -------------------------------------------------------------------------------------


def test_one_operation_that_cannot_be_read_leaves_the_others() -> None:
    whole = document({"type": "object", "properties": {"a": TEXT}})
    whole["paths"]["/others/{id}"] = {"patch": {"requestBody": {"$ref": "other.yaml#/a"}}}
    whole["paths"]["/third/{id}"] = {"$ref": "https://other.example/x"}
    whole["paths"]["/fourth/{id}"] = {"patch": {"responses": 5, "parameters": 7}}
    contract = Contract.from_document(whole, "t")
    assert [str(each) for each in contract.updates] == ["PATCH /things/{id}"]
    third, others, fourth = contract.unread
    assert "https://other.example/x" in third
    assert others == (
        "PATCH /others/{id}: can't follow $ref 'other.yaml#/a': "
        "only references inside the document, and to files beside it, work"
    )
    assert fourth.startswith("PATCH /fourth/{id}: not what OpenAPI has there")
    assert list(contract.resources) == ["/things"]


def test_a_document_of_which_nothing_can_be_read_is_refused_with_the_first_reason() -> None:
    with pytest.raises(DocumentError, match=r"t: PATCH /things/\{id\}: can't follow \$ref 'b.yaml'"):
        Contract.from_document(document({"$ref": "b.yaml"}), "t")


def test_swagger_2_is_refused_by_its_name() -> None:
    with pytest.raises(DocumentError, match=r"not an OpenAPI 3 document but Swagger 2\.0\. Convert"):
        Contract.from_document({"swagger": "2.0", "paths": {}}, "t")


def test_an_operation_read_late_equals_one_read_at_once() -> None:
    one, other = (Contract.from_document(document({"type": "object"}), "t").operations for _ in range(2))
    assert one[0].body == Type(TypeKind.COMPLEX)
    assert one == other
    assert repr(one) == repr(other)
    with pytest.raises(AttributeError):
        one[0].nothing  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(AttributeError):
        one[0].summary = "x"  # type: ignore[misc]


def test_a_reference_may_be_written_in_every_way() -> None:
    schemas = {"a/b": TEXT, "c~d": NUMBER, "e%20f": {"type": "boolean"}, "g h": {"type": "integer"}}
    for name, kind in {
        "a~1b": TypeKind.STRING,
        "c~0d": TypeKind.DOUBLE,
        "e%20f": TypeKind.BOOLEAN,
        "g%20h": TypeKind.INT64,
        "a%7E1b": TypeKind.STRING,
    }.items():
        assert member({"$ref": f"#/components/schemas/{name}"}, schemas).type.kind is kind, name
    listed = {"list": {"oneOf": [TEXT, NUMBER]}}
    assert member({"$ref": "#/components/schemas/list/oneOf/1"}, listed).type.kind is TypeKind.DOUBLE


# -- choosing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("glob", ["ChangeRoom", "PATCH /v1.0/rooms/*", "*Room", "PATCH*rooms*"])
def test_an_operation_is_chosen_by_id_or_path_and_keeps_its_resource(museum: Contract, glob: str) -> None:
    chosen = museum.only([glob])
    assert [each.id for each in chosen.operations] == ["ChangeRoom"]
    (update,) = chosen.updates
    assert set(chosen.resource(update)) == FIVE
    assert chosen.creation(update) is operation(museum, "List_2")
    assert chosen.only(["nothing"]).operations == ()
    assert set(chosen.only(["Change*"]).resource(update)) == FIVE


def test_a_path_chooses_all_of_its_methods(museum: Contract) -> None:
    assert [each.method for each in museum.only(["/v1.0/rooms/{room-id}"]).operations] == ["GET", "DELETE", "PATCH"]


# -- security ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("security", "schemes", "open_to_all"),
    [
        ([{"token": []}], {"bearer"}, False),
        ([{"token": []}, {"pair": []}], {"bearer", "basic"}, False),
        ([{"key": []}], set(), False),
        ([{"raw": []}], {""}, False),
        ([], set(), True),
        ([{}, {"token": []}], {"bearer"}, True),
        (None, set(), False),
    ],
)
def test_the_schemes_that_an_operation_takes_are_read(security: Any, schemes: set[str], open_to_all: bool) -> None:
    known = {
        "token": {"type": "oauth2"},
        "pair": {"type": "http", "scheme": "Basic"},
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "raw": {"type": "apiKey", "in": "header", "name": "Authorization"},
    }
    whole = document({"type": "object"}, **({} if security is None else {"security": security}))
    whole["components"]["securitySchemes"] = known
    (found,) = Contract.from_document(whole, "t").operations
    assert (set(found.security.words), found.security.open_to_all) == (schemes, open_to_all)


@pytest.mark.parametrize(
    ("security", "left_out", "options"),
    [
        ([{"key": []}], {"x-key"}, "--credential 'x-key: VALUE'"),
        ([{"key": []}, {"token": []}], {"x-key"}, "--credential 'x-key: VALUE' or --token TOKEN"),
        ([{"key": [], "token": []}], set(), "--credential 'x-key: VALUE' and --token TOKEN"),
        (
            [{"crumb": []}, {"asked": []}],
            {"cookie"},
            "--credential 'Cookie: sid=VALUE' or --credential '?key=VALUE'",
        ),
        ([{"shown": []}], set(), "--client-cert FILE"),
        ([{}], set(), ""),
    ],
)
def test_what_is_enough_without_authorization_is_left_out_with_it(
    security: Any, left_out: set[str], options: str
) -> None:
    whole = document({"type": "object"}, security=security)
    whole["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "crumb": {"type": "apiKey", "in": "cookie", "name": "sid"},
        "asked": {"type": "apiKey", "in": "query", "name": "key"},
        "shown": {"type": "mutualTLS"},
    }
    (found,) = Contract.from_document(whole, "t").operations
    assert found.security.beside_authorization == left_out
    assert found.security.options == options
