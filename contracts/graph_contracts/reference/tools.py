"""What faults and variations are made with: replacing one step of an app, and picking and changing properties."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from graph_contracts.contract import OperationKind, Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.reference import validate
from graph_contracts.reference.app import App
from graph_contracts.reference.message import Reply, Request, Send
from graph_contracts.reference.routes import Resource
from graph_contracts.reference.store import merge

Step = Callable[..., Any]
"""A step of an app, or a function that stands in for a part of one; steps take and return what each needs."""


def override(app: App, step: str) -> Callable[[Step], Step]:
    """Replace a step of an app, in whichever part has it; the function gets the step it replaces as its first argument.

    Raises:
        AttributeError: no part has a step of this name.
    """
    part = next((each for each in app.parts if hasattr(each, step)), app)

    def decorate(function: Step) -> Step:
        setattr(part, step, partial(function, getattr(part, step)))
        return function

    return decorate


def connection(request: Request) -> asyncio.Transport:
    """The connection that a request came on, for what the server between would mend."""
    transport: asyncio.Transport = request.scope["state"]["transport"]
    return transport


def main_resource(app: App) -> Resource:
    """The resource that behaviours are made for: the first that can be updated, else the first there is.

    Raises:
        LookupError: there is none.
    """
    found = app.addresses.routes.first(
        OperationKind.UPDATE, OperationKind.CREATE, OperationKind.READ, OperationKind.LIST, OperationKind.DELETE
    )
    if found is None:
        raise LookupError("resource")
    return found


def type_of(app: App) -> Type:
    """The type of the main resource's objects: as it is sent, where it is sent.

    Raises:
        LookupError: there is none.
    """
    resource = main_resource(app)
    operation = resource.of(OperationKind.UPDATE) or resource.of(OperationKind.CREATE)
    return resource.body(operation) if operation else resource.type


def writable(app: App) -> list[str]:
    """The properties that a body may set."""
    return [each.name for each in type_of(app).properties.values() if not each.read_only and each.name != "id"]


def names(app: App, kind: TypeKind, *, plain: bool = True, least: int = 1) -> list[str]:
    """The writable properties of a kind, deprecated ones left out; `plain` leaves out enumerations.

    Raises:
        LookupError: there are fewer than `least`.
    """
    found = [
        member.name
        for member in type_of(app).properties.values()
        if member.type.kind is kind
        and not member.read_only
        and member.name != "id"
        and not member.deprecated
        and not (plain and (member.type.members or member.type.placeholder))
    ]
    if len(found) < least:
        raise LookupError(kind)
    return found


def complexes(app: App, least: int = 1) -> list[tuple[str, list[str]]]:
    """Complex properties with at least so many string members, and those members.

    Raises:
        LookupError: there is none.
    """
    found = []
    for name in names(app, TypeKind.COMPLEX):
        members = type_of(app).properties[name].type.properties.values()
        leaves = [member.name for member in members if member.type.kind is TypeKind.STRING]
        if len(leaves) >= least:
            found.append((name, leaves))
    if not found:
        raise LookupError(TypeKind.COMPLEX)
    return found


def each_string(value: Json, change: Callable[[str], Json], *, nested_only: bool = False, level: int = 0) -> Json:
    """A value with every string in it changed; ids, types and, if wanted, top-level strings stay."""
    if isinstance(value, Mapping):
        return {
            name: item
            if "@" in name or (level == 0 and name == "id")
            else each_string(item, change, nested_only=nested_only, level=level + 1)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [each_string(item, change, nested_only=nested_only, level=level + 1) for item in value]
    if isinstance(value, str) and not (nested_only and level < 2):
        return change(value)
    return value


def change_stored(app: App, change: Callable[[JsonObject], JsonObject]) -> None:
    """Change what an update writes, after it was checked."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, change(dict(body)))


def change_shown(app: App, change: Callable[[JsonObject], Json]) -> None:
    """Change how every object is shown."""

    @override(app, "represent")
    def represent(inner: Step, request: Request, entity: JsonObject) -> Json:
        return change(inner(request, entity))


def change_answer(app: App, change: Callable[[Json], Json]) -> None:
    """Change how the answers of documented operations show objects; what else can be looked at stays as it is."""

    def shown(request: Request, value: Json) -> Json:
        if request.kind is not OperationKind.LIST:
            return change(value)
        shown = [change(each) for each in (value["value"] if isinstance(value, dict) else value)]
        return {**value, "value": shown} if isinstance(value, dict) else shown

    _answered(app, shown)


