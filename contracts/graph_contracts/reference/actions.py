"""Calls of actions: with state as far as the document says what they do, else an answer as it shows one.

What a document says of an action is little (`contract.action_effects`). Where it says nothing, `effect` changes
nothing: the answer is the documented example made valid, or one of the documented type. `stubs` names those actions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph_contracts.contract import (
    ActionEffects,
    Contract,
    Operation,
    OperationKind,
    TypeKind,
    action_effects,
    object_path,
)
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.reference import validate
from graph_contracts.reference.bodies import Bodies
from graph_contracts.reference.changes import Changes
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.reads import Reads
from graph_contracts.reference.routes import Role, Routes
from graph_contracts.reference.store import Store, made, merge


class Actions:
    """The steps of a call of an action."""

    def __init__(self, store: Store, bodies: Bodies, reads: Reads, changes: Changes) -> None:
        self._store = store
        self._bodies = bodies
        self._reads = reads
        self._changes = changes

    async def call_action(self, request: Request) -> Reply:
        """From the body to the answer."""
        arguments = self.arguments(request)
        entity = await self.effect(request, arguments)
        return self.outcome(request, entity)

    def arguments(self, request: Request) -> JsonObject:
        """The arguments of a call; 400 for what the action can't be called with, before anything is done."""
        operation = _operation(request)
        if not request.complete:
            raise Refusal(400, "BadRequest", "The request ended early.")
        if not request.body and not (operation.body is not None and operation.body.required):
            return {}
        self._bodies.media_type(request)
        value = self._bodies.parse(request.body)
        if operation.body is None:
            return {}
        if operation.body.kind is not TypeKind.COMPLEX:
            self.parameters(request, value)
            return {}
        if not isinstance(value, dict):
            raise Refusal(400, "BadRequest", "The request body must be a JSON object.")
        self.needed(request, value)
        checked: JsonObject = self.parameters(request, value)
        return checked

    def parameters(self, request: Request, value: Json) -> Json:
        """400 for a body that isn't of the documented type."""
        operation = _operation(request)
        assert operation.body is not None  # noqa: S101 (whoever calls has looked)
        try:
            if isinstance(value, dict):
                return validate.body(value, operation.body, rules=_rules(operation))
            return validate.one(value, operation.body, "")
        except validate.InvalidError as error:
            raise Refusal(400, "Request_BadRequest", str(error)) from error

    def needed(self, request: Request, value: JsonMapping) -> None:
        """400 where a required parameter is missing, or null where the document says that it can't be."""
        operation = _operation(request)
        declared, example = operation.body, operation.request_example
        shown = example.body if example is not None and isinstance(example.body, Mapping) else None
        for each in declared.properties.values() if declared is not None else ():
            needed = declared is not None and each.name in declared.required
            if needed and each.name not in value and (shown is None or each.name in shown):
                raise Refusal(400, "Request_BadRequest", f"The parameter '{each.name}' is required.")
            if each.name in value and value[each.name] is None and not each.nullable:
                raise Refusal(400, "Request_BadRequest", f"The parameter '{each.name}' must not be null.")

    async def effect(self, request: Request, arguments: JsonMapping) -> str:
        """Do what the document says; the id of an object that was made, else nothing."""
        bound, said = request.bound, effects(request)
        if bound is None:
            return ""
        if said.sets and bound.entity:
            self.assign(bound, {name: arguments[name] for name in said.sets if name in arguments})
        if said.removes is not None and bound.entity:
            self.take_out(bound, said.removes.collection, said.removes.key, arguments.get(said.removes.key))
        return self.make(request, bound) if said.makes else ""

    def assign(self, bound: Request, values: JsonMapping) -> None:
        """Write arguments into the object, as an update would."""
        objects = self._store.objects(bound)
        objects[bound.entity] = merge(objects[bound.entity], values, bound.resource.type)

    def take_out(self, bound: Request, collection: str, name: str, key: Json) -> None:
        """Take an item out of a collection of the object; 404 where it has none with the key."""
        objects = self._store.objects(bound)
        items = objects[bound.entity].get(collection) or []
        kept = [each for each in items if not (isinstance(each, Mapping) and each.get(name) == key)]
        if len(kept) == len(items):
            raise Refusal(404, "Request_ResourceNotFound", f"The object has no item with this '{name}'.")
        objects[bound.entity] = {**objects[bound.entity], collection: kept}

    def make(self, request: Request, bound: Request) -> str:
        """Make another object of the collection: a copy of the one that it is called on, where there is one."""
        objects = self._store.objects(bound)
        shown = dict(objects[bound.entity]) if bound.entity else dict(made(bound.resource.type, _example(request), 1))
        self._changes.add(bound)
        keys = bound.resource.shape.keys
        objects[bound.entity] |= {name: value for name, value in shown.items() if name not in keys}
        return bound.entity

    def outcome(self, request: Request, entity: str) -> Reply:
        """The answer to a call that was performed."""
        operation = _operation(request)
        status = request.documented_status(204 if operation.response is None else 200)
        if status == 204 or operation.response is None:
            return Reply(status, body=b"")
        if entity and request.bound is not None:
            return Reply(status, self._reads.shown(request.bound))
        return Reply(status, made(operation.response, _example(request), 1))


def effects(request: Request) -> ActionEffects:
    """What the document says that the called action does."""
    objects = request.bound.resource.type if request.bound is not None else None
    return action_effects(_operation(request), objects)


def stubs(contract: Contract) -> Iterator[Operation]:
    """The actions of which the document doesn't say what they do: they are answered, and change nothing."""
    routes = Routes(contract)
    for place in routes.places:
        for method, kind in place.kinds.items():
            if kind is OperationKind.ACTION and place.role is Role.OTHER:
                operation = place.operations[method]
                above = routes.place(object_path.above(operation.path))
                objects = above.resource.type if above is not None and above.resource is not None else None
                if not action_effects(operation, objects).known:
                    yield operation


def _operation(request: Request) -> Operation:
    assert request.operation is not None  # noqa: S101 (routed)
    return request.operation


def _example(request: Request) -> Json:
    example = _operation(request).response_example
    return example.body if example is not None else None


def _rules(operation: Operation) -> validate.Rules:
    """What a body has to keep to besides its type: its parameters are no keys."""
    example = operation.request_example
    if example is None:
        return validate.Rules(keys=())
    return validate.Rules(
        keys=(),
        named=frozenset(validate.named(example.body)),
        replaced=frozenset(map(validate.plain, example.replaced)),
    )
