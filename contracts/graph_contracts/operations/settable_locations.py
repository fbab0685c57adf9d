"""Where a single value can be sent to in a contract's type, nested values and items of collections included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.sample_values import free, keeps_texts, settable
from graph_contracts.operations.write import WriteDriver


@dataclass(frozen=True)
class Location:
    """Where a value goes: a property, a property of a complex value, or of the one item of a collection."""

    path: tuple[str, ...]
    type: Type
    nullable: bool = True
    listed: bool = False
    """Whether the first name is a collection and the rest stands in its items."""
    siblings: JsonMapping | None = None
    """What else an item needs to be complete."""

    @property
    def name(self) -> str:
        first, *rest = self.path
        return ".".join([f"{first}[0]" if self.listed else first, *rest])

    @property
    def identifies(self) -> bool:
        """Whether the name says that it holds an id, which servers may check."""
        return self.path[-1].lower().endswith("id")

    def body(self, value: Json) -> JsonObject:
        """An update that sets this location alone."""
        first, *rest = self.path
        if self.listed:
            return {first: [{**(self.siblings or {}), **_nest(rest, value)}] if rest else [value]}
        return {first: _nest(rest, value) if rest else value}

    def value(self, entity: JsonMapping | None) -> Json:
        """The value at this location of an object; None where there is none."""
        found: Json = entity
        for index, name in enumerate(self.path):
            found = found.get(name) if isinstance(found, Mapping) else None
            if index == 0 and self.listed:
                found = found[0] if isinstance(found, list) and found else None
        return found


def _nest(path: list[str], value: Json) -> Json:
    for name in reversed(path):
        value = {name: value}
    return value


def settable_locations(update: WriteDriver, kind: TypeKind) -> list[Location]:
    """The locations of a kind that the target takes values for: top-level ones first, then nested, then items.

    Deprecated properties come last, so that a case judges by what stays. Where the document bounds values more closely
    than their kind, cases don't send theirs. The key of a new object is left out, too: an odd one has an odd address.
    """
    places = [location for name in update.bodies.accepted.names for location in _below(update, name)]
    found = [location for location in places if location.type.kind is kind and free(location.type)]
    left_out = {*update.computed, *update.shape.keys}
    kept = [location for location in found if location.path[0] not in left_out]
    return sorted(kept, key=lambda s: (update.model.type.properties[s.path[0]].deprecated, s.listed, len(s.path)))


def open_locations(update: WriteDriver) -> list[Location]:
    """The locations of open types: bags that keep members which the document doesn't name, whatever text they are."""
    return [
        location
        for location in settable_locations(update, TypeKind.COMPLEX)
        if keeps_texts(location.type) and not location.listed
    ]


def _below(update: WriteDriver, name: str) -> Iterator[Location]:
    declared = update.model.type.properties[name]
    yield Location((name,), declared.type, declared.nullable)
    yield from _nested((name,), declared.type)
    if declared.type.kind is TypeKind.COLLECTION and declared.type.item:
        item = declared.type.item
        if item.kind is TypeKind.COMPLEX:
            whole = update.values.make(item, name, 1)
            for location in _nested((name,), item):
                yield Location(location.path, location.type, location.nullable, listed=True, siblings=whole)
        else:
            yield Location((name,), item, listed=True)


def _nested(prefix: tuple[str, ...], type_: Type) -> Iterator[Location]:
    if type_.kind is not TypeKind.COMPLEX:
        return
    bags = [m for m in type_.properties.values() if m.type.open and not m.read_only]  # empty, and yet to be filled
    for member in {member.name: member for member in (*settable(type_), *bags) if not member.write_only}.values():
        yield Location((*prefix, member.name), member.type, member.nullable)
        yield from _nested((*prefix, member.name), member.type)
