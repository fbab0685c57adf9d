"""Wrong values that a run has sent and a target has taken: to show them again is no second fault.

The case that sent such a value judges that it was accepted. Checks over every response leave it out from then on, and
it is put right before the next case.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from graph_contracts.contract import Type, TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.equality import GUID, instant
from graph_contracts.operations.fitting import admitted, fits
from graph_contracts.operations.sample_values import CHOICES
from graph_contracts.operations.sent_members import written

MAX_VALUES = 10_000
"""Values that are remembered of one resource."""
INDEX = re.compile(r"\[\d+\]")
TYPE_MEMBERS = frozenset({"@odata.type", "@type"})
SPELLED = frozenset({TypeKind.DATE, TypeKind.TIMEOFDAY, TypeKind.DURATION, TypeKind.BINARY})
"""Kinds of texts of which those count as right that the run sends as such."""


class PlantedValues:
    """The wrong values that a run has planted in the objects of one resource."""

    def __init__(self) -> None:
        self._since: defaultdict[str, dict[str, int]] = defaultdict(dict)
        """The exchange that planted each value first, by the value's place in an object and by its JSON."""
        self._count = 0
        self._standing: dict[str, set[str]] = {}
        """The members that were last given a wrong value, by object."""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._since)

    def sent(self, entity: str, body: JsonMapping, type_: Type, exchange: Exchange) -> None:
        """Record a body that was not refused; `entity` is empty where nobody knows which object it went to."""
        wrong = list(_wrong(body, type_, ""))
        for place, value in wrong:
            if self._count < MAX_VALUES and (text := written(value)) not in self._since[place]:
                self._since[place][text] = exchange.index
                self._count += 1
        names = {name for name in body if name in TYPE_MEMBERS or name in type_.properties}
        bad = {name for name in names if any(place == name or _is_below(place, name) for place, _ in wrong)}
        standing = (self._standing.get(entity, set()) - set(body)) | bad
        if entity:
            self._standing[entity] = standing

    def shown(self, exchange: Exchange, path: str, value: Json) -> bool:
        """Whether the run has planted a value that an answer shows at a path."""
        place = INDEX.sub("[]", path).removeprefix("value[].") if "[" in path else path
        planted = self._since.get(place)
        since = planted.get(written(value)) if planted else None
        return since is not None and since <= exchange.index

    def standing(self, entity: str) -> frozenset[str]:
        """The members of an object that the run last gave a wrong value."""
        return frozenset(self._standing.get(entity, ()))

    def put_right(self, entity: str) -> None:
        """Nothing more is done about what stands on an object."""
        self._standing.pop(entity, None)

    def clear(self) -> None:
        """Remember nothing."""
        self._since.clear()
        self._count = 0
        self._standing.clear()


def is_wrong(name: str, value: Json, type_: Type) -> bool:
    """Whether a member of an object of a type has a value that it can't have."""
    return any(_wrong({name: value}, type_, ""))


def _is_below(place: str, name: str) -> bool:
    return place.startswith((f"{name}.", f"{name}["))


def _wrong(value: Json, type_: Type, place: str) -> Iterator[tuple[str, Json]]:
    """The places of a value that hold what the document doesn't allow there, and members that it doesn't name."""
    if value is None or admitted(value, type_):
        return
    if type_.kind is TypeKind.COMPLEX and isinstance(value, Mapping):
        for name, member in value.items():
            below = f"{place}.{name}" if place else name
            declared = type_.properties.get(name)
            if declared is not None:
                yield from _wrong(member, declared.type, below)
            elif not (name in TYPE_MEMBERS and _names(member, type_)):
                yield below, member
    elif type_.kind is TypeKind.COLLECTION and isinstance(value, list):
        for item in value:
            if item is None and not type_.null_items:
                yield f"{place}[]", item
            yield from _wrong(item, type_.item or Type(TypeKind.ANY), f"{place}[]")
    elif not _right(value, type_):
        yield place, value


def _names(value: Json, type_: Type) -> bool:
    """Whether an annotation is null, or names a type or one that may stand in its place."""
    return (
        value is None
        or not type_.name
        or (isinstance(value, str) and value.rpartition("#")[2] in {type_.name, *type_.also})
    )


def _right(value: Json, type_: Type) -> bool:
    match type_.kind:
        case TypeKind.DATETIMEOFFSET:
            return instant(value) is not None
        case TypeKind.INT32:
            return fits(value, type_) and -(2**31) <= value < 2**31
        case TypeKind.GUID:
            return isinstance(value, str) and GUID.fullmatch(value) is not None
        case kind if kind in SPELLED:
            return value in CHOICES.get(kind, ())
    return fits(value, type_)
