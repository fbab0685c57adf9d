"""The sent and shown values of each property: for updates that change nothing, and for properties that reads omit."""

from __future__ import annotations

from collections.abc import Iterable

from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.equality import Difference


class SentValues:
    """The last values of each object's properties, and which of them reads show at all."""

    def __init__(self) -> None:
        self._values: dict[str, JsonObject] = {}
        self._stored: set[str] = set()
        """Properties that the answer to a body showed which didn't name them."""
        self._shown: set[str] = set()

    def note_accepted(self, entity: str, body: JsonMapping, answer: JsonMapping) -> None:
        """Remember the values of an accepted body and of the answer to it."""
        self._stored |= {name for name, value in answer.items() if value is not None} - set(body)
        # what was sent outranks what was answered: a stale answer must not be written back
        self._values.setdefault(entity, {}).update({**answer, **body})

    def note_read(self, found: JsonMapping) -> None:
        """Remember the properties that a read shows."""
        self._shown |= {name for name, value in found.items() if value is not None}

    def of(self, entity: str) -> JsonMapping:
        """The last value of each property of an object that was sent or answered."""
        return self._values.get(entity, {})

    def never_shown(self, difference: Difference, found: JsonMapping) -> bool:
        """Whether a property is stored, yet never shown by reads: a default selection may leave it out."""
        name = difference.top
        return name not in found and name in self._stored and name not in self._shown

    def forget(self) -> None:
        """Drop all values."""
        self._values = {}


def neutral_property(known: JsonMapping, markers: Iterable[str], about: frozenset[str]) -> str | None:
    """The property to send again in an update that changes nothing: the least of the markers, and none of interest."""
    candidates = [name for name in markers if name in known]
    return next((name for name in candidates if name not in about), next(iter(candidates), None))
