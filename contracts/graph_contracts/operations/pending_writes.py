"""What later reads of an object must show: a read that doesn't is of an older state, or the value is lost.

Where copies of an object lag behind one another, a read says nothing of its age. What was accepted, and when, does.
"""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.equality import Difference

PARTED = frozenset({TypeKind.COMPLEX, TypeKind.COLLECTION, TypeKind.ANY})
"""Kinds whose values servers merge or arrange in ways of their own."""
MAX_REMEMBERED = 20_000
"""Values that are remembered: more than are accepted within the time that reads may lag."""


class PendingWrites:
    """The values that reads must come to show, by object; shared by all paths, which lead to the same objects."""

    def __init__(self) -> None:
        self._values: dict[str, JsonObject] = {}
        self._sent: OrderedDict[tuple[str, str, str], float] = OrderedDict()
        """When each value was last accepted, by object, path and value, the latest last."""

    def accepted(self, entity: str, body: JsonMapping, type_: Type) -> None:
        """Remember the plain values of an accepted update as pending."""
        self.note(entity, body, accepted=True)
        known = type_.properties
        plain = {n: v for n, v in body.items() if n in known and v is not None and known[n].type.kind not in PARTED}
        # what becomes of the rest, and of null, is the question of other requirements
        older = {name: value for name, value in self._values.get(entity, {}).items() if name not in body}
        self._values[entity] = {**older, **plain}

    def note(self, entity: str, body: JsonMapping, *, accepted: bool) -> None:
        """Remember values that were sent; a refused value that shows later may come from another request."""
        now = time.monotonic()
        for place in _places(body):
            self._sent.pop((entity, *place), None)
            if accepted:
                self._sent[entity, *place] = now
        while len(self._sent) > MAX_REMEMBERED:
            self._sent.popitem(last=False)

    def explained_by_lag(self, entity: str, found: Iterable[Difference]) -> bool:
        """Whether lag explains differences between two observations.

        A change towards what was accepted later than what stood there before is no effect of what was sent in between.
        """
        newer = False
        for difference in found:
            came = self._sent.get((entity, difference.path, _text(difference.actual)))
            went = self._sent.get((entity, difference.path, _text(difference.expected)), 0.0)
            if came is not None and came < went:
                return False
            newer = newer or came is not None
        return newer

    def forget(self) -> None:
        """Drop the pending values, since a request with an unknown effect was sent."""
        self._values.clear()

    def clear(self) -> None:
        """Drop all values, pending or not."""
        self._values.clear()
        self._sent.clear()

    def of(self, entity: str) -> JsonMapping:
        """The values that an object must come to show."""
        return dict(self._values.get(entity, {}))

    def drop(self, entity: str, names: Iterable[str]) -> None:
        """Drop pending values that reads never showed."""
        for name in names:
            self._values.get(entity, {}).pop(name, None)


def _places(value: Json, path: str = "") -> Iterator[tuple[str, str]]:
    """Each part of a value with its path, written as differences are."""
    if path:
        yield path, _text(value)
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _places(member, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, f"{path}[{index}]")


def _text(value: Json) -> str:
    return json.dumps(value, sort_keys=True, default=str)
