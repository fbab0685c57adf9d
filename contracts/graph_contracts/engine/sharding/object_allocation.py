"""Which objects workers and shards use that test one resource at the same time: each has objects of its own.

A controller lists the objects once and hands them out to its workers. Shards know nothing of one another: each lists by
itself, and an object that somebody adds between two listings must not move the others to another shard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from graph_contracts.contract import Contract, Operation, OperationKind
from graph_contracts.contract.collection_shape import same_id
from graph_contracts.engine.discovery.path_parameters import example_id, fill_path
from graph_contracts.engine.resource_group import ResourceGroup
from graph_contracts.errors import ContractsError
from graph_contracts.json_types import JsonMapping
from graph_contracts.operations import parameters
from graph_contracts.operations.knowledge import Allocation
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.settings import Settings

DIVISIBLE = frozenset({OperationKind.UPDATE, OperationKind.READ})
"""Operations that leave alone what they are not about."""
NEEDED = 2
"""Objects that each of them needs: a first and a second."""

AssignedObjects = tuple[tuple[str, str], ...]
"""The first and the second object of each worker."""


def allocation(settings: Settings, contract: Contract) -> Allocation:
    """The objects of a session without a controller: shards that run at the same time have objects of their own."""
    if settings.splits == 1 or settings.workers > 1 or undividable(contract, settings):
        return Allocation()
    return Allocation(settings.group - 1, settings.splits, may_share=True)


def undividable(contract: Contract, settings: Settings) -> str:
    """Why workers can't share the cases of a resource, each with objects of its own; empty where they can.

    Args:
        contract: the operations that are tested.
        settings: which may name an object.
    """
    for operation in contract.tested:
        if contract.kinds[operation.id] not in DIVISIBLE:
            return f"{operation} must have its collection for itself"
        if operation.key is None:
            return f"there is only one object for {operation}"
        for flag, named in (("--id", settings.ids), ("--second-id", settings.second_ids)):
            if parameters.value(named, operation, operation.key, short=True) is not None:
                return f"{flag} says which object to use"
    return ""


def offered(groups: Iterable[ResourceGroup]) -> dict[str, list[str]]:
    """The ids of the objects that can be allocated, by the id of the operation that updates or reads them."""
    offers: dict[str, list[str]] = {}
    for group in groups:
        for driver in group.updates or group.able[:1]:
            try:
                with driver.client.redirects.learn():
                    fill_path(driver)
                    offers[driver.documented.id] = _offered(driver, offers)
            except ContractsError:
                offers[driver.documented.id] = []
    return offers


def _offered(driver: OperationUnderTest, offers: Mapping[str, list[str]]) -> list[str]:
    found = candidates(driver.observer.collection()[0], driver.documented)
    first = offers.get(driver.primary_path.documented.id) if driver.primary_path else None
    if not first or not found:
        return first or found  # a path that lists nothing leads to the objects of the first one
    common = [entity for entity in first if any(same_id(entity, each) for each in found)]
    if common:
        first[:] = common  # all paths are to lead to the assigned objects
        return first
    return found if driver.observer.item(first[0])[0] is None else first


def assigned(offers: Mapping[str, Sequence[str]], workers: int) -> dict[str, AssignedObjects]:
    """The objects of each worker, by the operation's id; there must be enough for all."""
    return {
        name: tuple((found[NEEDED * number], found[NEEDED * number + 1]) for number in range(workers))
        for name, found in offers.items()
    }


def candidates(items: Iterable[JsonMapping] | None, operation: Operation) -> list[str]:
    """The ids that a collection shows, each once: the documented one first, and else in an order of their own."""
    names = {_plain(name): name for item in items or () if (name := operation.shape.key_of(item))}
    example = example_id(operation)
    return sorted(names.values(), key=lambda entity: (not same_id(entity, example), entity))


def share(found: Sequence[str], number: int, count: int) -> tuple[list[str], frozenset[str]]:
    """The objects of one shard, and those of the others; all of them for each, where there are too few.

    An object's id alone says whose it is. Only where some shard would go short, its place among the others does.
    """
    by_shard: list[list[str]] = [[] for _ in range(count)]
    for entity in found:
        by_shard[int.from_bytes(sha256(_plain(entity).encode()).digest()[:8]) % count].append(entity)
    if min(map(len, by_shard)) < NEEDED:
        if len(found) < NEEDED * count:
            return [*found], frozenset()
        by_shard = [[*found[start : start + NEEDED]] for start in range(0, NEEDED * count, NEEDED)]
    return by_shard[number], frozenset().union(*by_shard).difference(by_shard[number])


def _plain(entity: str) -> str:
    """The same for ids that are one (`same_id`)."""
    return entity.strip("{}").lower()
