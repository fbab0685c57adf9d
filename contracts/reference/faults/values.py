"""Faults of values: stored or shown as something else than was sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from contracts.contract import Kind, Type
from contracts.reference import validate
from contracts.reference.app import App, Reply, Request
from contracts.reference.behaviours import fault
from contracts.reference.tools import (
    change_answer,
    change_shown,
    change_stored,
    complexes,
    each_string,
    names,
    override,
    type_of,
)


def strings(app: App, change: Callable[[str], Any], *, nested_only: bool = False) -> None:
    """Change every plain string that is stored."""
    kept = names(app, Kind.DATETIMEOFFSET, least=0)

    def stored(body: dict[str, Any]) -> dict[str, Any]:
        changed: dict[str, Any] = each_string(body, change, nested_only=nested_only)
        return {**changed, **{name: body[name] for name in kept if name in body}}

    change_stored(app, stored)


def dates(app: App, change: Callable[[str], Any]) -> None:
    """Change every top-level date-time that is stored."""
    wanted = names(app, Kind.DATETIMEOFFSET)

    def stored(body: dict[str, Any]) -> dict[str, Any]:
        return {n: change(v) if n in wanted and isinstance(v, str) else v for n, v in body.items()}

    change_stored(app, stored)


def integers(app: App, change: Callable[[Any], Any]) -> None:
    """Change every top-level Int32 that is shown."""
    wanted = names(app, Kind.INT32)
    change_shown(app, lambda entity: {n: change(v) if n in wanted and v is not None else v for n, v in entity.items()})


def unchecked(app: App, kind: Kind, accept: Callable[[Any], bool]) -> None:
    """Let values of a kind pass that the type can't hold."""
    every = names(app, kind)

    @override(app, "check")
    def check(inner: Any, request: Request, value: Any) -> Any:
        odd: dict[str, Any] = {}
        if isinstance(value, dict):
            odd = {name: value[name] for name in every if name in value and accept(value[name])}
            value = {name: item for name, item in value.items() if name not in odd}
        return {**inner(request, value), **odd}


# -- types in the answer ---------------------------------------------------------------------------------


@fault(
    "int-as-string",
    "type.int32",
)
def int_as_string(app: App) -> None:
    """Int32 is shown as a string."""
    integers(app, str)


@fault(
    "int-with-fraction",
    "type.int32",
    gates=False,
)
def int_with_fraction(app: App) -> None:
    """Int32 is shown with a fraction of zero."""
    integers(app, float)


@fault(
    "date-as-epoch",
    "type.datetimeoffset",
)
def date_as_epoch(app: App) -> None:
    """Date-times are shown as seconds since 1970."""
    wanted = names(app, Kind.DATETIMEOFFSET)

    def shown(entity: dict[str, Any]) -> dict[str, Any]:
        return {n: _epoch(v) if n in wanted and isinstance(v, str) else v for n, v in entity.items()}

    change_shown(app, shown)


def _epoch(text: str) -> int:
    return round(_moment(text).timestamp())


def _moment(text: str) -> datetime:
    match = validate.DATE_TIME.fullmatch(text)
    assert match  # noqa: S101 (checked before it was stored)
    zone = "+00:00" if text[-1] in "Zz" else text[-6:]
    return datetime.fromisoformat(f"{match[1]}T{match[2]}:{match[3]}:{match[4] or '00'}{zone}")


@fault(
    "date-without-zone",
    "type.datetimeoffset",
)
def date_without_zone(app: App) -> None:
    """Date-times are shown without their offset."""
    wanted = names(app, Kind.DATETIMEOFFSET)

    def shown(entity: dict[str, Any]) -> dict[str, Any]:
        cut = {n: re.sub(r"([Zz]|[+-]\d\d:\d\d)$", "", v) for n, v in entity.items() if n in wanted and v}
        return {**entity, **cut}

    change_shown(app, shown)


