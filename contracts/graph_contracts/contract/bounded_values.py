"""Values for places whose bounds, pattern or format the suite's usual values don't keep to.

Plain texts and numbers are tried first, since servers check more than documents say. Where none fits, Schemathesis
draws values from the schema: the same schema and seed give the same values in the same order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache

from graph_contracts.contract import Type, TypeKind
from graph_contracts.contract.value_limits import within
from graph_contracts.json_types import Json, JsonMapping, JsonObject

SCHEMAS: Mapping[TypeKind, JsonMapping] = {
    TypeKind.ANY: {},
    TypeKind.BOOLEAN: {"type": "boolean"},
    TypeKind.INT32: {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    TypeKind.INT64: {"type": "integer", "minimum": -(2**53) + 1, "maximum": 2**53 - 1},
    TypeKind.DOUBLE: {"type": "number"},
    TypeKind.DATETIMEOFFSET: {"type": "string", "format": "date-time"},
    TypeKind.DATE: {"type": "string", "format": "date"},
    TypeKind.TIMEOFDAY: {"type": "string", "format": "time"},
    TypeKind.GUID: {"type": "string", "format": "uuid"},
}
"""How a value of each kind is described; the other kinds are texts."""
MOST = 24
"""Values that are drawn for one place."""


TEXTS = (
    *("contoso{n}", "contoso-{n}", "Contoso{n}", "C{n}", "c{n}", "{n}.5", "{n}.25", "{n}", "{d}", "CONTOSO", "contoso"),
    *("user{n}@contoso.example", "https://contoso.example/{n}", "{n}.contoso.example", "192.0.2.{d}", "2001:db8::{d}"),
    *(
        "2021-03-0{d}",
        "2021-03-0{d}T05:06:07Z",
        "0{d}:06:07",
        "P{d}D",
        "+1425555010{d}",
        "US",
        "en-US",
        "en",
        "#00ff0{d}",
    ),
)
"""What texts with a pattern or a format often are; `d` is one digit."""
NUMBERS = (1, 10, 100, 1000, 5, -1, 0.01)
"""What the place of a value is multiplied by."""


def bounded(type_: Type, n: int, seed: int) -> Json:
    """The `n`-th value (from 1) within a type's limits; None where there is none."""
    listed = type_.limits.get("enum")
    if isinstance(listed, list):
        found = [value for value in listed if value is not None and within(value, type_.limits)]
    else:
        plain = (value for value in _plain(type_.kind, n) if within(value, type_.limits, formats=True))
        first = next(plain, None)
        if first is not None:
            return first
        found = sorted(drawn(type_, seed), key=_odd)
    return found[(n - 1) % len(found)] if found else None


def _plain(kind: TypeKind, n: int) -> Iterator[Json]:
    if kind is TypeKind.STRING:
        yield from (text.format(n=n, d=n % 9 + 1) for text in TEXTS)
    elif kind in {TypeKind.INT32, TypeKind.INT64, TypeKind.DOUBLE}:
        whole = kind is not TypeKind.DOUBLE
        yield from (n * factor for factor in NUMBERS if not whole or isinstance(factor, int))


def _odd(value: Json) -> bool:
    """Whether a value is a text that servers may refuse for what it is made of."""
    return isinstance(value, str) and not (value.isascii() and value.isprintable() and any(map(str.isalnum, value)))


def drawn(type_: Type, seed: int) -> tuple[Json, ...]:
    """Different values of a type within its limits; none where no value was found."""
    schema = {"allOf": [SCHEMAS.get(type_.kind, {"type": "string"}), dict(type_.limits)]}
    found = _drawn(json.dumps(schema, default=str), seed)
    return tuple(
        value
        for value in found
        if value is not None and within(value, type_.limits, formats=True)
        if isinstance(value, int) or type_.kind not in {TypeKind.INT32, TypeKind.INT64}
    )


@lru_cache(maxsize=256)
def _drawn(schema: str, seed: int) -> tuple[Json, ...]:
    # a search of Hypothesis may be what asks for a value, and it has no room for another one in its thread
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(_draw, schema, seed).result()


def _draw(schema: str, seed: int) -> tuple[Json, ...]:
    """Different values of a schema; none where nothing keeps to it."""
    import hypothesis  # noqa: PLC0415 (slow to import, and most documents need none)
    from hypothesis.errors import HypothesisException  # noqa: PLC0415
    from schemathesis import GenerationMode, openapi  # noqa: PLC0415

    media = {"application/json": {"schema": json.loads(schema)}}
    node = {"requestBody": {"required": True, "content": media}, "responses": {"200": {"description": ""}}}
    document = {"openapi": "3.1.0", "info": {"title": "", "version": "1"}, "paths": {"/": {"put": node}}}
    found: JsonObject = {}

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=MOST,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(openapi.from_dict(document)["/"]["PUT"].as_strategy(generation_mode=GenerationMode.POSITIVE))
    def collect(case: Json) -> None:
        found.setdefault(json.dumps(case.body, default=str), case.body)

    with suppress(HypothesisException):
        collect()
    return tuple(found.values())
