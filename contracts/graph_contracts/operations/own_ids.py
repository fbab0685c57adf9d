"""Gives an object its own id again, where it is gone because it took another from a body."""

from __future__ import annotations

from collections.abc import Callable

from graph_contracts.contract.collection_shape import same_id
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.context import Context
from graph_contracts.operations.given_ids import GivenIds
from graph_contracts.operations.object_views import GONE


def give_back(context: Context, patch: Callable[..., Exchange], ids: GivenIds, entity: str) -> None:
    """Look for an object that is gone under the ids that the run named for it, and give it its own."""
    ids.unchecked.discard(entity)
    if entity not in ids.by_entity or not _gone(context, entity):
        return
    original = context.objects.original
    others = {*context.known, *original, *context.neighbours}
    for given in reversed(ids.by_entity[entity]):
        if any(same_id(given, other) for other in others) or not _shows(context, given):
            continue
        for body in (context.keyed({}, entity), {**original.get(entity, {}), **context.keyed({}, entity)}):
            if patch(body, entity=given).ok and not _gone(context, entity):
                return
    # a server that finds objects by something else than the id that they show has it where it was
    patch(context.keyed({}, entity), entity=entity)


def _gone(context: Context, entity: str) -> bool:
    """Whether reads that work show no such object."""
    observer = context.observer
    if observer.means in {None, "item"}:
        found, exchange = observer.item(entity)
        if found is not None or observer.means == "item":
            return found is None and (exchange.status in GONE or exchange.ok)
    if observer.means == "neutral":
        return False
    items, _ = observer.collection()
    return items is not None and not observer.cut and not any(observer.shape.is_of(item, entity) for item in items)


def _shows(context: Context, entity: str) -> bool:
    observer = context.observer
    if observer.means in {None, "item"} and observer.item(entity)[0] is not None:
        return True
    items, _ = observer.collection() if observer.means in {None, "collection"} else (None, None)
    return any(observer.shape.is_of(item, entity) for item in items or ())
