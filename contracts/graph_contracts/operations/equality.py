"""Whether two values mean the same, by their type: instants rather than date spellings, numbers rather than digits.

`differences` walks an expected value beside an actual one and yields what differs, graded as a conforming server may
vary. Annotations and members that the document doesn't name are never looked at.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from graph_contracts.contract import Type, TypeKind
from graph_contracts.contract.value_limits import has_format
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.requirements import SEVERITY_ORDER, Severity

DAY = 86_400
"""Seconds."""
DATE_TIME = re.compile(
    r"(?P<date>-?\d{4,}-\d\d-\d\d)[Tt](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,12}))?)?"
    r"(?P<zone>[Zz]|[+-]\d\d:\d\d)"
)
"""OData's dateTimeOffsetValue: seconds may be left out, a zone may not (OData ABNF)."""
FAILS = SEVERITY_ORDER.index(Severity.FAIL) + 1
GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
SPELLED = json.JSONEncoder(ensure_ascii=False, default=str)
LOOKED_AT = 100_000
MANY = 50
"""Items of a collection from which on each is no longer tried in the place of each other."""
NUMERIC = frozenset({TypeKind.INT32, TypeKind.INT64, TypeKind.DOUBLE})


@dataclass(frozen=True)
class Difference:
    """A path at which two values differ in meaning."""

    path: str
    expected: Json
    actual: Json
    severity: Severity = Severity.FAIL
    kind: TypeKind = TypeKind.ANY
    reason: str = ""

    @property
    def top(self) -> str:
        """The property of the object that differs, or a part of it."""
        return self.path.partition(".")[0].partition("[")[0]

    def __str__(self) -> str:
        note = f" ({self.reason})" if self.reason else ""
        return f"{self.path}: {short(self.actual)} instead of {short(self.expected)}{note}"


def short(value: Json, most: int = 120) -> str:
    """A value as it stands in a sentence."""
    if value is None:
        return "null or absent"
    text, size = "", 0
    for piece in SPELLED.iterencode(value):
        text += piece[:most]
        size += len(piece)
        if size > LOOKED_AT:  # a value of megabytes is not spelled out to be cut
            return f"{text[: most - 20]}… (more than {LOOKED_AT} characters)"
    return text if size <= most else f"{text[: most - 20]}… ({size} characters)"


def unset(value: Json, type_: Type) -> bool:
    """Whether a value counts as unset: null, absent, or a complex value in which nothing documented is set."""
    if isinstance(value, Mapping) and type_.kind is TypeKind.COMPLEX:
        if type_.open and any("@" not in name and name not in type_.properties for name in value):
            return False
        shown = (member for member in type_.properties.values() if not member.write_only)
        return all(unset(value.get(member.name), member.type) for member in shown)
    return value is None


def instant(text: Json) -> tuple[datetime, int] | None:
    """The instant that a DateTimeOffset names, as whole seconds in UTC and picoseconds; None where it is none."""
    match = DATE_TIME.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return None
    try:
        year, month, day = match["date"].rsplit("-", 2)
        if len(year) != 4:
            return None
        moment = datetime(int(year), int(month), int(day), tzinfo=UTC)
        hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
        if hour > 23 or minute > 59 or second > 60:
            return None
        moment += timedelta(hours=hour, minutes=minute, seconds=second)
        if match["zone"] not in "Zz":
            hours, minutes = int(match["zone"][1:3]), int(match["zone"][4:6])
            if hours > 23 or minutes > 59:
                return None
            offset = timedelta(hours=hours, minutes=minutes)
            moment += -offset if match["zone"][0] == "+" else offset
    except (ValueError, OverflowError):
        return None
    return moment, int((match["fraction"] or "0").ljust(12, "0"))


def apart(left: tuple[datetime, int], right: tuple[datetime, int]) -> float:
    """Seconds between two instants."""
    return abs((left[0] - right[0]).total_seconds() + (left[1] - right[1]) / 1e12)


def differences(expected: Json, actual: Json, type_: Type, path: str = "") -> Iterator[Difference]:
    """What differs in meaning between an expected value and an actual one.

    Of a complex value each expected member is looked at; further members of `actual` don't count. Null and absent are
    the same, and so is a complex value in which nothing is set. In collections the items count, not their order.
    """
    if isinstance(expected, Mapping) and isinstance(actual, Mapping) and type_.kind is TypeKind.COMPLEX:
        yield from _complex(expected, actual, type_, path)
        return
    if unset(expected, type_) or unset(actual, type_):
        if unset(expected, type_) and unset(actual, type_):
            return
        if [] in (expected, actual) and (expected is None or actual is None):
            yield Difference(path, expected, actual, Severity.WARN, type_.kind, "an empty collection shown as unset")
            return
        yield Difference(path, expected, actual, kind=type_.kind)
        return
    match type_.kind:
        case TypeKind.COLLECTION:
            yield from _collection(expected, actual, type_, path)
        case TypeKind.DATETIMEOFFSET:
            yield from _instants(expected, actual, path)
        case TypeKind.STRING | TypeKind.GUID:
            yield from _strings(expected, actual, type_, path)
        case kind if kind in NUMERIC:
            yield from _numbers(expected, actual, type_, path)
        case _:
            if not same_json(expected, actual):
                yield Difference(path, expected, actual, kind=type_.kind)


