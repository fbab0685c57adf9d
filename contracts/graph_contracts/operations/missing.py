"""Whether lists show that an object, or one that its path is below, is not there: then a 404 says nothing of a path."""

from __future__ import annotations

from graph_contracts.operations.observer import Observer
from graph_contracts.operations.operation_under_test import OperationUnderTest


def missing(operation: OperationUnderTest) -> str:
    """The id that a whole list of such objects doesn't have; empty where there is none."""
    ids = operation.observer.ids
    for name, listing in operation.parent_lists.items():
        if name in ids and _lacks(Observer(operation.client, listing, ids, operation.documented.id), ids[name]):
            return ids[name]
    entity = operation.key if operation.documented.key is not None else ""
    return entity if entity and _lacks(operation.observer, entity) else ""


def _lacks(observer: Observer, entity: str) -> bool:
    items, _ = observer.collection()
    return items is not None and not observer.cut and not any(observer.shape.is_of(item, entity) for item in items)
