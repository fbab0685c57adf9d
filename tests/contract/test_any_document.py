"""Documents that nobody derived are read all the same, as their writers meant them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph_contracts.contract import Contract, Operation, OperationKind, Property, Type, TypeKind
from graph_contracts.contract.derived_types import Heirs
from graph_contracts.errors import DocumentError

MUSEUM = Path(__file__).with_name("museum.yaml")
TEXT, NUMBER = {"type": "string"}, {"type": "number"}


@pytest.fixture(scope="module")
def museum() -> Contract:
    return Contract.load(MUSEUM)


def operation(contract: Contract, name: str) -> Operation:
    (found,) = (each for each in contract.operations if name in {each.id, str(each)})
    return found


def document(schema: Any, schemas: dict[str, Any] | None = None, version: str = "3.1.0", **more: Any) -> dict[str, Any]:
    media = {"application/json": {"schema": schema}}
    answers = {"200": {"description": "", "content": media}}
    return {
        "openapi": version,
        "paths": {"/things/{id}": {"patch": {"requestBody": {"content": media}, "responses": answers, **more}}},
        "components": {"schemas": schemas or {}},
    }


def read(schema: Any, schemas: dict[str, Any] | None = None) -> Type:
    """The type that a schema in a document is read as."""
    (found,) = Contract.from_document(document(schema, schemas), "t").operations
    assert not found.trouble
    assert found.body is not None
    return found.body


def member(schema: Any, schemas: dict[str, Any] | None = None) -> Property:
    """The property that a schema is read as."""
    return read({"type": "object", "properties": {"it": schema}}, schemas).properties["it"]


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
    assert (change.authenticated, change.deprecated, change.servers) == (True, True, ("https://write.example",))
    assert change.parameter_examples == {"room-id": "r-7"}
    assert not operation(museum, "DELETE /v1.0/rooms/{room-id}").authenticated
    assert not operation(museum, "Close").authenticated


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
    assert set(museum.resources) == {"/v1.0/me", "/v1.0/rooms"}


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


# -- types -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]},
        {"type": "string", "nullable": True},
        {"anyOf": [TEXT, {"type": "null"}]},
        {"oneOf": [{"type": "null"}, TEXT]},
        {"anyOf": [TEXT, {"type": "object", "nullable": True}]},
        {"anyOf": [TEXT, {"enum": [None]}]},
        {"allOf": [TEXT], "nullable": True},
        {"enum": ["a", None]},
    ],
    ids=str,
)
def test_null_is_allowed_in_either_dialect(schema: Any) -> None:
    found = member(schema)
    assert (found.nullable, found.type.kind) == (True, TypeKind.STRING)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "number", "format": "int32", "minimum": -(2**31)}, TypeKind.INT32),
        ({"type": "number", "format": "int64"}, TypeKind.INT64),
        ({"type": "integer", "format": "uint8"}, TypeKind.INT32),
        ({"type": "integer"}, TypeKind.INT64),
        ({"type": "string", "format": "base64url"}, TypeKind.BINARY),
        ({"type": "string", "format": "email"}, TypeKind.STRING),
        ({"anyOf": [{"type": "number", "nullable": True}, TEXT, {"enum": ["-INF", "INF", "NaN"]}]}, TypeKind.DOUBLE),
        ({"anyOf": [NUMBER, {"$ref": "#/components/schemas/numeric"}]}, TypeKind.DOUBLE),
        ({"oneOf": [NUMBER, TEXT]}, TypeKind.ANY),
        ({"type": ["integer", "string"]}, TypeKind.ANY),
        ({"type": "string", "anyOf": [{"format": "date"}, {"format": "time"}]}, TypeKind.STRING),
        ({"items": TEXT}, TypeKind.COLLECTION),
        ({"additionalProperties": TEXT}, TypeKind.COMPLEX),
        ({"const": "a"}, TypeKind.STRING),
        ({"description": "anything"}, TypeKind.ANY),
        (True, TypeKind.ANY),
    ],
    ids=str,
)
def test_a_type_is_known_however_it_is_spelled(schema: Any, kind: TypeKind) -> None:
    assert member(schema, {"numeric": {"enum": ["-INF", "INF", "NaN"], "nullable": True}}).type.kind is kind


def test_members_are_those_of_every_part_unless_a_part_has_any_string() -> None:
    schemas = {"e": {"type": "string", "enum": ["a", "b"]}}
    reference = {"$ref": "#/components/schemas/e"}
    assert member(reference, schemas).type.members == ("a", "b")
    assert member({"allOf": [reference], "description": "x"}, schemas).type.members == ("a", "b")
    assert member({"oneOf": [{"const": "c"}, reference]}, schemas).type.members == ("c", "a", "b")
    assert member({"anyOf": [reference, TEXT]}, schemas).type.members == ()


def test_a_union_of_objects_has_the_properties_and_the_names_of_all() -> None:
    base = {"type": "object", "properties": {"id": {**TEXT, "readOnly": True}}, "required": ["@odata.type"]}
    extends = {"$ref": "#/components/schemas/t.base"}
    schemas = {
        "t.base": base,
        "t.cat": {"allOf": [extends, {"type": "object", "properties": {"lives": {"type": "integer"}, "n": TEXT}}]},
        "t.dog": {"allOf": [extends, {"type": "object", "properties": {"tricks": TEXT, "n": NUMBER}}]},
    }
    union = {
        "oneOf": [{"$ref": "#/components/schemas/t.cat"}, {"$ref": "#/components/schemas/t.dog"}],
        "discriminator": {"propertyName": "@odata.type", "mapping": {"#t.cat": "#/components/schemas/t.cat"}},
    }
    found = read(union, schemas)
    assert found.kind is TypeKind.COMPLEX
    assert set(found.properties) == {"id", "lives", "n", "tricks"}
    assert found.properties["n"].type.kind is TypeKind.ANY
    assert {"t.cat", "t.dog"} <= {found.name, *found.also}
    assert read({"$ref": "#/components/schemas/t.cat"}, schemas).name == "t.cat"


def test_a_discriminator_names_what_may_stand_in_a_types_place() -> None:
    mapped = {"#t.dog": "#/components/schemas/t.dog", "cat": "c"}
    schemas = {"t.pet": {"type": "object", "discriminator": {"propertyName": "@odata.type", "mapping": mapped}}}
    assert read({"$ref": "#/components/schemas/t.pet"}, schemas).also == ("t.dog",)


def test_a_discriminator_inside_a_part_is_the_types_own_and_one_that_is_referred_to_is_not() -> None:
    mapped = {"#t.dog": "#/components/schemas/t.dog", "#t.cat": "#/components/schemas/t.cat"}
    part = {"type": "object", "discriminator": {"propertyName": "@odata.type", "mapping": mapped}}
    schemas = {
        "t.pet": {"allOf": [part]},
        "t.dog": {"allOf": [{"$ref": "#/components/schemas/t.pet"}, {"type": "object"}]},
    }
    assert read({"$ref": "#/components/schemas/t.pet"}, schemas).also == ("t.dog", "t.cat")
    assert read({"$ref": "#/components/schemas/t.dog"}, schemas).also == ()


def test_components_that_extend_a_type_may_stand_in_its_place() -> None:
    def extending(name: str) -> dict[str, Any]:
        return {"allOf": [{"$ref": f"#/components/schemas/{name}"}, {"type": "object", "properties": {"x": TEXT}}]}

    schemas = {"t.pet": {"type": "object"}, "t.dog": extending("t.pet"), "t.pug": extending("t.dog"), "one": TEXT}
    assert read({"$ref": "#/components/schemas/t.pet"}, schemas).also == ("t.dog", "t.pug")
    assert read({"$ref": "#/components/schemas/t.pug"}, schemas).also == ()
    turning = {"t.a": extending("t.b"), "t.b": extending("t.a")}
    assert Heirs(lambda _: turning).of("t.a") == ("t.b",)


@pytest.mark.parametrize(
    ("items", "null"),
    [
        (TEXT, False),
        ({"type": ["string", "null"]}, True),
        ({"type": "string", "nullable": True}, True),
        ({"anyOf": [TEXT, {"type": "null"}]}, True),
        ({"$ref": "#/components/schemas/maybe"}, True),
        ({"allOf": [{"$ref": "#/components/schemas/maybe"}]}, True),
        ({"allOf": [{"$ref": "#/components/schemas/maybe"}, TEXT]}, False),
        ({"oneOf": [NUMBER, {"$ref": "#/components/schemas/maybe"}]}, True),
        ({"enum": ["a", None]}, True),
    ],
    ids=str,
)
def test_it_is_known_whether_items_may_be_null(items: Any, null: bool) -> None:
    found = member({"type": "array", "items": items}, {"maybe": {"type": "string", "nullable": True}}).type
    assert (found.kind, found.null_items) == (TypeKind.COLLECTION, null)


@pytest.mark.parametrize("union", ["oneOf", "anyOf"])
def test_a_number_that_texts_may_stand_for_is_a_number_and_keeps_what_else_is_right(union: str) -> None:
    numeric = {"numeric": {"enum": ["-INF", "INF", "NaN"], "nullable": True}}
    found = member({union: [NUMBER, TEXT, {"$ref": "#/components/schemas/numeric"}]}, numeric).type
    assert found.kind is TypeKind.DOUBLE
    assert [each.kind for each in found.alternatives] == [TypeKind.DOUBLE, TypeKind.STRING, TypeKind.STRING]


def test_a_union_of_kinds_keeps_each() -> None:
    for schema in ({"type": ["integer", "string"]}, {"oneOf": [{"type": "integer"}, TEXT]}):
        assert [each.kind for each in member(schema).type.alternatives] == [TypeKind.INT64, TypeKind.STRING]


def test_limits_are_read_in_either_dialect_and_from_every_part() -> None:
    assert member({**NUMBER, "minimum": 0, "exclusiveMinimum": True}).type.limits == {"exclusiveMinimum": 0}
    assert member({**NUMBER, "minimum": 0, "exclusiveMinimum": False}).type.limits == {"minimum": 0}
    assert member({**NUMBER, "enum": [1, 2]}).type.limits == {"enum": [1, 2]}
    assert member({**TEXT, "enum": ["a"]}).type.limits == {}
    assert member({"allOf": [TEXT, {"maxLength": 3}]}).type.limits == {"maxLength": 3}
    assert member({"anyOf": [{**TEXT, "maxLength": 3}, TEXT]}).type.limits == {}
    assert member({**TEXT, "pattern": "("}).type.limits == {}


def test_what_further_members_are_is_read() -> None:
    found = member({"type": "object", "additionalProperties": {"type": "integer"}}).type
    assert found.rest == Type(TypeKind.INT64)
    assert member({"type": "object", "additionalProperties": True}).type.rest is None


def test_a_part_that_says_nothing_of_a_property_keeps_what_another_says() -> None:
    parts = [{"properties": {"it": {**NUMBER, "readOnly": True}}}, {"properties": {"it": {"description": "x"}}}]
    found = read({"type": "object", "allOf": parts}).properties["it"]
    assert (found.type.kind, found.read_only) == (TypeKind.DOUBLE, True)


def test_what_stands_beside_a_reference_counts() -> None:
    schemas = {"t.a": {"type": "object", "properties": {"x": TEXT}}}
    found = read({"$ref": "#/components/schemas/t.a", "properties": {"y": TEXT}, "required": ["y"]}, schemas)
    assert set(found.properties) == {"x", "y"}
    assert found.required == ("y",)


def test_links_to_other_resources_are_no_state() -> None:
    found = read({"type": "object", "properties": {"a": TEXT, "b": {**TEXT, "x-ms-navigationProperty": True}}})
    assert list(found.properties) == ["a"]


def test_types_that_refer_to_themselves_end_and_read_alike_from_anywhere() -> None:
    def refer(name: str) -> dict[str, str]:
        return {"$ref": f"#/components/schemas/{name}"}

    def types(*order: str) -> dict[str, Type]:
        schemas = {
            "t.a": {"type": "object", "properties": {"b": refer("t.b"), "name": TEXT}},
            "t.b": {"type": "object", "properties": {"a": refer("t.a"), "b": refer("t.b"), "c": refer("t.c")}},
            "t.c": {"type": "object", "properties": {"text": TEXT}},
        }
        whole = document(TEXT, schemas)
        (shared,) = whole["paths"].values()
        whole["paths"] = {f"/{name}": document(refer(name))["paths"]["/things/{id}"] for name in order}
        assert shared
        return {each.path: body for each in Contract.from_document(whole, "t").operations if (body := each.body)}

    one, other = types("t.a", "t.b", "t.c"), types("t.c", "t.b", "t.a")
    assert one == other
    assert one == {f"/{name}": types(name)[f"/{name}"] for name in ("t.a", "t.b", "t.c")}


# -- choosing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("glob", ["ChangeRoom", "PATCH /v1.0/rooms/*", "*Room", "PATCH*rooms*"])
def test_an_operation_is_chosen_by_id_or_path_and_keeps_its_resource(museum: Contract, glob: str) -> None:
    chosen = museum.only([glob])
    assert [each.id for each in chosen.operations] == ["ChangeRoom"]
    (update,) = chosen.updates
    assert set(chosen.resource(update)) == set(OperationKind)
    assert chosen.creation(update) is operation(museum, "List_2")
    assert chosen.only(["nothing"]).operations == ()
    assert set(chosen.only(["Change*"]).resource(update)) == set(OperationKind)


def test_a_path_chooses_all_of_its_methods(museum: Contract) -> None:
    assert [each.method for each in museum.only(["/v1.0/rooms/{room-id}"]).operations] == ["GET", "DELETE", "PATCH"]


# -- descriptions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "limits"),
    [
        ({"type": "integer", "description": "A number from 1 to 12."}, {"minimum": 1, "maximum": 12}),
        ({"type": "string", "description": "Up to 20 characters."}, {"maxLength": 20}),
        ({"type": "string", "description": "Possible values are: low, high."}, {"enum": ["low", "high"]}),
        ({"type": "string", "enum": ["a", "b"], "description": "Possible values are: c, d."}, {}),
        ({"type": "integer", "example": 99, "description": "A number from 1 to 12."}, {}),
        ({"type": "integer", "x-graph-limits": {"maximum": 5}}, {"maximum": 5}),
    ],
)
def test_descriptions_bound_values_unless_the_schema_contradicts_them(
    schema: dict[str, Any], limits: dict[str, Any]
) -> None:
    assert dict(member(schema).type.limits) == limits


def test_a_description_says_that_the_server_sets_a_property() -> None:
    found = member({"type": "string", "description": "Every time it is changed, its version changes as well."})
    assert (found.computed, found.read_only) == (True, True)
    found = member({"type": "string", "description": "Later updates to others may overwrite it."})
    assert (found.computed, found.read_only) == (True, False)


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
    assert (set(found.schemes), found.open_to_all) == (schemes, open_to_all)
