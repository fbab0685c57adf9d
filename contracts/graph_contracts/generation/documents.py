"""Schemathesis on one operation: bodies from its examples, its coverage of the schema, and its fuzzing.

Its cases are taken as data: what is sent goes through the suite's client, and requirements judge. The document it is
given holds the one operation and is closed, so it stays small whatever the contract refers to.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from graph_contracts.contract import Operation, Type, TypeKind
from graph_contracts.generation.constants import of_no_module
from graph_contracts.generation.storage import know_utf_8
from graph_contracts.json_types import Json, JsonMapping, JsonObject

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}
SCHEMAS: Mapping[TypeKind, JsonMapping] = {
    TypeKind.BOOLEAN: {"type": "boolean"},
    TypeKind.INT32: {"type": "integer", **INT32},
    TypeKind.INT64: {"type": "integer", "minimum": -(2**53) + 1, "maximum": 2**53 - 1},
    TypeKind.DOUBLE: {"type": "number"},
    TypeKind.DATETIMEOFFSET: {"type": "string", "format": "date-time"},
    TypeKind.DATE: {"type": "string", "format": "date"},
    TypeKind.GUID: {"type": "string", "format": "uuid"},
    TypeKind.STRING: {"type": "string"},
}
"""How Schemathesis is told to make a value; kinds that aren't here are left out of generated bodies."""
OF_FORMATS: Mapping[str, tuple[str, ...]] = {
    "date-time": (
        *("2024-02-29T23:59:59Z", "1999-12-31T00:00:00+14:00", "0001-01-01T00:00:00.1-08:30"),
        *("9999-12-31T23:59:59.123Z", "2024-07-01T12:34:56.123456Z", "1970-01-01T00:00:00.123456789-00:30"),
    ),
}
"""Values of each format in its forms: a pattern that all of them match says no more than the format does."""
MAX_COVERAGE = 3_000
"""Coverage cases that are looked at; the phase itself has no bound."""


def schema(type_: Type, names: tuple[str, ...] | None = None, depth: int = 4) -> JsonObject | None:
    """The JSON Schema of valid values of a type, closed: a generated body names documented properties only.

    Args:
        names: the properties to use at this level; all that can be written by default.
        depth: how many levels of nested values to go down.
    """
    made = _schema(type_, names, depth)
    if made is None or not type_.limits or type_.kind is TypeKind.COMPLEX:
        return made
    limits = {word: value for word, value in type_.limits.items() if word != "pattern" or not _is_said(made, value)}
    # a word that is there twice is a bound of the kind beside a closer one, and each must hold
    apart = made.keys() & limits.keys() - {"allOf"} or "allOf" in limits
    return {"allOf": [made, limits]} if apart else {**made, **limits}


def _is_said(made: JsonMapping, pattern: Json) -> bool:
    """Whether a format says what a pattern says: values of both at once take seconds to find."""
    values = OF_FORMATS.get(str(made.get("format")), ())
    with suppress(re.error):
        return bool(values) and all(re.search(str(pattern), each) for each in values)
    return False


def _schema(type_: Type, names: tuple[str, ...] | None, depth: int) -> dict[str, Any] | None:
    match type_.kind:
        case TypeKind.COMPLEX:
            members = {
                member.name: made
                for member in type_.properties.values()
                if (names is None or member.name in names) and not (member.read_only and names is None)
                if depth and (made := schema(member.type, depth=depth - 1)) is not None
            }
            return {"type": "object", "properties": members, "additionalProperties": False}
        case TypeKind.COLLECTION:
            item = schema(type_.item, depth=depth - 1) if type_.item else None
            return {"type": "array", "items": item, "maxItems": 4} if item is not None else None
        case TypeKind.STRING if type_.placeholder and not type_.members:
            return None  # an enumeration whose members nobody knows
        case TypeKind.STRING if type_.members:
            return {"enum": [member for member in type_.members if member != "unknownFutureValue"]}
    known = SCHEMAS.get(type_.kind)
    return dict(known) if known is not None else None


class Bodies:
    """What Schemathesis makes of one operation's body."""

    def __init__(self, operation: Operation, type_: Type, names: tuple[str, ...], seed: int) -> None:
        wanted = schema(type_, names) or {"type": "object"}
        media: JsonObject = {"schema": {**wanted, "minProperties": 1}}
        if operation.request_example is not None and isinstance(operation.request_example.body, Mapping):
            media["example"] = {k: v for k, v in operation.request_example.body.items() if k in names}
        self._media = json.dumps(media)
        self._seed = seed
        self._random = random.Random(f"{seed}:{operation.id}")  # noqa: S311 (reproducible, not secret)

    def covering(self, *, valid: bool, most: int) -> list[JsonObject]:
        """Bodies of the examples and coverage phases: a seeded choice where there are more than wanted."""
        bodies = _covering(self._media, self._seed, valid)
        chosen = sorted(self._random.sample(range(len(bodies)), min(most, len(bodies))))
        return [bodies[place] for place in chosen]

    def fuzzing(self, *, valid: bool) -> SearchStrategy[Any]:
        """A strategy for bodies of the fuzzing phase."""
        _, operation = _read(self._media, self._seed)
        strategy: SearchStrategy[Any] = operation.as_strategy(generation_mode=_mode(valid))
        return strategy.map(lambda case: case.body)


# an operation's paths take the same bodies, and its cases come one after the other
@lru_cache(maxsize=2)
def _read(media: str, seed: int) -> tuple[Any, Any]:
    """What Schemathesis reads of a document that holds one operation with a body of a media type, given as JSON."""
    import schemathesis  # noqa: PLC0415 (0.5 s that a run without generated cases need not wait for)

    know_utf_8()
    operation = {
        "requestBody": {"required": True, "content": {"application/json": json.loads(media)}},
        "responses": {"200": {"description": "updated"}},
    }
    document = {"openapi": "3.1.0", "info": {"title": "", "version": "1"}, "paths": {"/": {"patch": operation}}}
    config = schemathesis.Config.from_dict(
        {"seed": seed, "generation": {"database": "none"}, "phases": {"coverage": {"unexpected-methods": []}}}
    )
    read = schemathesis.openapi.from_dict(document, config=config)
    return read, read["/"]["PATCH"]


@lru_cache(maxsize=4)
def _covering(media: str, seed: int, valid: bool) -> list[JsonObject]:
    read, operation = _read(media, seed)
    config = read.config.generation_for(operation=operation, phase="coverage")
    made = read.iter_coverage_cases(operation, generation_modes=[_mode(valid)], generation_config=config)
    bodies: list[Json] = []
    with of_no_module(), suppress(RecursionError):  # a document that leads back into itself in many ways
        bodies.extend(case.body for case in islice(made, MAX_COVERAGE) if case.method == "PATCH")
    return [body for body in bodies if isinstance(body, dict) and body]


def _mode(valid: bool) -> Any:
    from schemathesis import GenerationMode  # noqa: PLC0415

    return GenerationMode.POSITIVE if valid else GenerationMode.NEGATIVE
