"""Which objects each of those has for itself who test one resource beside each other, each in a lane of its own.

Workers are given theirs by the run, which lists once. Parts of a run know nothing of one another: each lists by itself,
and an object that somebody adds between two listings must not move the others to another lane.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from contracts.contract import Operation
from contracts.errors import ConfigurationError
from contracts.plugin.check import example_id, fill_path
from contracts.plugin.family import Family
from contracts.subject.observe import identity, same_id
from contracts.subject.under_test import OperationUnderTest

NEEDED = 2
"""Objects that a lane has: a first and a second."""

Lots = tuple[tuple[str, str], ...]
"""The first and the second object of each lane."""


def offered(families: Iterable[Family]) -> dict[str, list[str]]:
    """The ids of the objects that can be given away, by the id of the operation that would update or read them."""
    offers: dict[str, list[str]] = {}
    for family in families:
        for subject in family.updates or family.subjects[:1]:
            try:
                fill_path(subject)
            except ConfigurationError:
                offers[subject.operation.id] = []
            else:
                offers[subject.operation.id] = _offered(subject, offers)
    return offers


def _offered(subject: OperationUnderTest, offers: Mapping[str, list[str]]) -> list[str]:
    found = candidates(subject.observer.collection()[0], subject.operation)
    first = offers.get(subject.primary_path.operation.id) if subject.primary_path else None
    if not first or not found:
        return first or found  # a path that lists nothing leads to the objects of the first one
    common = [entity for entity in first if any(same_id(entity, each) for each in found)]
    if common:
        first[:] = common  # all paths are to lead to what a lane is given
        return first
    return found if subject.observer.item(first[0])[0] is None else first


def lots(offers: Mapping[str, Sequence[str]], lanes: int) -> dict[str, Lots]:
    """What each lane is given, by the operation's id; there must be enough for all."""
    return {
        name: tuple((found[NEEDED * lane], found[NEEDED * lane + 1]) for lane in range(lanes))
        for name, found in offers.items()
    }


def candidates(items: Iterable[Mapping[str, Any]] | None, operation: Operation) -> list[str]:
    """The ids that a collection shows, each once: the documented one first, and else in an order of their own."""
    names = {_plain(name): name for item in items or () if (name := identity(item.get("id")))}
    example = example_id(operation)
    return sorted(names.values(), key=lambda entity: (not same_id(entity, example), entity))


def share(found: Sequence[str], lane: int, lanes: int) -> tuple[list[str], frozenset[str]]:
    """The objects of one part, and those that are others'; for each all of them, where there are too few.

    An object's id alone says whose it is. Only where some part would go short, its place among the others does.
    """
    by_lane: list[list[str]] = [[] for _ in range(lanes)]
    for entity in found:
        by_lane[int.from_bytes(sha256(_plain(entity).encode()).digest()[:8]) % lanes].append(entity)
    if min(map(len, by_lane)) < NEEDED:
        if len(found) < NEEDED * lanes:
            return [*found], frozenset()
        by_lane = [[*found[start : start + NEEDED]] for start in range(0, NEEDED * lanes, NEEDED)]
    return by_lane[lane], frozenset().union(*by_lane).difference(by_lane[lane])


def _plain(entity: str) -> str:
    """The same for ids that are one (`same_id`)."""
    return entity.strip("{}").lower()
