"""A type is read as whoever wrote its schema meant it, in either dialect of JSON Schema."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Contract, Type, TypeKind
from graph_contracts.contract.derived_types import Heirs, type_name
from tests.contract.schemas import document, member, read

TEXT, NUMBER = {"type": "string"}, {"type": "number"}


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


@pytest.mark.parametrize(
    ("component", "name"),
    [
        ("suite.place", "suite.place"),
        ("suite.place-create", "suite.place"),
        ("suite.place-update", "suite.place"),
        ("suite.place-other", ""),
        ("microsoft.graph.security.alert", "microsoft.graph.security.alert"),
        ("Place-create", ""),
        ("app.models.Hero[int]", ""),
        ("1.2", ""),
        ("a..b", ""),
    ],
)
def test_a_component_names_a_type_only_where_its_name_can_be_one(component: str, name: str) -> None:
    assert type_name(component) == name
