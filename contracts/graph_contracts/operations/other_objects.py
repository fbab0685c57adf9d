"""The objects of a collection that a case isn't about, and must leave alone."""

from __future__ import annotations

from collections.abc import Mapping

from graph_contracts.contract.collection_shape import same_id
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.equality import short
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Finding, Findings

LONG_ENOUGH = 8
"""Characters that hardly two ids have in common, where nobody knows the other ids."""


def others(update: UpdateDriver) -> JsonObject:
    """The marker property of every object of the collection that the run doesn't look after, by id."""
    if update.observer.collection_status != 200:
        return {}
    items, _ = update.observer.collection()
    name = update.bodies.markers[0]
    found = {entity: item.get(name) for item in items or () if (entity := update.shape.key_of(item))}
    return {entity: value for entity, value in found.items() if not any(same_id(entity, k) for k in update.known)}


def elsewhere(update: UpdateDriver, before: JsonMapping, sent: Mapping[str, tuple[str, Exchange]]) -> Findings:
    """What was sent to no object's path stands on an object that was there before."""
    if not before or not any(exchange.ok for _, exchange in sent.values()):
        return
    for entity, value in others(update).items():
        if entity in before and isinstance(value, str) and value in sent:
            note, exchange = sent[value]
            yield Finding("no object changed", f"{exchange.answer}, and {note} updated {short(entity)}", (exchange,))


def taken(operation: OperationUnderTest, entity: str) -> bool:
    """Whether an id is that of an object of its own, as far as reads tell."""
    return entity in operation.known or operation.shape.is_of(operation.observer.item(entity)[0] or {}, entity)


def selects_others(operation: OperationUnderTest, entity: str, parts: Mapping[str, str]) -> set[str]:
    """Which parts of an object's id a server that compares ids in part could take for another object.

    Args:
        entity: the object's id.
        parts: what is sent in place of it, each with the characters that another id would have to contain.
    """
    items, _ = operation.observer.collection()
    if items is None or operation.observer.cut:
        return {sent for sent, part in parts.items() if len(part) < LONG_ENOUGH}
    ids = [operation.shape.key_of(item).lower() for item in items if not operation.shape.is_of(item, entity)]
    return {sent for sent, part in parts.items() if any(part.lower() in each for each in ids)}
