"""What a target refuses: it narrows what is sent to it later, and is no finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from graph_contracts.contract import Type, TypeKind
from graph_contracts.generation.pools import label
from graph_contracts.json_types import Json, JsonMapping, JsonObject

Sort = tuple[str, str]
"""A place and a sort of value."""
PICKY = 4
"""Sorts that a place refuses, with none taken, before it is left alone."""


class Refusals:
    """Learns from answers which sorts of values a place takes."""

    def __init__(self, type_: Type) -> None:
        self.type = type_
        self.refused: set[Sort] = set()
        self.taken: set[Sort] = set()
        self._counts: Counter[str] = Counter()

    def take(self, body: JsonMapping) -> None:
        """A body was accepted."""
        self.taken.update(sorts(body, self.type))

    def refuse(self, body: JsonMapping) -> None:
        """A body with one property was refused: whatever in it was never accepted is to blame."""
        to_blame = {sort for sort in sorts(body, self.type) if sort not in self.taken} - self.refused
        self.refused |= to_blame
        self._counts.update({where for where, _ in to_blame})

    def prune(self, body: JsonMapping) -> JsonObject:
        """A body without the properties that would be refused."""
        return {name: value for name, value in body.items() if not any(map(self._hopeless, self._sorts(name, value)))}

    def _sorts(self, name: str, value: Json) -> Iterator[Sort]:
        return sorts({name: value}, self.type)

    def _hopeless(self, sort: Sort) -> bool:
        picky = self._counts[sort[0]] >= PICKY and sort not in self.taken
        return sort in self.refused or picky


def sorts(value: Json, type_: Type, path: str = "") -> Iterator[Sort]:
    """The places in a body, items of a collection counted as one place, and what sort of value each holds."""
    if type_.kind is TypeKind.COMPLEX and isinstance(value, Mapping):
        for name, item in value.items():
            declared = type_.properties.get(name)
            yield from sorts(
                item, declared.type if declared else Type(TypeKind.STRING), f"{path}.{name}" if path else name
            )
        return
    yield path, label(value, type_)
    if type_.kind is TypeKind.COLLECTION and isinstance(value, list) and type_.item:
        for item in value:
            yield from sorts(item, type_.item, f"{path}[]")
