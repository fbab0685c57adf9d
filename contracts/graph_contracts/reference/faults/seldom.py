"""Faults that strike seldom: at one value in thousands, in one place, or after the right sequence of updates.

Most of them no written case meets; generated ones do.
"""

from __future__ import annotations

import copy
import itertools
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, timedelta
from urllib.parse import unquote

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import (
    Step,
    change_stored,
    complexes,
    dates,
    kept,
    moment,
    names,
    override,
    strings,
    type_of,
)

STRANGE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069]")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _top(app: App, change: Callable[[str], Json]) -> None:
    """Change the plain strings of the object itself."""
    wanted = names(app, TypeKind.STRING)
    change_stored(
        app, lambda body: {n: change(v) if n in wanted and isinstance(v, str) else v for n, v in body.items()}
    )


def _listed(app: App, change: Callable[[list[Json]], list[Json]]) -> None:
    """Change the collections."""
    change_stored(app, lambda body: {n: change(v) if isinstance(v, list) else v for n, v in body.items()})


def _int32(app: App, change: Callable[[int], int]) -> None:
    wanted = names(app, TypeKind.INT32)
    change_stored(
        app, lambda body: {n: change(v) if n in wanted and isinstance(v, int) else v for n, v in body.items()}
    )


# -- strings ----------------------------------------------------------------------------------------------------------


@fault("last-nested-string-cut-at-255", "value.longstring")
def last_nested(app: App) -> None:
    """A string of over 255 code units is cut, in one nested property only."""
    name, leaves = complexes(app)[-1]
    leaf = leaves[-1]

    def cut(body: JsonObject) -> JsonObject:
        value = body.get(name)
        if isinstance(value, dict) and isinstance(value.get(leaf), str):
            return {**body, name: {**value, leaf: value[leaf][:255]}}
        return body

    change_stored(app, cut)


@fault("line-separator-lost-at-the-top", "value.unicode")
def separator(app: App) -> None:
    """U+2028 is dropped from the strings of the object itself."""
    _top(app, lambda text: text.replace("\u2028", ""))


@fault("string-of-256-loses-its-end", "value.longstring")
def boundary(app: App) -> None:
    """A string of exactly 256 code units loses the last."""
    strings(app, lambda text: text[:-1] if _units(text) == 256 else text)


@fault("astral-strings-cut", "value.longstring")
def astral(app: App) -> None:
    """Strings are measured in characters and cut in code units: only long ones beyond the basic plane are cut."""
    strings(app, lambda text: text[:128] if len(text) > 128 and any(char > "\uffff" for char in text) else text)


@fault("compatibility-forms-folded", "value.unicode")
def folded(app: App) -> None:
    """Ligatures and circled numbers become plain letters and digits."""
    strings(app, lambda text: unicodedata.normalize("NFKC", text))


@fault("invisible-characters-stripped", "value.unicode")
def stripped(app: App) -> None:
    """Soft hyphens, direction marks and other invisible characters are stripped."""
    strings(app, lambda text: STRANGE.sub("", text))


@fault("supplementary-planes-lost", "value.unicode")
def planes(app: App) -> None:
    """Characters of plane 3 and beyond become U+FFFD; emoji survive."""
    strings(app, lambda text: "".join("\ufffd" if char > "\U0002ffff" else char for char in text))


@fault("percent-escapes-decoded", "value.literal")
def percent(app: App) -> None:
    """Percent escapes in strings are decoded."""
    strings(app, unquote)


@fault("escapes-decoded-twice", "value.literal")
def escapes(app: App) -> None:
    """A backslash, u and four digits in a string, sent as such, become the character."""
    strings(app, lambda text: re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text))


@fault("formulas-quoted", "value.literal")
def formulas(app: App) -> None:
    """A string that begins like a spreadsheet's formula gets an apostrophe in front, in nested values only."""
    strings(app, lambda text: f"'{text}" if text[:1] in {"=", "@"} else text, nested_only=True)


@fault("undefined-becomes-null", "value.reflects")
def undefined(app: App) -> None:
    """The string undefined is stored as null."""
    strings(app, lambda text: None if text == "undefined" else text)


# -- numbers and date-times -------------------------------------------------------------------------------------------


@fault("int32-wraps-at-its-end", "value.int32.bounds value.reflects")
def wraps_late(app: App) -> None:
    """Int32 wraps only above 2^31 - 2."""
    _int32(app, lambda number: -(2**31) if number == 2**31 - 1 else number)


@fault("lowest-int32-turns-positive", "value.reflects")
def lowest(app: App) -> None:
    """The lowest Int32 is negated and turns up as the largest."""
    _int32(app, lambda number: 2**31 - 1 if number == -(2**31) else number)


@fault("seventh-digit-carried-wrongly", "value.dto.instant")
def carried(app: App) -> None:
    """Seven digits of a fraction are rounded to six, and what that carries goes to the minutes."""

    def rounded(text: str) -> str:
        match = re.fullmatch(r"(.+:\d\d)\.(\d{7})(.*)", text)
        if not match or int(match[2]) < 9_999_995:
            return text
        return f"{(moment(match[1] + match[3]) + timedelta(minutes=1)).isoformat()}"

    dates(app, rounded)


