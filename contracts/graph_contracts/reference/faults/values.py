"""Faults of numbers, enumerations and null: stored as something else than was sent."""

from __future__ import annotations

import re
import struct

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Request
from graph_contracts.reference.tools import Step, change_stored, names, override, type_of, unchecked


def _large(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not -(2**31) <= value < 2**31


@fault("int32-wrap", "value.int32.range")
def wraps(app: App) -> None:
    """Numbers beyond Int32 are accepted and wrap around."""
    unchecked(app, TypeKind.INT32, _large)
    wanted = names(app, TypeKind.INT32)

    def wrap(value: Json) -> Json:
        return (int(value) + 2**31) % 2**32 - 2**31 if _large(value) else value

    change_stored(app, lambda body: {n: wrap(v) if n in wanted else v for n, v in body.items()})


@fault("int32-clamped", "value.int32.range")
def clamps(app: App) -> None:
    """Numbers beyond Int32 are accepted and clamped."""
    unchecked(app, TypeKind.INT32, _large)
    wanted = names(app, TypeKind.INT32)

    def clamp(value: Json) -> Json:
        return max(-(2**31), min(2**31 - 1, int(value))) if _large(value) else value

    change_stored(app, lambda body: {n: clamp(v) if n in wanted else v for n, v in body.items()})


@fault("int32-unbounded", "value.int32.range")
def unbounded(app: App) -> None:
    """Numbers beyond Int32 are accepted and kept."""
    unchecked(app, TypeKind.INT32, _large)


@fault("int32-bounds-refused", "value.int32.bounds", gates=False)
def bounds(app: App) -> None:
    """The largest Int32 is refused."""
    wanted = names(app, TypeKind.INT32)

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        checked = inner(request, value)
        if any(checked.get(name) == 2**31 - 1 for name in wanted):
            raise Refusal(400, "Request_BadRequest", "The value is too large.")
        return checked


@fault("float32-numbers", "value.int32.bounds", gates=False)
def float32(app: App) -> None:
    """Numbers go through a single-precision float."""
    wanted = names(app, TypeKind.INT32)

    def narrow(value: Json) -> Json:
        return int(struct.unpack("f", struct.pack("f", value))[0]) if isinstance(value, int) else value

    change_stored(app, lambda body: {n: narrow(v) if n in wanted else v for n, v in body.items()})


@fault("text-number-becomes-zero", "value.wrongtype", gates=False)
def zero(app: App) -> None:
    """A string that is no number is stored as 0."""
    unchecked(app, TypeKind.INT32, lambda value: isinstance(value, str))
    wanted = names(app, TypeKind.INT32)

    def number(text: str) -> int:
        return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else 0

    change_stored(
        app, lambda body: {n: number(v) if n in wanted and isinstance(v, str) else v for n, v in body.items()}
    )


@fault("numeric-strings-for-numbers", "value.wrongtype", gates=False)
def numeric_strings(app: App) -> None:
    """A string sent for a number is kept, and shown, as a string."""
    unchecked(app, TypeKind.INT32, lambda value: isinstance(value, str))


@fault("object-becomes-text", "value.wrongtype", gates=False)
def object_text(app: App) -> None:
    """An object sent for a string is stored as the text of its class."""
    unchecked(app, TypeKind.STRING, lambda value: isinstance(value, dict))
    wanted = names(app, TypeKind.STRING)
    change_stored(
        app,
        lambda body: {n: "[object Object]" if isinstance(v, dict) and n in wanted else v for n, v in body.items()},
    )


@fault("unknown-member-becomes-first", "value.enum.invalid")
def first_member(app: App) -> None:
    """An unknown member of an enumeration is stored as the first one."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        return inner(request, _known(value, type_of(app)))


def _known(value: Json, type_: Type) -> Json:
    if isinstance(value, dict):
        return {n: _known(v, type_.properties[n].type) if n in type_.properties else v for n, v in value.items()}
    if type_.members and isinstance(value, str) and value not in type_.members:
        return type_.members[0]
    return value


@fault("null-ignored", "value.null.nullable", gates=False)
def null_ignored(app: App) -> None:
    """An explicit null is accepted and the old value stays."""
    change_stored(app, lambda body: {name: value for name, value in body.items() if value is not None})


@fault("null-to-empty-string", "value.null.nullable", gates=False)
def null_empty(app: App) -> None:
    """Null is stored as an empty string."""
    wanted = names(app, TypeKind.STRING)
    change_stored(app, lambda body: {n: "" if v is None and n in wanted else v for n, v in body.items()})


@fault("null-complex-ignored", "value.null.nullable", gates=False)
def null_complex(app: App) -> None:
    """Null for a complex value is accepted and the old value stays."""
    wanted = names(app, TypeKind.COMPLEX)
    change_stored(app, lambda body: {n: v for n, v in body.items() if v is not None or n not in wanted})