def _complex(expected: JsonMapping, actual: JsonMapping, type_: Type, path: str) -> Iterator[Difference]:
    for name, value in expected.items():
        if "@" in name:
            continue
        declared = type_.properties.get(name)
        if declared and declared.write_only:
            continue  # whoever shows a password would be wrong
        if declared:
            yield from differences(value, actual.get(name), declared.type, f"{path}.{name}" if path else name)
        elif type_.open and not same_json(value, actual.get(name)):
            yield Difference(f"{path}.{name}" if path else name, value, actual.get(name))


def _collection(expected: Json, actual: Json, type_: Type, path: str) -> Iterator[Difference]:
    item = type_.item or Type(TypeKind.ANY)
    if not isinstance(expected, list) or not isinstance(actual, list):
        if not same_json(expected, actual):  # two observations of a value that is no collection may still agree
            yield Difference(path, expected, actual, kind=TypeKind.COLLECTION)
        return
    if len(expected) != len(actual):
        reason = f"{len(actual)} items instead of {len(expected)}"
        yield Difference(path, expected, actual, kind=TypeKind.COLLECTION, reason=reason)
        return
    if same_json(expected, actual):  # nearly always, and far cheaper than trying items against each other
        return
    yield from (_many if len(expected) > MANY else _few)(expected, actual, item, path)


def _few(expected: list[Json], actual: list[Json], item: Type, path: str) -> Iterator[Difference]:
    """What differs between collections of the same length, each item tried in the place of each other."""
    pairs = _pair(expected, actual, item, path)
    for index in range(len(expected)):
        if index not in pairs:
            here = list(differences(expected[index], actual[index], item, f"{path}[{index}]"))
            if not any(d.severity is Severity.FAIL for d in here):  # it fits, but is another's
                here = [Difference(path, expected, actual, kind=TypeKind.COLLECTION, reason=f"item {index} is missing")]
            yield from here
            return
    for index, place in sorted(pairs.items()):
        yield from differences(expected[index], actual[place], item, f"{path}[{index}]")
    if any(index != place for index, place in pairs.items()):
        yield Difference(path, expected, actual, Severity.NOTE, TypeKind.COLLECTION, "in another order")


def _many(expected: list[Json], actual: list[Json], item: Type, path: str) -> Iterator[Difference]:
    """The same for collections too long to try every item against each other: in place, else both sorted."""
    here = _in_place(expected, actual, item, path)
    if not any(difference.severity is Severity.FAIL for difference in here):
        yield from here
        return
    left, right = (sorted(items, key=SPELLED.encode) for items in (expected, actual))
    there = _in_place(left, right, item, path)
    if any(difference.severity is Severity.FAIL for difference in there):
        yield from here
        return
    yield from there
    yield Difference(path, expected, actual, Severity.NOTE, TypeKind.COLLECTION, "in another order")


def _in_place(expected: list[Json], actual: list[Json], item: Type, path: str) -> list[Difference]:
    """What differs between items in the same place, up to the first that is another."""
    found: list[Difference] = []
    for index, (left, right) in enumerate(zip(expected, actual, strict=True)):
        found += differences(left, right, item, f"{path}[{index}]")
        if found and found[-1].severity is Severity.FAIL:
            break
    return found


def _pair(expected: list[Json], actual: list[Json], item: Type, path: str) -> dict[int, int]:
    """Which actual item each expected one is, as many as can be paired off (augmenting paths in a bipartite graph).

    An item may say so little that several others satisfy it: it must not take the one that another needs.
    """
    taken = _identical(expected, actual)  # by place; whoever else could have such an item could have its twin's too
    rest = sorted(set(range(len(expected))) - set(taken.values()))
    places = [place for place in range(len(actual)) if place not in taken]
    fits: dict[int, list[int]] = {}
    for index in rest:
        # the item in the same place first: that is what nearly every server returns
        graded = {
            place: max((_weight(d) for d in differences(expected[index], actual[place], item, path)), default=0)
            for place in sorted(places, key=lambda place: place != index)
        }
        fits[index] = sorted((p for p, weight in graded.items() if weight < FAILS), key=lambda p: graded[p])
    for start in rest:
        came: dict[int, int] = {}
        queue = [start]
        free = None
        while queue and free is None:
            index = queue.pop(0)
            for place in fits[index]:
                if place in came:
                    continue
                came[place] = index
                if place not in taken:
                    free = place
                    break
                queue.append(taken[place])
        while free is not None:
            index = came[free]
            before = next((place for place, other in taken.items() if other == index), None)
            taken[free] = index
            free = before
    return {index: place for place, index in taken.items()}


