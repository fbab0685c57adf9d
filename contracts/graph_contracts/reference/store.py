"""The objects that the reference serves, and OData's merge of an update into one of them."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Mapping

from graph_contracts.contract import OperationKind, Type, TypeKind
from graph_contracts.contract.bounded_values import bounded
from graph_contracts.contract.value_limits import within
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.reference import validate
from graph_contracts.reference.message import Request
from graph_contracts.reference.routes import Resource

SPACE = uuid.UUID("1f0c2f57-5ac3-4d1c-9b2e-5a0e6ad7c9b4")
SEED = 1
MAX_ITEMS = 12
"""Items that are made up in one collection."""
DEEPEST = 6
"""Values within values that are made up."""

Objects = dict[str, JsonObject]


class Store:
    """Objects by id, one collection for all paths of a resource; made when they are first asked for."""

    def __init__(self, size: int = 2) -> None:
        self.size = size
        """How many objects a resource has to begin with."""
        self._collections: dict[tuple[str, str, tuple[str, ...]], Objects] = {}
        self.named: set[str] = set()
        """Keys of parents that are none of the objects here, and that are taken to be there."""
        self._first: dict[str, Objects] = {}

    def objects(self, request: Request) -> Objects:
        """The objects that a request's operation addresses, by id."""
        return self.collection(request.resource, request.tenant, request.below)

    def collection(self, resource: Resource, tenant: str = "", below: tuple[str, ...] = ()) -> Objects:
        """A resource's objects by id; those of another tenant are none to begin with.

        Args:
            below: the keys of the objects that they belong to.
        """
        key = (resource.name, tenant, below)
        if key not in self._collections:
            self._collections[key] = {} if tenant else {identity(resource, each): each for each in self.seeds(resource)}
        return self._collections[key]

    def nested(self, resource: Resource, tenant: str = "") -> dict[tuple[str, ...], Objects]:
        """The collections of a resource that anybody has asked for, by the keys of the objects that they are below."""
        known = self._collections.items()
        return {below: objects for (name, of, below), objects in known if (name, of) == (resource.name, tenant)}

    def first(self, resource: Resource, entity: str) -> JsonMapping | None:
        """An object as it was to begin with; None for one that was made later."""
        if resource.name not in self._first:
            self._first[resource.name] = {identity(resource, each): each for each in self.seeds(resource)}
        return self._first[resource.name].get(entity)

    def seeds(self, resource: Resource) -> tuple[JsonObject, ...]:
        """The objects that a resource has to begin with."""
        return seeds(resource, self.size)


def merge(state: JsonMapping, body: JsonMapping, type_: Type) -> JsonObject:
    """The object after an update: complex values merged, collections and primitives replaced (OData 4.01 §11.4.3)."""
    merged = dict(state)
    for name, value in body.items():
        if "@" in name:
            continue
        declared = type_.properties.get(name)
        if declared is None and value is None:
            merged.pop(name, None)  # a dynamic property that is null is one that isn't there
        elif declared and declared.type.kind is TypeKind.COMPLEX and isinstance(value, Mapping):
            before = merged.get(name)
            merged[name] = merge(before if isinstance(before, Mapping) else {}, value, declared.type)
        else:
            merged[name] = copy.deepcopy(value)
    return merged


def completed(value: Json, seed: Json, type_: Type) -> Json:
    """A value with what only the server writes in it, which a client that writes it anew can't have sent.

    In collections, it belongs to the item that is otherwise as it was.
    """
    if type_.kind is TypeKind.COMPLEX and isinstance(value, Mapping) and isinstance(seed, Mapping):
        found = dict(value)
        for member in type_.properties.values():
            if member.name in seed and member.name in value:
                found[member.name] = completed(value[member.name], seed[member.name], member.type)
            elif member.name in seed and member.read_only:
                found[member.name] = copy.deepcopy(seed[member.name])
        return found
    if type_.kind is TypeKind.COLLECTION and type_.item and isinstance(value, list) and isinstance(seed, list):
        return [_completed_item(item, seed, type_.item) for item in value]
    return value


