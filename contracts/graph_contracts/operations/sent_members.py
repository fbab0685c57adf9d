"""Members of objects that come from the run, though the document doesn't let a client set them.

A server maintains members of its own: versions, times, links, tags. What the run has sent and the target had not shown
of its own accord is the run's, and must not stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from graph_contracts.contract import Type, TypeKind
from graph_contracts.http import jsontext
from graph_contracts.json_types import Json, JsonMapping

MAX_MEMBERS = 10_000
"""Members that are remembered of one resource."""
MAX_SPREAD = 64
"""Items of a list, or characters of a text, that are remembered as members."""
Member = tuple[str, str]
"""A name, and a value as JSON where only that value is the run's; nothing where any value of the name is."""


class SentMembers:
    """The members that a run has sent to the objects of one resource."""

    def __init__(self) -> None:
        self.members: set[Member] = set()
        self._theirs: dict[str, str] = {}
        """What the target showed of its own accord: the last value of each name."""

    def note_sending(self, body: Json, type_: Type) -> list[Member]:
        """Record the members of a body before it is sent; returns the new ones."""
        new: set[Member] = set()
        for name, value, exact in _sent(body, type_) if len(self.members) < MAX_MEMBERS else ():
            member = (name, written(value) if exact else "")
            if member not in self.members and not self._shown(name, value, exact=exact):
                new.add(member)
        self.members |= new
        return sorted(new)

    def note_shown(self, state: Json, type_: Type) -> None:
        """Record the members that the target shows."""
        for name, value, exact in _others(state, type_):
            if not self.has(name, value, exact=exact):
                self._theirs[name] = written(value)

    def has(self, name: str, value: Json, *, exact: bool) -> bool:
        """Whether a member with this value comes from the run."""
        return (name, written(value) if exact else "") in self.members

    def _shown(self, name: str, value: Json, *, exact: bool) -> bool:
        return name in self._theirs and (not exact or self._theirs[name] == written(value))


def computed(name: str) -> bool:
    """Whether a member is control information (OData JSON §4.6), whose values servers compute."""
    _, at, term = name.partition("@")
    return bool(at) and (term.startswith("odata.") or "." not in term)


def object_in(body: Json) -> JsonMapping | None:
    """The JSON object in a body, octets or not; None where there is none, or an ambiguous one."""
    if isinstance(body, bytes):
        text = jsontext.parse(body)
        body = None if text.problem or text.limited or text.duplicates else text.value
    return body if isinstance(body, Mapping) else None


def _sent(body: Json, type_: Type) -> Iterator[tuple[str, Json, bool]]:
    """The members of a body that the document doesn't let a client set."""
    value = jsontext.parse(body).value if isinstance(body, bytes) else body
    nested = isinstance(body, bytes) and body.lstrip()[:1] == b"["  # maybe too deep to be parsed
    # some servers take a list or a text for an object with numbers as names
    spread = len(value) if isinstance(value, (list, str)) else int(nested)
    yield from ((str(place), None, False) for place in range(min(spread, MAX_SPREAD)))
    yield from _others(value, type_)


def _others(value: Json, type_: Type) -> Iterator[tuple[str, Json, bool]]:
    """Members of a value, and of the documented values in it, that the document doesn't let a client set."""
    if isinstance(value, list) and type_.item is not None:
        for item in value:
            yield from _others(item, type_.item)
    if type_.kind is not TypeKind.COMPLEX or not isinstance(value, Mapping):
        return
    for name, item in value.items():
        declared = type_.properties.get(name)
        if declared is None or declared.read_only:
            yield name, item, declared is not None or computed(name)
        elif declared.type.kind is TypeKind.COMPLEX or declared.type.item is not None:
            yield from _others(item, declared.type)


_write = json.JSONEncoder(sort_keys=True, default=str).encode


def written(value: Json) -> str:
    """A value as a text by which equal ones are found, whatever the order of their members."""
    try:
        return _write(value)
    except RecursionError:
        return "(nested too deep)"


def members(pairs: Iterable[Json]) -> set[Member]:
    """Members as an undo log holds them."""
    return {(str(name), str(value)) for name, value in pairs}
