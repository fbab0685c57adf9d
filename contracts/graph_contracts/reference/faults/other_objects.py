"""Faults that reach other objects than the one that is meant, or another time."""

from __future__ import annotations

import asyncio
import uuid

from graph_contracts.contract import OperationKind, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Request
from graph_contracts.reference.store import made
from graph_contracts.reference.tools import Step, fill, names, override, type_of

BACK = 0.7
"""Seconds after which a deleted object is back."""


@fault("creation-overwrites-its-namesake", "create.isolation.others")
def upsert(app: App) -> None:
    """A creation with a text that another object has writes into that one as well."""

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        texts = [name for name in names(app, TypeKind.STRING) if body.get(name) is not None]
        objects = app.store.objects(request)
        same = [e for e, each in objects.items() if any(each.get(name) == body[name] for name in texts)]
        await inner(request, body)
        made_now = request.entity
        for request.entity in same:
            fill(app, request, body)
        request.entity = made_now


@fault("creation-writes-into-the-first", "create.isolation.others")
def into_first(app: App) -> None:
    """A creation writes its values into the first object of the collection as well."""

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        first = next(iter(app.store.objects(request)), "")
        await inner(request, body)
        made_now, request.entity = request.entity, first
        if first:
            fill(app, request, body)
        request.entity = made_now


@fault("nested-defaults-shared", "create.isolation.nested")
def shared(app: App) -> None:
    """What a creation leaves out of nested values is the same dictionary in every object, and updated in place."""
    declared = {n: each.type for n, each in type_of(app).properties.items() if each.type.kind is TypeKind.COMPLEX}
    defaults = {name: made(type_, None, 1) for name, type_ in declared.items()}

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        stored = app.store.objects(request)[request.entity]
        for name, default in defaults.items():
            if request.kind is OperationKind.CREATE and name not in body:
                stored[name] = default
            elif isinstance(body.get(name), dict) and name in request.shared:  # type: ignore[attr-defined]
                default.update(body[name])
                stored[name] = default

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Json:
        stored = app.store.objects(request).get(request.entity, {})
        request.shared = {n for n, each in defaults.items() if stored.get(n) is each}  # type: ignore[attr-defined]
        return await inner(request)


@fault("deleted-comes-back", "delete.persist.stays")
def comes_back(app: App) -> None:
    """A deleted object is written back a little later, with a cache that still has it."""

    @override(app, "remove")
    def remove(inner: Step, request: Request) -> None:
        objects, entity = app.store.objects(request), request.entity
        left = objects.get(entity)
        inner(request)
        if request.kind is OperationKind.DELETE and left is not None:
            asyncio.get_running_loop().call_later(BACK, objects.setdefault, entity, left)


@fault("ids-in-any-letter-case", "read.route.idcase delete.route.idcase", gates=False)
def any_case(app: App) -> None:
    """Ids are texts in small and capital letters, and compared without regard to that."""

    @override(app, "new_id")
    def new_id(inner: Step, request: Request) -> Json:
        del inner, request
        return f"Book-{uuid.uuid4().int % 10**9}-x"

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        known = {entity.casefold(): entity for entity in app.store.objects(request)}
        request.entity = known.get(request.entity.casefold(), request.entity)
        inner(request)