def change_message(app: App, change: Callable[[Json], Json]) -> None:
    """Change what the answers of documented operations hold as a whole."""
    _answered(app, lambda _, value: change(value))


def _answered(app: App, change: Callable[[Request, Json], Json]) -> None:
    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Json:
        reply = inner(request, reply)
        if reply.value is not None and request.kind is not None:
            reply.value = change(request, reply.value)
        return reply


@contextmanager
def kept(app: App, request: Request, when: Callable[[], bool] = lambda: True) -> Iterator[None]:
    """Leave the collection as it was, whatever is done to it meanwhile."""
    objects = app.store.objects(request)
    before = copy.deepcopy(objects)
    yield
    if when():
        objects.clear()
        objects.update(before)


def apply(app: App, request: Request) -> None:
    """Do what a request asks for, whatever its credentials are.

    Raises:
        Refusal: for another reason.
    """
    app.addresses.route(request)
    if not request.documented or request.kind in {None, OperationKind.READ, OperationKind.LIST}:
        return
    if request.kind is OperationKind.DELETE:
        app.changes.remove(request)
        return
    body = app.bodies.check(request, app.bodies.parse(request.body))
    if request.kind is OperationKind.CREATE:
        app.changes.add(request)
    fill(app, request, body)


def fill(app: App, request: Request, body: JsonMapping) -> None:
    """Write a checked body into the addressed object."""
    objects = app.store.objects(request)
    objects[request.entity] = merge(objects[request.entity], body, request.resource.type)


def strings(app: App, change: Callable[[str], Json], *, nested_only: bool = False) -> None:
    """Change every plain string that is stored."""
    kept = names(app, TypeKind.DATETIMEOFFSET, least=0)

    def stored(body: JsonObject) -> JsonObject:
        changed: JsonObject = each_string(body, change, nested_only=nested_only)
        return {**changed, **{name: body[name] for name in kept if name in body}}

    change_stored(app, stored)


def dates(app: App, change: Callable[[str], Json]) -> None:
    """Change every top-level date-time that is stored."""
    wanted = names(app, TypeKind.DATETIMEOFFSET)

    def stored(body: JsonObject) -> JsonObject:
        return {n: change(v) if n in wanted and isinstance(v, str) else v for n, v in body.items()}

    change_stored(app, stored)


def unchecked(app: App, kind: TypeKind, accept: Callable[[Json], bool]) -> None:
    """Let values of a kind pass that the type can't hold."""
    every = names(app, kind)

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        odd: JsonObject = {}
        if isinstance(value, dict):
            odd = {name: value[name] for name in every if name in value and accept(value[name])}
            value = {name: item for name, item in value.items() if name not in odd}
        return {**inner(request, value), **odd}


def moment(text: str) -> datetime:
    """The moment that a checked date-time names, to the second."""
    match = validate.DATE_TIME.fullmatch(text)
    assert match  # noqa: S101 (checked before it was stored)
    zone = "+00:00" if text[-1] in "Zz" else text[-6:]
    return datetime.fromisoformat(f"{match[1]}T{match[2]}:{match[3]}:{match[4] or '00'}{zone}")


def each_value(value: Json, type_: Type, change: Step) -> Json:
    """A shown value with `change(value, type)` applied to every complex value and leaf, innermost first."""
    if isinstance(value, dict):
        value = {
            n: each_value(v, type_.properties[n].type, change) if n in type_.properties else v for n, v in value.items()
        }
    elif isinstance(value, list) and type_.item:
        value = [each_value(item, type_.item, change) for item in value]
    return change(value, type_)


def change_values(app: App, change: Step) -> None:
    """Change every complex value and leaf that is shown: `change(value, type)` returns what stands there instead."""
    change_shown(app, lambda entity: each_value(entity, type_of(app), change))


async def break_off(app: App, request: Request, reply: Reply, send: Send) -> None:
    """Send an answer that ends ten octets before its length says, and with it the connection."""
    body = app.answers.render(request, reply)
    fields = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in app.answers.headers(request, reply, body)]
    await send({"type": "http.response.start", "status": reply.status, "headers": fields})
    await send({"type": "http.response.body", "body": body[:-10], "more_body": True})
    raise ConnectionAbortedError
