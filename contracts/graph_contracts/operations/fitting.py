"""Whether a value may stand in a place, where the document allows several types there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping

WIDE = 2**16 - 1
"""A range as wide as a number's own size allows names no value."""


def admitted(value: Json, type_: Type) -> bool:
    """Whether one of the several types that the document allows in a place has a value."""
    return any(fits(value, each) for each in type_.alternatives)


def allowed(value: Json, type_: Type) -> bool:
    """Whether a value that is usually wrong in a place is right there, by a union or by what items of a list are."""
    return admitted(value, type_) or (type_.kind is TypeKind.COLLECTION and fits(value, type_))


def objects(items: Sequence[Json], type_: Type) -> bool:
    """Whether the items of a collection of objects are objects, or what else the document allows among them."""
    item = type_.item
    if item is None or item.kind is not TypeKind.COMPLEX:
        return True
    return all(
        isinstance(each, Mapping) or (each is None and type_.null_items) or admitted(each, item) for each in items
    )


def documented(value: Json, type_: Type) -> bool:
    """Whether the document itself names a value: as a member, a sample, or one within a range; all of its parts."""
    if type_.kind is TypeKind.COMPLEX and isinstance(value, Mapping):
        known = type_.properties
        return bool(value) and all(name in known and documented(item, known[name].type) for name, item in value.items())
    if type_.kind is TypeKind.COLLECTION and isinstance(value, list) and type_.item is not None:
        return bool(value) and all(documented(item, type_.item) for item in value)
    if type_.kind is TypeKind.BOOLEAN:
        return isinstance(value, bool)
    named = value in type_.samples or (isinstance(value, str) and value in type_.members)
    return named or any(_bounds_name(each, value) for each in _parts(type_.limits))


def _parts(bounds: JsonMapping) -> Iterator[JsonMapping]:
    """The limits that all hold, each by itself."""
    yield bounds
    for each in bounds.get("allOf", ()):
        yield from _parts(each)


def _bounds_name(bounds: JsonMapping, value: Json) -> bool:
    """Whether limits list a value, or bound it from both sides more closely than a number's size does."""
    if value in bounds.get("enum", ()) or ("const" in bounds and value == bounds["const"]):
        return True
    ends = [bounds[word] for word in ("minimum", "maximum") if word in bounds]
    narrow = len(ends) > 1 and ends[1] - ends[0] < WIDE
    return narrow and isinstance(value, (int, float)) and ends[0] <= value <= ends[1]


def fits(value: Json, type_: Type) -> bool:
    """Whether a value is null or looks like one of a type, formats of texts aside."""
    if value is None or type_.kind is TypeKind.ANY:
        return value is None or not type_.alternatives or admitted(value, type_)
    if admitted(value, type_):
        return True
    match type_.kind:
        case TypeKind.COMPLEX:
            return isinstance(value, Mapping) and all(
                fits(value.get(name), member.type) for name, member in type_.properties.items()
            )
        case TypeKind.COLLECTION:
            item = type_.item or Type(TypeKind.ANY)
            return isinstance(value, list) and all(
                type_.null_items if each is None else fits(each, item) for each in value
            )
        case TypeKind.BOOLEAN:
            return isinstance(value, bool)
        case TypeKind.INT32 | TypeKind.INT64 | TypeKind.DOUBLE:
            whole = type_.kind is TypeKind.DOUBLE or (isinstance(value, (int, float)) and value % 1 == 0)
            return isinstance(value, (int, float)) and not isinstance(value, bool) and whole
    return isinstance(value, str) and (not type_.members or value in type_.members)