@fault("minutes-of-negative-offsets-added", "value.dto.instant")
def negative_minutes(app: App) -> None:
    """The minutes of a negative offset count the other way: -03:30 is read as two and a half hours."""

    def misread(text: str) -> str:
        match = re.fullmatch(r"(.+)-(\d\d):([1-5]\d)", text)
        if not match:
            return text
        return (moment(f"{match[1]}-{match[2]}:00") - timedelta(minutes=int(match[3]))).isoformat()

    dates(app, misread)


@fault("seconds-wrap-in-2038", "value.dto.instant")
def year_2038(app: App) -> None:
    """Instants are kept in 32 bits of seconds: after 2038-01-19 they are back in 1901."""

    def wrapped(text: str) -> str:
        when = moment(text).astimezone(UTC)
        return (when - timedelta(seconds=2**32)).isoformat() if when.timestamp() >= 2**31 else text

    dates(app, wrapped)


@fault("time-before-1970-mirrored", "value.dto.instant")
def mirrored(app: App) -> None:
    """Instants before 1970 lose their sign."""

    def absolute(text: str) -> str:
        seconds = moment(text).astimezone(UTC).timestamp()
        return (moment(text) + timedelta(seconds=-2 * seconds)).isoformat() if -(2**31) < seconds < 0 else text

    dates(app, absolute)


# -- merging ----------------------------------------------------------------------------------------------------------


@fault("null-in-nested-value-dropped", "value.null.nullable", gates=False)
def nested_null(app: App) -> None:
    """Null inside a nested value is passed over; null for a property of the object itself is not."""

    def kept(value: Json, level: int) -> Json:
        if not isinstance(value, dict):
            return value
        return {n: kept(v, level + 1) for n, v in value.items() if v is not None or level == 0}

    change_stored(app, lambda body: kept(body, 0))


@fault("thirteenth-item-lost", "merge.collection")
def many_items(app: App) -> None:
    """Of a collection a page of twelve items is kept."""
    _listed(app, lambda items: items[:12])


@fault("fourth-item-repeats-the-third", "value.reflects")
def fourth_item(app: App) -> None:
    """The fourth item of a collection is a copy of the third."""
    _listed(app, lambda items: [*items[:3], items[2], *items[4:]] if len(items) > 3 else items)


@fault("second-of-two-nested-forgotten", "value.reflects")
def two_nested(app: App) -> None:
    """Where just two nested values change at once, the second is forgotten."""
    wanted = set(names(app, TypeKind.COMPLEX))

    def forget(body: JsonObject) -> JsonObject:
        nested = [name for name, value in body.items() if name in wanted and isinstance(value, dict)]
        return {n: v for n, v in body.items() if len(nested) != 2 or n != nested[1]}

    change_stored(app, forget)


@fault("number-beside-date-time-forgotten", "value.reflects")
def number_and_date(app: App) -> None:
    """A number is forgotten where the body has a date-time and a collection too."""
    numbers, moments = names(app, TypeKind.INT32), names(app, TypeKind.DATETIMEOFFSET)

    def forget(body: JsonObject) -> JsonObject:
        lists = any(isinstance(value, list) for value in body.values())
        struck = lists and len(body) < len(type_of(app).properties) // 2 and any(name in body for name in moments)
        return {n: v for n, v in body.items() if not (struck and n in numbers)}

    change_stored(app, forget)


@fault("key-order-matters", "value.reflects")
def key_order(app: App) -> None:
    """Body and declaration are read in step: a property that comes after a later declared one is passed over."""
    order = {name: place for place, name in enumerate(type_of(app).properties)}

    def in_step(body: JsonObject) -> JsonObject:
        taken: JsonObject = {}
        reached = -1
        for name, value in body.items():
            if order.get(name, reached) >= reached:
                reached = order.get(name, reached)
                taken[name] = value
        return taken

    change_stored(app, in_step)


@fault("every-fiftieth-update-lost", "persist.read")
def fiftieth_lost(app: App) -> None:
    """Every fiftieth update is answered and not kept."""
    counted = itertools.count(1)

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        with kept(app, request, lambda: next(counted) % 50 == 0):
            return await inner(request)


@fault("update-undone-by-another-objects", "isolation.objects")
def undone(app: App) -> None:
    """An update of one object right after one of another takes the other's back."""
    last: JsonObject = {}

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        objects = app.store.objects(request)
        before = copy.deepcopy(objects[request.entity])
        await inner(request, body)
        if last and last["entity"] != request.entity and set(last["body"]) & set(body):
            objects[last["entity"]] = last["before"]
        last.update(entity=request.entity, before=before, body=body)


@fault("nested-value-shared-after-null", "isolation.objects")
def shared_after_null(app: App) -> None:
    """A nested value that is created anew after null is one for all objects."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        objects = app.store.objects(request)
        anew = [n for n, v in body.items() if isinstance(v, dict) and objects[request.entity].get(n) is None]
        await inner(request, body)
        for entity, stored in objects.items():
            if entity != request.entity:
                objects[entity] = {**stored, **{name: objects[request.entity][name] for name in anew}}


@fault("repeated-string-stored-once", "value.reflects")
def repeated(app: App) -> None:
    """Equal strings in one body are stored once: the second place keeps its old value."""

    def once(body: JsonObject) -> JsonObject:
        seen: set[str] = set()
        taken: JsonObject = {}
        for name, value in body.items():
            if isinstance(value, str) and value in seen:
                continue
            if isinstance(value, str):
                seen.add(value)
            taken[name] = value
        return taken

    change_stored(app, once)
