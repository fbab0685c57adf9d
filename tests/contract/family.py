"""Schemas of the family that documents are made of, and values for them; jsonschema says which of these are right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from hypothesis import assume
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from graph_contracts.contract import Contract, Operation

FORMATS: Mapping[str, tuple[str, ...]] = {
    "date-time": ("2021-03-04T05:06:07Z", "2020-02-29T23:59:58.5+01:00"),
    "date": ("2021-03-04", "2020-02-29"),
    "uuid": ("74beb175-3b80-4b63-b9d5-6f0b76082b16", "00000000-0000-0000-0000-000000000000"),
}
TEXTS = ("", "a", "b", "red", "x1", "INF", "NaN", *(text for texts in FORMATS.values() for text in texts))
NUMBERS = (0, 1, -3, 12, 4711, 2**31, 0.5, 12.25)
PLAIN = st.one_of(st.sampled_from(TEXTS), st.sampled_from(NUMBERS), st.booleans())
NAMES = ("a", "b", "c")

CHECKER = FormatChecker(())
CHECKER.checks("date-time")(lambda value: not isinstance(value, str) or _dated(value))
CHECKER.checks("date", ValueError)(lambda value: not isinstance(value, str) or bool(date.fromisoformat(value)))
CHECKER.checks("uuid", ValueError)(lambda value: not isinstance(value, str) or bool(UUID(value)))


def _dated(text: str) -> bool:
    try:
        return "T" in text and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


TEXT_SCHEMAS: tuple[dict[str, Any], ...] = (
    {"type": "string"},
    {"type": "string", "minLength": 1, "maxLength": 3},
    {"type": "string", "pattern": "^[a-z]+$"},
    {"type": "string", "enum": ["red", "x1"]},
    {"const": "red"},
    {"enum": ["-INF", "INF", "NaN"]},
    *({"type": "string", "format": name} for name in FORMATS),
)
NUMBER_SCHEMAS: tuple[dict[str, Any], ...] = (
    {"type": "integer"},
    {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1},
    {"type": "integer", "minimum": 1, "maximum": 12},
    {"type": "number", "exclusiveMinimum": 0},
    {"type": "number"},
    {"type": "number", "multipleOf": 0.25},
    {"type": "integer", "enum": [1, 12]},
    {"const": 12},
)
OTHER_SCHEMAS: tuple[dict[str, Any], ...] = (
    {"type": "boolean"},
    {"type": ["integer", "string"]},
    {"type": ["string", "null"]},
    {"type": ["string", "null"], "enum": ["red", None]},
    {"enum": ["red", 12, True]},
    {},
)
LEAVES = st.sampled_from((*TEXT_SCHEMAS, *NUMBER_SCHEMAS, *OTHER_SCHEMAS))
REFERENCES = st.sampled_from([{"$ref": f"#/components/schemas/{name}"} for name in ("t.one", "two")])


def _lists(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    bounds = st.sampled_from([{}, {"minItems": 1}, {"maxItems": 2}, {"uniqueItems": True}])
    return st.builds(lambda items, more: {"type": "array", "items": items, **more}, inner, bounds)


def _objects(inner: st.SearchStrategy[Any], *, partial: bool = False) -> st.SearchStrategy[Any]:
    """Objects; parts of an update require nothing, and have no members that the document doesn't name."""
    members = st.dictionaries(st.sampled_from(NAMES), inner, min_size=1)
    closed = {"additionalProperties": False}
    more = st.just(closed) if partial else st.sampled_from([{}, closed, {"required": True}])
    return st.builds(_object, members, more)