@fault(
    "guid-as-object",
    "type.string",
)
def guid_as_object(app: App) -> None:
    """A string is shown as an object of two halves."""
    name = names(app, Kind.STRING)[0]

    def shown(entity: dict[str, Any]) -> dict[str, Any]:
        value = entity.get(name)
        return {**entity, name: {"high": value[:8], "low": value[8:]}} if isinstance(value, str) else entity

    change_shown(app, shown)


@fault(
    "enum-as-number",
    "type.string",
)
def enum_as_number(app: App) -> None:
    """Members of enumerations are shown by their numbers."""

    def walk(value: Any, type_: Type) -> Any:
        if isinstance(value, Mapping):
            return {n: walk(v, type_.properties[n].type) if n in type_.properties else v for n, v in value.items()}
        if isinstance(value, list) and type_.item:
            return [walk(item, type_.item) for item in value]
        return type_.members.index(value) if value in type_.members else value

    change_shown(app, lambda entity: walk(entity, type_of(app)))


@fault(
    "collection-collapsed",
    "type.collection",
)
def collapsed(app: App) -> None:
    """A collection of one item is shown as that item."""

    def shown(entity: dict[str, Any]) -> dict[str, Any]:
        return {n: v[0] if isinstance(v, list) and len(v) == 1 else v for n, v in entity.items()}

    change_shown(app, shown)


@fault(
    "collection-as-map",
    "type.collection",
)
def collection_as_map(app: App) -> None:
    """Collections are shown as objects with numbers for names."""

    def shown(entity: dict[str, Any]) -> dict[str, Any]:
        return {n: {str(i): x for i, x in enumerate(v)} if isinstance(v, list) else v for n, v in entity.items()}

    change_shown(app, shown)


@fault(
    "complex-double-encoded",
    "type.complex",
)
def double_encoded(app: App) -> None:
    """Complex values are shown as strings that hold JSON."""
    import json  # noqa: PLC0415 (this fault alone)

    def shown(entity: dict[str, Any]) -> dict[str, Any]:
        return {n: json.dumps(v) if isinstance(v, dict) else v for n, v in entity.items()}

    change_shown(app, shown)


@fault("odata-type-wrong", "type.odatatype")
def wrong_type(app: App) -> None:
    """The object is shown as one of another type."""
    change_shown(app, lambda entity: {**entity, "@odata.type": "#microsoft.graph.user"})


@fault("nested-odata-type-wrong", "type.odatatype")
def nested_wrong_type(app: App) -> None:
    """An item of a collection is shown as one of another type."""
    wanted = names(app, Kind.COLLECTION)

    def shown(entity: dict[str, Any]) -> dict[str, Any]:
        changed = {
            n: [{**item, "@odata.type": "#microsoft.graph.user"} for item in entity[n]]
            for n in wanted
            if isinstance(entity.get(n), list) and all(isinstance(item, dict) for item in entity[n])
        }
        return {**entity, **changed}

    change_shown(app, shown)


# -- strings ---------------------------------------------------------------------------------------------


@fault("unicode-lost", "value.unicode")
def unicode_lost(app: App) -> None:
    """Characters beyond the basic plane become question marks."""
    strings(app, lambda text: "".join("?" if ord(char) > 0xFFFF else char for char in text))


@fault("emoji-lost-in-nested-strings", "value.unicode")
def nested_unicode_lost(app: App) -> None:
    """The same, in nested values only."""
    strings(app, lambda text: "".join("?" if ord(char) > 0xFFFF else char for char in text), nested_only=True)


@fault("latin-1-column", "value.unicode")
def latin(app: App) -> None:
    """Characters that Latin-1 lacks become question marks."""
    strings(app, lambda text: text.encode("latin-1", "replace").decode("latin-1"))


