"""Faults of what an answer shows of the update, and of what is never written."""

from __future__ import annotations

from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import Step, change_answer, change_stored, complexes, override, writable


@fault("stale-response", "value.reflects")
def stale(app: App) -> None:
    """The write happens, but the answer shows the object before it."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        request.before = dict(app.store.objects(request)[request.entity])  # type: ignore[attr-defined]
        await inner(request, body)

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply = inner(request, body)
        if reply.value is not None:
            reply.value = app.reads.represent(request, request.before)  # type: ignore[attr-defined]
        return reply


@fault("one-property-not-updatable", "value.reflects")
def not_updatable(app: App) -> None:
    """One nested string is never written."""
    name, leaves = complexes(app)[-1]

    def stored(body: JsonObject) -> JsonObject:
        value = body.get(name)
        if isinstance(value, dict):
            body[name] = {leaf: item for leaf, item in value.items() if leaf != leaves[0]}
        return body

    change_stored(app, stored)


@fault("last-property-not-updatable", "value.reflects")
def last_not_updatable(app: App) -> None:
    """The last documented property is never written."""
    name = writable(app)[-1]
    change_stored(app, lambda body: {n: v for n, v in body.items() if n != name})


@fault("read-differs-in-one-property", "persist.sameasread persist.read")
def read_differs(app: App) -> None:
    """Reads show one string in upper case."""
    name, leaves = complexes(app, 2)[0]

    @override(app, "shown")
    def shown(inner: Step, request: Request) -> Json:
        entity = inner(request)
        value = entity.get(name)
        if isinstance(value, dict) and isinstance(value.get(leaves[-1]), str):
            entity[name] = {**value, leaves[-1]: value[leaves[-1]].upper()}
        return entity


@fault("answer-lacks-a-nested-member", "value.reflects")
def lacks_nested(app: App) -> None:
    """The answer to an update leaves out one member of a nested value that reads show."""
    name, leaves = complexes(app, 2)[0]

    def answer(entity: Json) -> Json:
        value = entity.get(name) if isinstance(entity, dict) else None
        if isinstance(value, dict):
            return {**entity, name: {leaf: item for leaf, item in value.items() if leaf != leaves[-1]}}
        return entity

    change_answer(app, answer)