def _completed_item(item: Json, seeds: list[Json], type_: Type) -> Json:
    for seed in seeds:
        whole = completed(item, seed, type_)
        if whole == seed:
            return whole
    return item


def seeds(resource: Resource, size: int = 2) -> tuple[JsonObject, ...]:
    """Objects to begin with: the documented example made valid, and others unlike it."""
    shown = resource.example
    objects = [made(resource.type, shown if n == 1 else {}, n) for n in range(1, size + 1)]
    for n, each in enumerate(objects, 1):
        each.update(new_key(resource, n))
    for name in resource.shape.keys:
        given = shown.get(name)
        if isinstance(given, (str, int)) and given not in {"", True, False}:
            objects[0][name] = given
    return tuple(objects)


def identity(resource: Resource, shown: JsonMapping) -> str:
    """The key of an object as it is stored under."""
    return resource.shape.key_of(shown) if resource.shape.composite else str(shown[resource.shape.key])


def new_key(resource: Resource, number: int = 0) -> JsonObject:
    """The properties that make the key of an object: always the same ones for a number, new ones without."""
    return {name: new_id(resource, number, name) for name in resource.shape.keys}


def new_id(resource: Resource, number: int = 0, name: str = "") -> Json:
    """An id for an object of a resource: always the same one for a number, a new one without.

    Args:
        name: the property that it is for, where several make the key.
    """
    declared = resource.type.properties.get(name or resource.shape.key)
    if declared and declared.type.kind in {TypeKind.INT32, TypeKind.INT64}:
        return number or uuid.uuid4().int % 2**31
    if declared and declared.type.kind is TypeKind.STRING and declared.type.limits:
        found = bounded(declared.type, number or uuid.uuid4().int % 2**31, SEED)
        if found is not None:
            return found
    update = resource.of(OperationKind.UPDATE)
    path = update.aliases[0] if update else resource.name
    return str(uuid.uuid5(SPACE, f"{path}{number}") if number else uuid.uuid4())


def _fits(shown: Json, type_: Type) -> bool:
    try:
        validate.one(shown, type_, "")
    except validate.InvalidError:
        return False
    return True


def made(type_: Type, shown: Json, n: int, level: int = 0) -> Json:
    """A value of a type: what the example shows where that is valid, else one made up."""
    match type_.kind:
        case TypeKind.COMPLEX:
            given = shown if isinstance(shown, Mapping) else {}
            if level >= DEEPEST and not given:
                return None
            return {m.name: made(m.type, given.get(m.name), n, level + 1) for m in type_.properties.values()}
        case TypeKind.COLLECTION:
            item = type_.item or Type(TypeKind.STRING)
            items = shown[:2] if isinstance(shown, list) and shown else [None]
            values = (made(item, each, n, level + 1) for each in items)
            listed = [each for each in values if each is not None]
            return listed if within(listed, type_.limits) else _as_many(type_, item, n, level)
        case TypeKind.STRING if type_.members:
            return shown if shown in type_.members else type_.members[(n - 1) % len(type_.members)]
    if shown is not None and _fits(shown, type_):
        return shown
    made_up: Mapping[TypeKind, Json] = {
        TypeKind.STRING: f"value {n}",
        TypeKind.GUID: str(uuid.uuid5(SPACE, str(n))),
        TypeKind.BOOLEAN: n == 1,
        TypeKind.INT32: 40 + n,
        TypeKind.INT64: 40 + n,
        TypeKind.DOUBLE: n + 0.5,
        TypeKind.DATETIMEOFFSET: f"201{n}-02-03T04:05:06Z",
        TypeKind.DATE: f"201{n}-02-03",
        TypeKind.TIMEOFDAY: "04:05:06",
        TypeKind.DURATION: f"PT{n}H",
        TypeKind.BINARY: "Z3JhcGg=",
    }
    value = made_up.get(type_.kind)
    return value if within(value, type_.limits, formats=True) else bounded(type_, n, SEED)


def _as_many(type_: Type, item: Type, n: int, level: int) -> list[Json]:
    """As many items as a collection must have."""
    for count in range(MAX_ITEMS):
        values = [made(item, None, n + place, level + 1) for place in range(count)]
        if within(values, type_.limits):
            return values
    return []
