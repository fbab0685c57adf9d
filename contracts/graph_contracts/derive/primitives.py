"""Schemas of values without members of their own: primitives, enumerations, and what an example's value suggests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from graph_contracts.derive.descriptions import NOTHING, Refinement
from graph_contracts.derive.types import UNTYPED, TypeCell
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.wording import limits

Schema = JsonObject
DATE_TIME = (
    r"^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,12})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
"""OData's dateTimeOffsetValue (OData ABNF): any offset, up to twelve fraction digits."""
PRIMITIVES: Mapping[str, JsonMapping] = {
    "Edm.String": {"type": "string"},
    "Edm.Boolean": {"type": "boolean"},
    "Edm.Int16": {"type": "integer", "format": "int32", "minimum": -(2**15), "maximum": 2**15 - 1},
    "Edm.Byte": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 255},
    "Edm.SByte": {"type": "integer", "format": "int32", "minimum": -128, "maximum": 127},
    "Edm.Int32": {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1},
    "Edm.Int64": {"type": "integer", "format": "int64"},
    "Edm.Double": {"type": "number", "format": "double"},
    "Edm.Single": {"type": "number", "format": "float"},
    "Edm.Decimal": {"type": "number"},
    "Edm.DateTimeOffset": {"type": "string", "format": "date-time", "pattern": DATE_TIME},
    "Edm.Date": {"type": "string", "format": "date"},
    "Edm.TimeOfDay": {"type": "string", "format": "time-local"},
    "Edm.Duration": {"type": "string", "format": "duration"},
    "Edm.Guid": {"type": "string", "format": "uuid"},
    "Edm.Binary": {"type": "string", "format": "base64url"},
    "Edm.Stream": {"type": "string", "format": "binary"},
}
UNKNOWN = "unknownFutureValue"
"""The member of an evolvable enumeration that an answer shows instead of a member that was added later."""
REPRESENTED = re.compile(
    r"(?:Edm\.)?(Boolean|Byte|SByte|Int16|Int32|Int64|Double|Single|Decimal|Guid|Binary|Duration|Date|TimeOfDay"
    r"|DateTimeOffset|Stream)(?: \([^)]*\))?"
)
"""What a JSON representation has in the place of a value: the name of its type."""
PLACEHOLDER = re.compile(r"String(?: \([^)]*\))?|string")


def spelled(schema: Schema) -> str:
    """A property's JSON type in words; empty where it is left open."""
    if "items" in schema:
        inner = spelled(schema["items"])
        return f"{inner} collection" if inner else ""
    if "$ref" in schema:
        return "object"
    declared = schema.get("type")
    word = declared[0] if isinstance(declared, list) else declared or ""
    return f"{word} ({schema['format']})" if "format" in schema else str(word)


def inferred(value: Json) -> str:
    """The type that an example's value suggests."""
    match value:
        case bool():
            return "Edm.Boolean"
        case int():
            return "Edm.Int32" if -(2**31) <= value < 2**31 else "Edm.Int64"
        case float():
            return "Edm.Double"
        case str():
            stamped = "timestamp" in value.lower() or re.match(DATE_TIME, value)
            return "Edm.DateTimeOffset" if stamped else "Edm.String"
        case dict():
            stated = value.get("@odata.type")
            return stated.lstrip("#") if isinstance(stated, str) and stated else UNTYPED
    return UNTYPED


def represented(value: Json) -> TypeCell | None:
    """The type that a JSON representation names in the place of a value; None where it names none."""
    word = next(iter(value), None) if isinstance(value, list) else value
    found = REPRESENTED.fullmatch(word) if isinstance(word, str) else None
    return TypeCell(f"Edm.{found[1]}", isinstance(value, list)) if found else None


def anonymous(body: Json) -> Schema:
    """The schema of an example's body that no page gives a type."""
    match body:
        case dict():
            members = {key: anonymous(value) for key, value in body.items() if "@" not in key}
            return {"type": "object", "properties": members}
        case list():
            return {"type": "array", "items": anonymous(body[0]) if body else {}}
        case None:
            return {}
    return primitive(inferred(body), NOTHING, body)


def primitive(name: str, refined: Refinement, value: Json) -> Schema:
    schema: Schema = {**PRIMITIVES[name], "x-graph-type": name}
    if refined.nullable:
        schema["type"] = [schema["type"], "null"]
    if name == "Edm.String":
        _refine_string(schema, value, refined)
    return schema


def enumeration(name: str, members: tuple[str, ...], refined: Refinement, value: Json) -> Schema:
    schema: Schema = {"type": ["string", "null"] if refined.nullable else "string", "x-graph-type": name}
    _refine_string(schema, value, refined._replace(members=members or refined.members or refined.announced))
    if "enum" not in schema:
        schema["x-graph-placeholder"] = True
    return schema


def list_members(schema: Schema, members: Iterable[str]) -> None:
    """Let a schema say which members its enumeration has, and whether more may come."""
    listed = list(members)
    schema["enum"] = [*listed, None] if "null" in schema["type"] else listed
    if UNKNOWN in listed:
        schema["x-graph-evolvable"] = True
    schema.pop("x-graph-placeholder", None)


def listed_members(schema: Schema) -> list[str]:
    """The members of an enumeration; of others none."""
    return [member for member in schema.get("enum", ()) if isinstance(member, str)]


def _refine_string(schema: Schema, value: Json, refined: Refinement) -> None:
    if refined.members:
        list_members(schema, refined.members)
    elif isinstance(value, str) and PLACEHOLDER.fullmatch(value):
        schema["x-graph-placeholder"] = True
    if samples := [sample for sample in refined.samples if sample in refined.members or not refined.members]:
        schema["examples"] = samples


def bounds(schema: Schema, refined: Refinement) -> Schema:
    """What the description says of a value that has no form of its own."""
    declared = schema.get("type")
    word = declared[0] if isinstance(declared, list) else declared
    if not word or word == "boolean" or (word == "string" and ({"format", "enum"} & schema.keys())):
        return {}
    return limits(word, refined.described)
