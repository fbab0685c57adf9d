"""Faults that only show when requests overlap; their windows are wide enough to be met."""

from __future__ import annotations

import asyncio
import copy
import itertools

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


@fault("parallel-updates-500", "error.no5xx", gates=False)
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
