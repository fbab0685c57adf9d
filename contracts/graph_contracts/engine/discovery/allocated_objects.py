"""The objects of a collection that a worker or shard may use, while others test the same resource."""

from __future__ import annotations

from itertools import chain

from graph_contracts.contract.collection_shape import same_id
from graph_contracts.engine.discovery.path_parameters import example_id
from graph_contracts.engine.sharding.object_allocation import candidates, share
from graph_contracts.errors import ConfigurationError
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.update import UpdateDriver


def listed_objects(update: UpdateDriver, items: list[JsonObject] | None) -> list[str]:
    """The ids of the listed objects that this shard or worker may use, the documented one first."""
    example, own = example_id(update.documented), update.options.allocation
    if own.count > 1:  # a list may come in any order
        found, update.neighbours = share(candidates(items, update.documented), own.number, own.count)
        return found
    found = [entity for item in items or () if (entity := update.shape.key_of(item))]
    return sorted(found, key=lambda entity: not same_id(entity, example))


def take_assigned(update: UpdateDriver, items: list[JsonObject] | None) -> None:
    """Give an update the two objects that the run assigned to this worker, and no other.

    Args:
        update: what they are for.
        items: what the collection shows now.

    Raises:
        ConfigurationError: the run assigned none, or the first is no longer there.
    """
    operation, own = update.documented, update.options.allocation
    assigned = own.assigned.get(operation.id, ())[own.number :][:1]
    if not assigned:
        raise ConfigurationError(
            f"{operation}: no object is left for worker {own.number + 1}",
            f"There must be two for each of {own.count}: run with fewer",
        )
    ((update.key, second),) = assigned
    update.second = second
    update.neighbours = frozenset(chain(*own.assigned[operation.id])).difference(*assigned)
    if update.primary_path and update.primary_path.key == update.key:
        update.second = update.primary_path.second
        return
    if items is None:
        return

    def there(entity: str) -> bool:
        listed = any(update.shape.is_of(item, entity) for item in items)
        return listed or update.observer.item(entity)[0] is not None

    if not there(update.key):
        raise ConfigurationError(
            f"{operation}: {update.key}, the object for worker {own.number + 1}, is no longer there",
            "Something else deletes objects on this target: run when nothing else uses it, or with -n 1",
        )
    update.second = second if there(second) else None
