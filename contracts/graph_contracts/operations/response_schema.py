"""The documented shape of an answer as JSON Schema, for jsonschema with its format checks on.

Whatever may vary is taken out before: null is as good as absent, members that the document does not name are fine, and
what the example shows is required only where it was sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.equality import GUID, instant

if TYPE_CHECKING:
    from jsonschema import FormatChecker, ValidationError

REQUIREMENTS: Mapping[TypeKind, str] = {
    TypeKind.COMPLEX: "update.type.complex",
    TypeKind.COLLECTION: "update.type.collection",
    TypeKind.DATETIMEOFFSET: "update.type.datetimeoffset",
    TypeKind.BOOLEAN: "update.type.int32",
    TypeKind.INT32: "update.type.int32",
    TypeKind.INT64: "update.type.int32",
    TypeKind.DOUBLE: "update.type.int32",
}
"""Which requirement a value of a kind breaks that isn't of it; strings of every format are update.type.string."""
PLAIN: Mapping[TypeKind, JsonMapping] = {
    TypeKind.BOOLEAN: {"type": ["boolean", "null"]},
    TypeKind.INT32: {"type": ["integer", "null"], "minimum": -(2**31), "maximum": 2**31 - 1},
    TypeKind.INT64: {"type": ["integer", "string", "null"]},
    TypeKind.DOUBLE: {"type": ["number", "string", "null"]},
    TypeKind.DATETIMEOFFSET: {"type": ["string", "null"], "format": "odata-date-time"},
    TypeKind.GUID: {"type": ["string", "null"], "format": "guid"},
    TypeKind.ANY: {},
}


@cache
def _formats() -> FormatChecker:
    from jsonschema import FormatChecker  # noqa: PLC0415 (whoever lists the requirements need not wait for it)

    made = FormatChecker(())
    made.checks("odata-date-time")(_date_time)
    made.checks("guid")(_guid)
    return made


def _date_time(value: Json) -> bool:
    far = isinstance(value, str) and value[:10] in {"0001-01-01", "9999-12-31"}
    return not isinstance(value, str) or far or instant(value) is not None


def _guid(value: Json) -> bool:
    return not isinstance(value, str) or GUID.fullmatch(value) is not None


def schema(type_: Type, required: tuple[str, ...] = ()) -> JsonObject:
    """The JSON Schema of a type's values as answers show them."""
    if type_.alternatives:
        return {"anyOf": [schema(each) for each in type_.alternatives]}
    if type_.kind is TypeKind.COMPLEX:
        members = {member.name: schema(member.type) for member in type_.properties.values()}
        return {"type": ["object", "null"], "properties": members, **({"required": list(required)} if required else {})}
    if type_.kind is TypeKind.COLLECTION:
        return {"type": ["array", "null"], **({"items": schema(type_.item)} if type_.item else {})}
    return dict(PLAIN.get(type_.kind, {"type": ["string", "null"]}))


def errors(body: Json, type_: Type, required: tuple[str, ...] = ()) -> Iterator[tuple[str, str, ValidationError]]:
    """What in a body isn't of its documented shape: the requirement that breaks, the place, and the error."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    validator = Draft202012Validator(schema(type_, required), format_checker=_formats())
    for error in validator.iter_errors(body):
        path = list(error.absolute_path)
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
        if error.validator == "required":
            yield "update.body.allproperties", place, error
        else:
            yield REQUIREMENTS.get(_kind(type_, path), "update.type.string"), place, error


def _kind(type_: Type, path: list[str | int]) -> TypeKind:
    for step in path:
        found = type_.item if isinstance(step, int) else getattr(type_.properties.get(step), "type", None)
        if found is None:
            return TypeKind.ANY
        type_ = found
    return type_.kind