def _identical(expected: list[Json], actual: list[Json]) -> dict[int, int]:
    """Places in `actual` with the indexes of expected items that are the same to the letter."""
    spare: dict[str, list[int]] = {}
    for place, value in enumerate(actual):
        spare.setdefault(repr(value), []).append(place)
    taken: dict[int, int] = {}
    for index, value in enumerate(expected):
        same = spare.get(repr(value), [])
        if same:
            taken[same.pop(0)] = index
    return taken


def _weight(difference: Difference) -> int:
    return SEVERITY_ORDER.index(difference.severity) + 1


def _instants(expected: Json, actual: Json, path: str) -> Iterator[Difference]:
    left, right = instant(expected), instant(actual)
    if left is None or right is None:
        if expected != actual:
            yield Difference(path, expected, actual, kind=TypeKind.DATETIMEOFFSET)
        return
    seconds = apart(left, right)
    if seconds >= 1:
        reason = f"{seconds:g} s apart" if seconds < DAY else f"{seconds / DAY:,.0f} days apart"
        yield Difference(path, expected, actual, kind=TypeKind.DATETIMEOFFSET, reason=reason)
    elif seconds >= 0.001:
        yield Difference(path, expected, actual, Severity.WARN, TypeKind.DATETIMEOFFSET, f"{seconds:g} s apart")


def _strings(expected: Json, actual: Json, type_: Type, path: str) -> Iterator[Difference]:
    if expected == actual and type(expected) is type(actual):
        return
    if not isinstance(expected, str) or not isinstance(actual, str):
        yield Difference(path, expected, actual, kind=type_.kind)
    elif (type_.members or type_.placeholder) and expected.lower() == actual.lower():
        return
    elif has_format(type_.limits, "decimal") and _decimal(expected) is not None and _decimal(actual) is not None:
        if _decimal(expected) != _decimal(actual):
            yield Difference(path, expected, actual, kind=type_.kind)
    elif GUID.fullmatch(expected) and expected.strip("{}").lower() == actual.strip("{}").lower():
        yield Difference(path, expected, actual, Severity.NOTE, type_.kind, "the GUID in another spelling")
    elif unicodedata.normalize("NFC", expected) == unicodedata.normalize("NFC", actual):
        yield Difference(path, expected, actual, Severity.WARN, type_.kind, "equal after Unicode normalisation only")
    else:
        yield Difference(path, expected, actual, kind=type_.kind)


def _decimal(text: str) -> Decimal | None:
    """The number that a text of the format `decimal` spells; None where it spells none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _numbers(expected: Json, actual: Json, type_: Type, path: str) -> Iterator[Difference]:
    def number(value: Json) -> bool:
        return isinstance(value, (int, float)) and not isinstance(value, bool)

    if type_.kind is TypeKind.INT64 and isinstance(actual, str) and actual == str(expected):
        return  # IEEE754Compatible=true writes Int64 as strings (OData JSON §3.2)
    if not number(expected) or not number(actual) or expected != actual:
        if expected != actual or number(expected) != number(actual):
            yield Difference(path, expected, actual, kind=type_.kind)
    elif isinstance(actual, float) and isinstance(expected, int):
        yield Difference(path, expected, actual, Severity.WARN, type_.kind, "an integer written with a fraction")


def same_json(expected: Json, actual: Json) -> bool:
    """Whether two JSON values are the same, null and absent members taken as one."""
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        names = {name for name in (*expected, *actual) if "@" not in str(name)}
        return all(same_json(expected.get(name), actual.get(name)) for name in names)
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same_json, expected, actual))
    return bool(expected == actual)


def merge(state: JsonMapping, body: JsonMapping, type_: Type) -> JsonObject:
    """The object after an update: complex values merged, collections and primitives replaced (OData 4.01 §11.4.3)."""
    merged = dict(state)
    for name, value in body.items():
        if "@" in name:
            continue
        declared = type_.properties.get(name)
        nested = declared.type if declared else None
        if nested and nested.kind is TypeKind.COMPLEX and isinstance(value, Mapping):
            before = merged.get(name)
            merged[name] = merge(before if isinstance(before, Mapping) else {}, value, nested)
        elif declared or type_.open:
            merged[name] = value
    return merged
