"""The objects that the reference serves, and OData's merge of an update into one of them."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping
from typing import Any

from contracts.contract import Contract, Kind, Operation, Type
from contracts.reference import validate

SPACE = uuid.UUID("1f0c2f57-5ac3-4d1c-9b2e-5a0e6ad7c9b4")


class Store:
    """Objects by id, one collection for all aliases of an operation."""

    def __init__(self, contract: Contract) -> None:
        self.collections: dict[str, dict[str, dict[str, Any]]] = {}
        for operation in contract.updates:
            name = collection(operation)
            if name not in self.collections:
                first, second = seeds(operation)
                self.collections[name] = {entity["id"]: entity for entity in (first, second)}
        self._first = copy.deepcopy(self.collections)

    def objects(self, operation: Operation) -> dict[str, dict[str, Any]]:
        """The objects that an operation addresses, by id."""
        return self.collections[collection(operation)]

    def merge(self, operation: Operation, entity: str, body: Mapping[str, Any]) -> None:
        """Merge a checked body into an object."""
        objects = self.objects(operation)
        assert operation.body is not None  # noqa: S101 (updates have one)
        seed = self._first[collection(operation)].get(entity)
        objects[entity] = completed(merge(objects[entity], body, operation.body), seed, operation.body)


def collection(operation: Operation) -> str:
    """The name of the collection that an operation's objects are in: its first alias's path."""
    return operation.aliases[0] if operation.aliases else operation.path


def merge(state: Mapping[str, Any], body: Mapping[str, Any], type_: Type) -> dict[str, Any]:
    """The object after an update: complex values merged, collections and primitives replaced (OData 4.01 §11.4.3)."""
    merged = dict(state)
    for name, value in body.items():
        if "@" in name:
            continue
        declared = type_.properties.get(name)
        if declared and declared.type.kind is Kind.COMPLEX and isinstance(value, Mapping):
            before = merged.get(name)
            merged[name] = merge(before if isinstance(before, Mapping) else {}, value, declared.type)
        else:
            merged[name] = copy.deepcopy(value)
    return merged


def completed(value: Any, seed: Any, type_: Type) -> Any:
    """A value with what only the server writes in it, which a client that writes it anew can't have sent.

    In collections, it belongs to the item that is otherwise as it was.
    """
    if type_.kind is Kind.COMPLEX and isinstance(value, Mapping) and isinstance(seed, Mapping):
        found = dict(value)
        for member in type_.properties.values():
            if member.name in seed and member.name in value:
                found[member.name] = completed(value[member.name], seed[member.name], member.type)
            elif member.name in seed and member.read_only:
                found[member.name] = copy.deepcopy(seed[member.name])
        return found
    if type_.kind is Kind.COLLECTION and type_.item and isinstance(value, list) and isinstance(seed, list):
        return [_completed_item(item, seed, type_.item) for item in value]
    return value


def _completed_item(item: Any, seeds: list[Any], type_: Type) -> Any:
    for seed in seeds:
        whole = completed(item, seed, type_)
        if whole == seed:
            return whole
    return item


def seeds(operation: Operation) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two objects to begin with: the documented example made valid, and another one unlike it."""
    assert operation.body is not None  # noqa: S101 (updates have one)
    example = operation.response_example.body if operation.response_example else {}
    shown = example if isinstance(example, Mapping) else {}
    first = {**_value(operation.body, shown, 1), "id": shown.get("id") or str(uuid.uuid5(SPACE, f"{operation.path}1"))}
    second = {**_value(operation.body, {}, 2), "id": str(uuid.uuid5(SPACE, f"{operation.path}2"))}
    return first, second


def _fits(shown: Any, type_: Type) -> bool:
    try:
        validate.one(shown, type_, "")
    except validate.InvalidError:
        return False
    return True


def _value(type_: Type, shown: Any, n: int) -> Any:
    """A value of a type: what the example shows where that is valid, else one made up."""
    match type_.kind:
        case Kind.COMPLEX:
            given = shown if isinstance(shown, Mapping) else {}
            return {m.name: _value(m.type, given.get(m.name), n) for m in type_.properties.values()}
        case Kind.COLLECTION:
            item = type_.item or Type(Kind.STRING)
            items = shown[:2] if isinstance(shown, list) and shown else [None]
            return [_value(item, each, n) for each in items]
        case Kind.STRING if type_.members:
            return shown if shown in type_.members else type_.members[(n - 1) % len(type_.members)]
    if shown is not None and _fits(shown, type_):
        return shown
    made: Mapping[Kind, Any] = {
        Kind.STRING: f"value {n}",
        Kind.GUID: str(uuid.uuid5(SPACE, str(n))),
        Kind.BOOLEAN: n == 1,
        Kind.INT32: 40 + n,
        Kind.INT64: 40 + n,
        Kind.DOUBLE: n + 0.5,
        Kind.DATETIMEOFFSET: f"201{n}-02-03T04:05:06Z",
        Kind.DATE: f"201{n}-02-03",
        Kind.TIMEOFDAY: "04:05:06",
        Kind.DURATION: f"PT{n}H",
        Kind.BINARY: "Z3JhcGg=",
    }
    return made.get(type_.kind)
