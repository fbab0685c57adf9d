"""Bodies made by Schemathesis from the contract's own document: valid ones, in combinations that nobody thinks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contracts.contract import Kind, Operation, Type

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}
SCHEMAS: Mapping[Kind, Mapping[str, Any]] = {
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.INT32: {"type": "integer", **INT32},
    Kind.INT64: {"type": "integer", "minimum": -(2**53) + 1, "maximum": 2**53 - 1},
    Kind.DOUBLE: {"type": "number"},
    Kind.DATETIMEOFFSET: {"type": "string", "format": "date-time"},
    Kind.DATE: {"type": "string", "format": "date"},
    Kind.GUID: {"type": "string", "format": "uuid"},
    Kind.STRING: {"type": "string"},
}
"""How Schemathesis is told to make a value; kinds that aren't here are left out of generated bodies."""


def schema(type_: Type, names: tuple[str, ...] | None = None) -> dict[str, Any] | None:
    """The JSON Schema of valid values of a type, closed: a generated body names documented properties only.

    Args:
        names: the properties to use at this level; all that can be written by default.
    """
    match type_.kind:
        case Kind.COMPLEX:
            members = {
                member.name: made
                for member in type_.properties.values()
                if (names is None or member.name in names) and not (member.read_only and names is None)
                if (made := schema(member.type)) is not None
            }
            return {"type": "object", "properties": members, "additionalProperties": False}
        case Kind.COLLECTION:
            item = schema(type_.item) if type_.item else None
            return {"type": "array", "items": item, "maxItems": 4} if item is not None else None
        case Kind.STRING if type_.placeholder and not type_.members:
            return None  # an enumeration whose members nobody knows
        case Kind.STRING if type_.members:
            return {"enum": [member for member in type_.members if member != "unknownFutureValue"]}
    known = SCHEMAS.get(type_.kind)
    return dict(known) if known is not None else None


def bodies(operation: Operation, type_: Type, names: tuple[str, ...]) -> SearchStrategy[Any]:
    """A strategy for valid, non-empty update bodies that set some of the named properties."""
    import schemathesis  # noqa: PLC0415 (0.5 s that a run without generated cases need not wait for)
    from schemathesis import GenerationMode  # noqa: PLC0415

    wanted = schema(type_, names) or {}
    parameters = [{"name": n, "in": "path", "required": True, "schema": {"enum": ["0"]}} for n in operation.parameters]
    document = {
        "openapi": "3.1.0",
        "info": {"title": operation.id, "version": "1"},
        "paths": {
            operation.path: {
                "patch": {
                    "parameters": parameters,
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {**wanted, "minProperties": 1}}},
                    },
                    "responses": {"200": {"description": "updated"}},
                }
            }
        },
    }
    made = schemathesis.openapi.from_dict(document)[operation.path]["PATCH"]
    strategy: SearchStrategy[Any] = made.as_strategy(generation_mode=GenerationMode.POSITIVE)
    return strategy.map(lambda case: case.body)
