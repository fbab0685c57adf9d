"""An object as the document describes it: what counts as equal, as changed, and as merged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.context import Context
from graph_contracts.operations.equality import Difference, differences, instant, unset
from graph_contracts.operations.equality import merge as merge_values
from graph_contracts.requirements import Severity

NOW_S = 300
"""Seconds within which a date-time is about now."""
Merging = Callable[[JsonMapping, JsonMapping, Type], JsonObject]
"""What an object is after an accepted body, by what it was."""


class ObjectModel:
    """The objects of one operation, as the document describes them."""

    def __init__(self, context: Context, type_: Type, merging: Merging) -> None:
        self._context = context
        self.type = type_
        """What is sent."""
        self._merging = merging

    def compare(self, expected: JsonMapping, actual: JsonMapping) -> list[Difference]:
        """What differs in the documented properties that `expected` names, leaving out what the server maintains."""
        computed = self._context.computed
        wanted = {
            name: value
            for name, value in expected.items()
            if name not in computed and name not in self._context.shape.keys
        }
        return list(differences(wanted, actual, self._context.answer_type))

    def changes(self, before: JsonMapping, after: JsonMapping) -> list[Difference]:
        """What changed between two observations of an object, as far as it matters."""
        return failures(self.compare(before, after))

    def documented_properties(self, found: JsonMapping) -> JsonObject:
        """The documented properties of an object that is shown."""
        return {name: found.get(name) for name in self._context.answer_type.properties}

    def is_set(self, name: str, value: Json) -> bool:
        """Whether a documented property's value counts as set."""
        declared = self._context.answer_type.properties.get(name)
        return declared is not None and not unset(value, declared.type)

    def merge(self, state: JsonMapping, body: JsonMapping) -> JsonObject:
        """What the object should be after an accepted body."""
        return self._merging(state, body, self.type)

    def moved_to_now(self, entity: JsonMapping, sent: Iterable[str]) -> set[str]:
        """The documented date-times of an object that are about now without having been sent."""
        found: set[str] = set()
        for name, declared in self._context.answer_type.properties.items():
            moment = instant(entity.get(name)) if declared.type.kind is TypeKind.DATETIMEOFFSET else None
            if moment and name not in sent and abs(moment[0].timestamp() - time.time()) < NOW_S:
                found.add(name)
        return found


def after_update(state: JsonMapping, body: JsonMapping, type_: Type) -> JsonObject:
    """An object after an update: what it was, with the body merged in (OData 4.01 §11.4.3)."""
    return merge_values(state, body, type_)


def after_creation(state: JsonMapping, body: JsonMapping, type_: Type) -> JsonObject:  # noqa: ARG001
    """An object after its creation: it is made of the body alone."""
    return dict(body)


def failures(found: Iterable[Difference]) -> list[Difference]:
    """The differences that no conforming server shows."""
    return [difference for difference in found if difference.severity is Severity.FAIL]