def _object(properties: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    required = {"required": [*properties][:1]} if "required" in more else {}
    return {"type": "object", "properties": properties, **more, **required}


def _nullable(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return inner.map(lambda schema: {"anyOf": [schema, {"type": "null"}]})


def _unions(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    parts = st.lists(inner, min_size=1, max_size=3)
    return st.builds(lambda word, parts: {word: parts}, st.sampled_from(["oneOf", "anyOf", "allOf"]), parts)


def _infinite(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    texts = st.sampled_from(
        [[{"enum": ["-INF", "INF", "NaN"]}], [{"type": "string"}, {"enum": ["-INF", "INF", "NaN"]}]]
    )
    return st.builds(
        lambda word, texts: {word: [{"type": "number"}, *texts]}, st.sampled_from(["oneOf", "anyOf"]), texts
    )


SCHEMAS = st.recursive(
    LEAVES | REFERENCES,
    lambda inner: st.one_of(_lists(inner), _objects(inner), _nullable(inner), _unions(inner), _infinite(inner)),
    max_leaves=6,
)
"""Any schema of the family."""
_BOUNDED = st.sampled_from(TEXT_SCHEMAS[:2]).map(lambda schema: {"allOf": [schema, {"maxLength": 2}]})
_SEVERAL = st.lists(LEAVES.filter(bool), min_size=2, max_size=3).map(lambda parts: {"anyOf": parts})
TOLD_WHOLE = st.recursive(
    st.one_of(LEAVES, _SEVERAL, _BOUNDED), lambda inner: _lists(inner) | _objects(inner, partial=True), max_leaves=4
)
"""Schemas that types tell whole: no union of objects, and no part that rules out what another allows."""
COMPONENTS = st.fixed_dictionaries({"t.one": LEAVES, "two": LEAVES | _objects(LEAVES)})
"""The components that schemas refer to."""


def operation(schema: Any, parts: Mapping[str, Any], method: str = "get", version: str = "3.1.0") -> Operation:
    """An operation on objects whose property `it` a schema describes."""
    whole = {"type": "object", "properties": {"id": {"type": "string"}, "it": schema}}
    media = {"application/json": {"schema": whole}}
    node = {"responses": {"200": {"description": "", "content": media}}, "requestBody": {"content": media}}
    document = {
        "openapi": version,
        "paths": {"/things/{id}": {method: node}},
        "components": {"schemas": dict(parts)},
    }
    (found,) = Contract.from_document(document, "t").operations
    assert not found.trouble, found.trouble
    return found


def in_30(schema: Any) -> Any:
    """A schema in the words of OpenAPI 3.0; None where it has none for it."""
    if isinstance(schema, list):
        parts = [in_30(each) for each in schema]
        return None if any(each is None for each in parts) else parts
    if not isinstance(schema, dict):
        return schema
    declared = schema.get("type")
    named = [word for word in declared if word != "null"] if isinstance(declared, list) else [declared]
    if declared == "null" or len(named) != 1:
        return None
    found = {
        word: said if word in {"enum", "required", "const"} else _said_30(word, said) for word, said in schema.items()
    }
    if any(said is None for said in found.values()):
        return None
    if isinstance(declared, list):
        found |= {"type": named[0], "nullable": True}
    if "const" in found:
        found["enum"] = [found.pop("const")]
    for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if flag in found:
            found |= {bound: found[flag], flag: True}
    return found


def _said_30(word: str, said: Any) -> Any:
    if word == "properties":
        members = {name: in_30(each) for name, each in said.items()}
        return None if None in members.values() else members
    return said if word == "type" else in_30(said)


def right(value: Any, schema: Any, parts: Mapping[str, Any]) -> bool:
    """Whether jsonschema accepts a value."""
    whole = {"components": {"schemas": dict(parts)}, "allOf": [schema]}
    return Draft202012Validator(whole, format_checker=CHECKER).is_valid(value)


def values(schema: Any, parts: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values for a schema: mostly right ones."""
    if "$ref" in schema:
        return values(parts[schema["$ref"].rpartition("/")[2]], {})
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return st.one_of(*(values(part, parts) for part in schema[word]))
    if "allOf" in schema:
        return st.tuples(*(values(part, parts) for part in schema["allOf"])).map(_merged)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    declared = schema.get("type")
    words = declared if isinstance(declared, list) else [declared]
    return st.one_of(*(_typed(word, schema, parts) for word in words))


def _typed(word: str | None, schema: Any, parts: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    match word:
        case "string":
            return st.sampled_from(FORMATS.get(schema.get("format", ""), TEXTS))
        case "integer":
            return st.sampled_from([number for number in NUMBERS if isinstance(number, int)])
        case "number":
            return st.sampled_from(NUMBERS)
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "array":
            return st.lists(values(schema["items"], parts), max_size=3)
        case "object":
            members = {name: values(part, parts) for name, part in schema["properties"].items()}
            needed = {name: member for name, member in members.items() if name in schema.get("required", ())}
            return st.fixed_dictionaries(needed, optional={n: m for n, m in members.items() if n not in needed})
    return st.one_of(PLAIN, st.lists(PLAIN, max_size=2), st.dictionaries(st.sampled_from(NAMES), PLAIN, max_size=2))


def _merged(made: tuple[Any, ...]) -> Any:
    if all(isinstance(each, dict) for each in made):
        return {name: value for each in made for name, value in each.items()}
    return made[0]


SENT = (
    *({**TEXT_SCHEMAS[0], "format": name} for name in ("email", "uri", "ipv4", "decimal", "hostname")),
    {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
    {"type": "string", "pattern": r"^-?\d{0,4}(?:\.\d{0,2})?$", "format": "decimal"},
    {"type": "string", "minLength": 40, "maxLength": 45},
    {"type": "integer", "minimum": 100, "maximum": 105},
    {"type": "number", "multipleOf": 0.25, "exclusiveMaximum": 0},
    {"type": "string", "format": "date", "enum": ["2021-03-04", "2020-02-29"]},
)
"""Schemas that say more than the suite's usual values keep to."""


_BOUND = LEAVES | st.sampled_from(SENT)
SENDABLE = st.recursive(
    _BOUND | st.lists(_BOUND, min_size=2, max_size=3).map(lambda parts: {"anyOf": parts}),
    lambda inner: _lists(inner) | _objects(inner),
    max_leaves=4,
)
"""Schemas of values that a client can make, whatever they are bound by."""


@st.composite
def right_ones(draw: st.DrawFn) -> tuple[Any, Any, Mapping[str, Any]]:
    """A value, a schema that accepts it, and the components that the schema refers to."""
    parts, schema = draw(COMPONENTS), draw(SCHEMAS)
    value = draw(values(schema, parts))
    assume(right(value, schema, parts))
    return value, schema, parts


@st.composite
def any_ones(draw: st.DrawFn) -> tuple[Any, Any]:
    """A value and a schema that types tell whole, which may accept it or not."""
    schema, other = draw(TOLD_WHOLE), draw(TOLD_WHOLE)
    value = draw(values(draw(st.sampled_from([schema, other])), {}))
    assume(value is not None)  # an update that unsets a property is sent null, whatever its schema says
    return value, schema
