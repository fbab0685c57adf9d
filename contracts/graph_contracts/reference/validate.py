"""Whether a body is an update of a type: every value checked before any is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from graph_contracts.contract import Type, TypeKind
from graph_contracts.contract.value_limits import within
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.wording import stands_for_a_value

DATE_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,12})?)?(?:[Zz]|[+-](\d\d):(\d\d))", re.ASCII
)

SURROGATE = re.compile("[\ud800-\udfff]")


class InvalidError(Exception):
    """A value that its type can't hold; says which and why."""


@dataclass(frozen=True)
class Rules:
    """What the types alone don't say."""

    keys: tuple[str, ...] = ("id",)
    """The properties that make the object's key: some pages leave it out of the body's table."""
    never: frozenset[str] = frozenset()
    """Members of enumerations that may not be sent, in lower case."""
    named: frozenset[tuple[str, str]] = frozenset()
    """Places and the types that the document's own example names there: derived ones, where they aren't declared."""
    replaced: frozenset[str] = frozenset()
    """Places where the page's own example has a text that only stands for a value: it is taken, and changes nothing."""


NONE = Rules()


def named(example: Json, path: str = "") -> Iterator[tuple[str, str]]:
    """The types that an example names, each with its place; a collection's items are one place."""
    if isinstance(example, Mapping):
        given = example.get("@odata.type")
        if isinstance(given, str):
            yield path, given.rpartition("#")[2]
        for name, item in example.items():
            yield from named(item, f"{path}/{name}" if path else name)
    elif isinstance(example, list):
        for item in example:
            yield from named(item, path)


def body(value: JsonMapping, type_: Type, path: str = "", rules: Rules = NONE) -> JsonObject:
    """Check an update and return what is to be merged: annotations and what only the server writes are left out.

    Raises:
        InvalidError: a property is unknown, or its value isn't of its type.
    """
    checked: JsonObject = {}
    derived = _derived(value, type_, path, rules)
    for name, item in value.items():
        where = f"{path}/{name}" if path else name
        if name == "@odata.type" and not derived:
            annotation(item, type_, where)
        if "@" in name or (rules.replaced and _stands_for_a_value(item, where, rules)):
            continue
        declared = type_.properties.get(name)
        if declared is None and where in rules.keys:
            checked[name] = item
        elif declared is None:
            if not type_.open and type_.properties and not derived:
                raise InvalidError(f"The property '{where}' does not exist on type '{type_.name}'.")
            checked[name] = one(item, type_.rest, where, rules) if type_.rest and not derived else item
        elif not declared.read_only or where in rules.keys:
            null = item is None and declared.nullable
            checked[name] = None if null else one(item, declared.type, where, rules)
    return checked


def _derived(value: JsonMapping, type_: Type, path: str, rules: Rules) -> bool:
    """Whether a value is of another type that the document names for the place, whose members aren't known here."""
    given = value.get("@odata.type")
    name = given.rpartition("#")[2] if isinstance(given, str) else ""
    if not name or name == type_.name:
        return False
    return name in type_.also or (plain(path), name) in rules.named


def plain(place: str) -> str:
    """A place in a body without the numbers of items."""
    return re.sub(r"/\d+(?=/|$)", "", place).strip("/")


def _stands_for_a_value(value: Json, where: str, rules: Rules) -> bool:
    return isinstance(value, str) and plain(where) in rules.replaced and stands_for_a_value(value)


def annotation(value: Json, type_: Type, where: str) -> None:
    """Check a type annotation: the documented name or one that stands for it, in any spelling.

    Raises:
        InvalidError: it names another type.
    """
    names = {type_.name, *type_.also}
    given = value.rpartition("#")[2] if isinstance(value, str) else ""
    if type_.name and given not in names and not any(name.endswith(f".{given}") for name in names if given):
        raise InvalidError(f"The type named by '{where}' is not compatible with '{type_.name}'.")


def one(value: Json, type_: Type, where: str, rules: Rules = NONE) -> Json:
    """Check one value; returns it as it is stored.

    Raises:
        InvalidError: it isn't of the type.
    """
    if type_.alternatives:
        return _any(value, type_, where, rules)
    if type_.kind is TypeKind.COLLECTION:
        return _items(value, type_, where, rules)
    if value is None:
        return None
    if type_.kind is TypeKind.COMPLEX:
        if not isinstance(value, dict):
            raise InvalidError(f"The value of '{where}' must be an object.")
        return body(value, type_, where, rules)
    check = CHECKS.get(type_.kind)
    if check and not check(value):
        raise InvalidError(f"The value of '{where}' is not of type 'Edm.{type_.kind}'.")
    if type_.members and str(value).lower() not in {member.lower() for member in type_.members} - rules.never:
        raise InvalidError(f"The value of '{where}' is not a member of its enumeration.")
    return _bounded(value, type_, where)


def _bounded(value: Json, type_: Type, where: str) -> Json:
    """Check a value against the bounds, the pattern or the list of values that the document gives; returns it."""
    if not within(value, type_.limits):
        raise InvalidError(f"The value of '{where}' is not within the limits of its type.")
    return value


def _items(value: Json, type_: Type, where: str, rules: Rules) -> list[Json]:
    """Check an array; returns it as it is stored."""
    if not isinstance(value, list):
        raise InvalidError(f"The value of '{where}' must be an array.")
    if None in value and not type_.null_items:
        raise InvalidError(f"The value of '{where}' must not hold null.")
    _bounded(value, type_, where)
    item = type_.item or Type(TypeKind.ANY)
    return [each if each is None else one(each, item, f"{where}/{place}", rules) for place, each in enumerate(value)]


def _any(value: Json, type_: Type, where: str, rules: Rules) -> Json:
    """Check a value that may be of several types; returns it as the first of them stores it."""
    if value is not None:
        _bounded(value, type_, where)
    for each in type_.alternatives:
        try:
            return one(value, each, where, rules)
        except InvalidError:
            continue
    raise InvalidError(f"The value of '{where}' is of none of the types that it may have.")


def _integer(least: int, most: int) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _string(value: Json) -> bool:
    return isinstance(value, str) and not SURROGATE.search(value)


def is_date_time(value: Json) -> bool:
    """Whether a value is a DateTimeOffset of the calendar (OData ABNF)."""
    match = DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return False
    day, hour, minute, second, *offset = match.groups()
    try:
        datetime.fromisoformat(f"{day}T{hour}:{minute}:{second or '00'}")
        timedelta(hours=int(offset[0] or 0), minutes=int(offset[1] or 0))
    except ValueError:
        return False
    return int(offset[0] or 0) < 24 and int(offset[1] or 0) < 60


def _date(value: Json) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


CHECKS: Mapping[TypeKind, Callable[[Json], bool]] = {
    TypeKind.STRING: _string,
    TypeKind.GUID: lambda value: (
        isinstance(value, str) and bool(re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", value))
    ),
    TypeKind.BOOLEAN: lambda value: isinstance(value, bool),
    TypeKind.INT32: _integer(-(2**31), 2**31 - 1),
    TypeKind.INT64: _integer(-(2**63), 2**63 - 1),
    TypeKind.DOUBLE: lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    TypeKind.DATETIMEOFFSET: is_date_time,
    TypeKind.DATE: _date,
    TypeKind.TIMEOFDAY: lambda value: (
        isinstance(value, str) and bool(re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d{1,12})?)?", value))
    ),
    TypeKind.DURATION: lambda value: (
        isinstance(value, str) and bool(re.fullmatch(r"-?P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?([\d.]+S)?)?", value))
    ),
    TypeKind.BINARY: lambda value: isinstance(value, str),
}