@fault("compatibility-normalised", "value.unicode")
def nfkd(app: App) -> None:
    """Accents are stripped from letters."""
    strings(app, lambda text: "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)))


@fault("line-separators-lost", "value.unicode")
def separators(app: App) -> None:
    """U+2028 and U+2029 become line feeds."""
    strings(app, lambda text: text.replace("\u2028", "\n").replace("\u2029", "\n"))


@fault("newlines-become-spaces", "value.unicode")
def newlines(app: App) -> None:
    """Line feeds and tabs become spaces."""
    strings(app, lambda text: re.sub(r"[\t\n\r]", " ", text))


@fault("string-truncated", "value.longstring")
def truncated(app: App) -> None:
    """Strings are cut at 255 characters without a word."""
    strings(app, lambda text: text[:255])


@fault("string-truncated-at-64k", "value.longstring")
def truncated_late(app: App) -> None:
    """Strings are cut at 65,535 characters."""
    strings(app, lambda text: text[:65535])


@fault("strings-trimmed", "value.literal")
def trimmed(app: App) -> None:
    """White space at the ends of strings is cut off."""
    strings(app, str.strip)


@fault(
    "numeric-string-coerced",
    "value.literal type.string",
)
def coerced(app: App) -> None:
    """Strings that look like numbers or literals are shown as those."""

    def change(text: str) -> Any:
        if re.fullmatch(r"-?\d+", text):
            return int(text)
        if re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", text):
            return float(text)
        return {"true": True, "false": False}.get(text, text)

    strings(app, change)


@fault("html-escaped", "value.literal")
def html_escaped(app: App) -> None:
    """Markup in strings is stored as character references."""
    strings(app, lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


@fault("null-text-becomes-null", "value.literal")
def null_text(app: App) -> None:
    """The string null is stored as null."""
    strings(app, lambda text: None if text == "null" else text)


@fault("plus-becomes-space", "value.literal")
def plus(app: App) -> None:
    """Strings are decoded like forms: a plus sign becomes a space."""
    strings(app, lambda text: text.replace("+", " "))


@fault("empty-string-becomes-null", "value.emptystring", gates=False)
def empty_null(app: App) -> None:
    """An empty string is stored as null."""
    strings(app, lambda text: text or None)


# -- dates -----------------------------------------------------------------------------------------------


@fault("tz-shift", "value.dto.instant")
def shifted(app: App) -> None:
    """The offset is dropped and the clock time kept as UTC."""
    dates(app, lambda text: re.sub(r"[+-]\d\d:\d\d$", "Z", text))


@fault("negative-offsets-inverted", "value.dto.instant")
def inverted(app: App) -> None:
    """A negative offset is read as a positive one."""
    dates(app, lambda text: re.sub(r"-(\d\d:\d\d)$", r"+\1", text))


@fault("offset-minutes-dropped", "value.dto.instant")
def minutes(app: App) -> None:
    """The minutes of an offset are dropped."""
    dates(app, lambda text: re.sub(r"([+-]\d\d):\d\d$", r"\1:00", text))


@fault("local-time-shown", "value.dto.instant value.reflects")
def local(app: App) -> None:
    """Every date-time is shifted to the server's own zone and called UTC."""
    dates(app, lambda text: f"{(_moment(text) + timedelta(hours=2)).replace(tzinfo=None).isoformat()}Z")


@fault("seconds-dropped", "value.dto.instant value.reflects")
def seconds(app: App) -> None:
    """Date-times are kept to the minute."""
    dates(app, lambda text: re.sub(r"(T\d\d:\d\d):\d\d(\.\d+)?", r"\1:00", text, flags=re.IGNORECASE))


@fault("fractions-dropped", "value.dto.precision", gates=False)
def fractions(app: App) -> None:
    """Fractions of a second are dropped."""
    dates(app, lambda text: re.sub(r"\.\d+", "", text))


@fault("february-30-rolls-over", "value.dto.invalid", gates=False)
def rolls_over(app: App) -> None:
    """A day that the month doesn't have becomes one of the next month."""
    unchecked(app, Kind.DATETIMEOFFSET, lambda value: isinstance(value, str) and value.startswith("2021-02-30"))
    dates(app, lambda text: text.replace("2021-02-30", "2021-03-02"))


@fault(
    "null-date-becomes-year-one",
    "value.null.nonnullable",
    gates=False,
)
def year_one(app: App) -> None:
    """A null date-time is stored as the first day of the calendar."""
    wanted = names(app, Kind.DATETIMEOFFSET)
    change_stored(
        app, lambda body: {n: "0001-01-01T00:00:00Z" if v is None and n in wanted else v for n, v in body.items()}
    )


# -- numbers ---------------------------------------------------------------------------------------------


def _large(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and not -(2**31) <= value < 2**31


@fault("int32-wrap", "value.int32.range")
def wraps(app: App) -> None:
    """Numbers beyond Int32 are accepted and wrap around."""
    unchecked(app, Kind.INT32, _large)
    wanted = names(app, Kind.INT32)

    def wrap(value: Any) -> Any:
        return (int(value) + 2**31) % 2**32 - 2**31 if _large(value) else value

    change_stored(app, lambda body: {n: wrap(v) if n in wanted else v for n, v in body.items()})


@fault("int32-clamped", "value.int32.range")
def clamps(app: App) -> None:
    """Numbers beyond Int32 are accepted and clamped."""
    unchecked(app, Kind.INT32, _large)
    wanted = names(app, Kind.INT32)

    def clamp(value: Any) -> Any:
        return max(-(2**31), min(2**31 - 1, int(value))) if _large(value) else value

    change_stored(app, lambda body: {n: clamp(v) if n in wanted else v for n, v in body.items()})


@fault("int32-unbounded", "value.int32.range type.int32")
def unbounded(app: App) -> None:
    """Numbers beyond Int32 are accepted and kept."""
    unchecked(app, Kind.INT32, _large)


@fault("int32-bounds-refused", "value.int32.bounds", gates=False)
def bounds(app: App) -> None:
    """The largest Int32 is refused."""
    wanted = names(app, Kind.INT32)

    @override(app, "check")
    def check(inner: Any, request: Request, value: Any) -> Any:
        checked = inner(request, value)
        if any(checked.get(name) == 2**31 - 1 for name in wanted):
            raise validate_refusal()
        return checked


def validate_refusal() -> Exception:
    """The refusal of a value."""
    from contracts.reference.app import Refusal  # noqa: PLC0415

    return Refusal(400, "Request_BadRequest", "The value is too large.")


@fault("float32-numbers", "value.int32.bounds", gates=False)
def float32(app: App) -> None:
    """Numbers go through a single-precision float."""
    import struct  # noqa: PLC0415 (this fault alone)

    wanted = names(app, Kind.INT32)

    def narrow(value: Any) -> Any:
        return int(struct.unpack("f", struct.pack("f", value))[0]) if isinstance(value, int) else value

    change_stored(app, lambda body: {n: narrow(v) if n in wanted else v for n, v in body.items()})


@fault("text-number-becomes-zero", "value.wrongtype", gates=False)
def zero(app: App) -> None:
    """A string that is no number is stored as 0."""
    unchecked(app, Kind.INT32, lambda value: isinstance(value, str))
    wanted = names(app, Kind.INT32)
    change_stored(
        app,
        lambda body: {
            n: int(v)
            if n in wanted and isinstance(v, str) and v.isdigit()
            else 0
            if n in wanted and isinstance(v, str)
            else v
            for n, v in body.items()
        },
    )


@fault("numeric-strings-for-numbers", "type.int32 value.wrongtype")
def numeric_strings(app: App) -> None:
    """A string sent for a number is kept, and shown, as a string."""
    unchecked(app, Kind.INT32, lambda value: isinstance(value, str))


@fault("object-becomes-text", "value.wrongtype", gates=False)
def object_text(app: App) -> None:
    """An object sent for a string is stored as the text of its class."""
    unchecked(app, Kind.STRING, lambda value: isinstance(value, dict))
    wanted = names(app, Kind.STRING)
    change_stored(
        app,
        lambda body: {n: "[object Object]" if isinstance(v, dict) and n in wanted else v for n, v in body.items()},
    )


@fault("unknown-member-becomes-first", "value.enum.invalid", gates=False)
def first_member(app: App) -> None:
    """An unknown member of an enumeration is stored as the first one."""

    @override(app, "check")
    def check(inner: Any, request: Request, value: Any) -> Any:
        return inner(request, _known(value, type_of(app)))


def _known(value: Any, type_: Type) -> Any:
    if isinstance(value, dict):
        return {n: _known(v, type_.properties[n].type) if n in type_.properties else v for n, v in value.items()}
    if type_.members and isinstance(value, str) and value not in type_.members:
        return type_.members[0]
    return value


# -- null ------------------------------------------------------------------------------------------------


@fault("null-ignored", "value.null.nullable", gates=False)
def null_ignored(app: App) -> None:
    """An explicit null is accepted and the old value stays."""
    change_stored(app, lambda body: {name: value for name, value in body.items() if value is not None})


@fault("null-to-empty-string", "value.null.nullable", gates=False)
def null_empty(app: App) -> None:
    """Null is stored as an empty string."""
    wanted = names(app, Kind.STRING)
    change_stored(app, lambda body: {n: "" if v is None and n in wanted else v for n, v in body.items()})


@fault("null-complex-ignored", "value.null.nullable", gates=False)
def null_complex(app: App) -> None:
    """Null for a complex value is accepted and the old value stays."""
    wanted = names(app, Kind.COMPLEX)
    change_stored(app, lambda body: {n: v for n, v in body.items() if v is not None or n not in wanted})


# -- what the answer shows -------------------------------------------------------------------------------


@fault(
    "stale-response",
    "value.reflects",
)
def stale(app: App) -> None:
    """The write happens, but the answer shows the object before it."""

    @override(app, "write")
    async def write(inner: Any, request: Request, body: dict[str, Any]) -> None:
        request.before = dict(app.objects(request)[request.entity])  # type: ignore[attr-defined]
        await inner(request, body)

    @override(app, "updated")
    def updated(inner: Any, request: Request, body: dict[str, Any]) -> Reply:
        reply = inner(request, body)
        if reply.value is not None:
            reply.value = app.represent(request, request.before)  # type: ignore[attr-defined]
        return reply


@fault(
    "one-property-not-updatable",
    "value.reflects",
)
def not_updatable(app: App) -> None:
    """One nested string is never written."""
    name, leaves = complexes(app)[-1]

    def stored(body: dict[str, Any]) -> dict[str, Any]:
        value = body.get(name)
        if isinstance(value, dict):
            body[name] = {leaf: item for leaf, item in value.items() if leaf != leaves[0]}
        return body

    change_stored(app, stored)


@fault(
    "last-property-not-updatable",
    "value.reflects",
)
def last_not_updatable(app: App) -> None:
    """The last documented property is never written."""
    name = list(type_of(app).properties)[-1]
    change_stored(app, lambda body: {n: v for n, v in body.items() if n != name})


@fault(
    "read-differs-in-one-property",
    "persist.sameasread persist.read",
)
def read_differs(app: App) -> None:
    """Reads show one string in upper case."""
    name, leaves = complexes(app, 2)[0]

    @override(app, "shown")
    def shown(inner: Any, request: Request) -> Any:
        entity = inner(request)
        value = entity.get(name)
        if isinstance(value, dict) and isinstance(value.get(leaves[-1]), str):
            entity[name] = {**value, leaves[-1]: value[leaves[-1]].upper()}
        return entity


@fault(
    "answer-lacks-a-nested-member",
    "value.reflects",
)
def lacks_nested(app: App) -> None:
    """The answer to an update leaves out one member of a nested value that reads show."""
    name, leaves = complexes(app, 2)[0]

    def answer(entity: Any) -> Any:
        value = entity.get(name) if isinstance(entity, dict) else None
        if isinstance(value, dict):
            return {**entity, name: {leaf: item for leaf, item in value.items() if leaf != leaves[-1]}}
        return entity

    change_answer(app, answer)
