"""Faults that only show when requests overlap; their windows are wide enough to be met."""

from __future__ import annotations

import asyncio
import copy
import itertools

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import Step, override, type_of

WINDOW = 0.004
"""Seconds that a careless server leaves between reading and writing."""


@fault("lost-update", "conc.disjoint")
def lost(app: App) -> None:
    """Read, wait, write without a lock: of two parallel updates one vanishes."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        before = copy.deepcopy(app.store.objects(request)[request.entity])
        await asyncio.sleep(WINDOW)
        app.store.objects(request)[request.entity] = before
        await inner(request, body)


@fault("torn-write", "conc.same")
def torn(app: App) -> None:
    """Properties are written one by one, in no fixed order: a mixture is seen under parallel updates."""
    counted = itertools.count()

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        ordered = list(body.items())
        if next(counted) % 2:
            ordered.reverse()
        for name, value in ordered:
            await inner(request, {name: value})
            await asyncio.sleep(WINDOW / 2)


@fault("response-crosswired", "conc.crosswire")
def crosswired(app: App) -> None:
    """Answers are built in a shared buffer: under load one carries another request's object."""
    buffer: JsonObject = {}

    @override(app, "act")
    async def act(inner: Step, request: Request) -> Reply:
        reply = await inner(request)
        if request.documented and isinstance(reply.value, dict):
            buffer["value"] = reply.value
            await asyncio.sleep(WINDOW)
            reply.value = buffer["value"]
        return reply


@fault("parallel-updates-500", "error.no5xx")
def parallel_crash(app: App) -> None:
    """An update that meets another one fails with 500."""
    busy: set[str] = set()

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        if request.entity in busy and set(body) <= set(type_of(app).properties):
            raise RuntimeError("deadlock")
        busy.add(request.entity)
        try:
            await asyncio.sleep(WINDOW)
            await inner(request, body)
        finally:
            busy.discard(request.entity)


def _crash_together(app: App, kind: OperationKind) -> None:
    """Fail at a request of a kind while another one is performed."""
    busy: list[str] = []

    @override(app, "act")
    async def act(inner: Step, request: Request) -> Reply:
        if request.kind is not kind:
            return await inner(request)
        if busy:
            raise RuntimeError("deadlock")
        busy.append(request.id)
        try:
            await asyncio.sleep(WINDOW)
            return await inner(request)
        finally:
            busy.clear()


@fault("parallel-reads-500", "read.error.no5xx")
def parallel_reads(app: App) -> None:
    """A read that meets another one fails with 500."""
    _crash_together(app, OperationKind.READ)


@fault("parallel-lists-500", "list.error.no5xx")
def parallel_lists(app: App) -> None:
    """A list request that meets another one fails with 500."""
    _crash_together(app, OperationKind.LIST)


@fault("parallel-creations-500", "create.error.no5xx")
def parallel_creations(app: App) -> None:
    """A creation that meets another one fails with 500."""
    _crash_together(app, OperationKind.CREATE)


@fault("parallel-deletions-500", "delete.error.no5xx")
def parallel_deletions(app: App) -> None:
    """A deletion that meets another one fails with 500."""
    _crash_together(app, OperationKind.DELETE)


@fault("parallel-deletion-lost", "delete.conc.disjoint")
def deletion_lost(app: App) -> None:
    """The collection is read, filtered and written back: of deletions that overlap one is undone."""

    @override(app, "delete")
    async def delete(inner: Step, request: Request) -> Reply:
        before = dict(app.store.objects(request))
        reply: Reply = await inner(request)
        await asyncio.sleep(WINDOW)
        objects = app.store.objects(request)
        objects.update({entity: each for entity, each in before.items() if entity != request.entity})
        return reply


@fault("parallel-lists-share-a-cursor", "list.conc.same")
def shared_cursor(app: App) -> None:
    """Of list requests that meet, the cursor of the first is at its end: the others show nothing."""
    busy: list[str] = []

    @override(app, "act")
    async def act(inner: Step, request: Request) -> Reply:
        reply: Reply = await inner(request)
        if request.kind is not OperationKind.LIST or not isinstance(reply.value, dict):
            return reply
        if busy:
            reply.value["value"] = []
            return reply
        busy.append(request.id)
        await asyncio.sleep(WINDOW)
        busy.clear()
        return reply
