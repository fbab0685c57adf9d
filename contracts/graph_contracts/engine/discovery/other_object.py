"""Going on with another object, where the one that a run is about can't be read any more."""

from __future__ import annotations

from collections.abc import Iterator

from graph_contracts.contract.collection_shape import same_id
from graph_contracts.engine.resource_group import ResourceGroup
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.operation_under_test import OperationUnderTest

READS = frozenset({"item", "collection"})
MAX_TRIED = 10


def is_lost(group: ResourceGroup) -> bool:
    """Whether the object that a group is about can't be read any more."""
    return any(_read(driver, driver.key) is None for driver in _readers(group))


def path(group: ResourceGroup) -> str:
    """The path of the object that a group is about."""
    return next(iter(group.updates or _readers(group))).path()


def use_another(group: ResourceGroup) -> bool:
    """Let a group be about another object that can be read, saved as it is; whether there is one."""
    first = next(iter(group.updates or _readers(group)))
    lost = first.key
    others = [(entity, state) for entity in _others(first, lost) if (state := _read(first, entity)) is not None][:2]
    if not others:
        return False
    key, state = others[0]
    for driver in group.drivers:
        if driver.key == lost:
            driver.work_on(key, others[1][0] if len(others) > 1 else None)
    for update in group.updates:
        if update.key == key:
            update.objects.keep(key, state)
    return True


def _readers(group: ResourceGroup) -> list[OperationUnderTest]:
    keyed = [each for each in group.drivers if each.key and each.place.key and each.documented.method != "POST"]
    return [driver for driver in keyed if driver.observer.means in READS]


def _read(driver: OperationUnderTest, entity: str) -> JsonObject | None:
    return driver.observer.look(entity, fresh=True)[0]


def _others(driver: OperationUnderTest, lost: str) -> Iterator[str]:
    """Ids of objects that the run may use: the second one, and those of the list that no other worker has."""
    if driver.second:
        yield driver.second
    if driver.options.allocation.count > 1:
        return
    listed = [driver.shape.key_of(item) for item in driver.observer.collection()[0] or ()]
    known = (lost, driver.second)
    yield from [entity for entity in listed if entity and not any(same_id(entity, each) for each in known)][:MAX_TRIED]
