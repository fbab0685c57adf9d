"""Answers that come later, at the second try, or with what the server keeps itself."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.store import Objects
from graph_contracts.reference.tools import Step, names, override


@variation("q-eventual")
def eventual(app: App) -> None:
    """Reads show an update a twentieth of a second after it was answered."""
    _late(app, 0.05, lambda: True)


@variation("replicas-lag-apart")
def replicas(app: App) -> None:
    """Every other read comes from a replica that shows an update a fifth of a second later than the first."""
    turns = itertools.cycle((False, True))
    _late(app, 0.2, lambda: next(turns))


@variation("replicas-lag-shortly")
def shortly(app: App) -> None:
    """One read in three comes from a replica that is some hundredths of a second behind."""
    turns = itertools.cycle((False, False, True))
    _late(app, 0.03, lambda: next(turns))


def _late(app: App, lag: float, asked: Callable[[], bool]) -> None:
    """Reads for which `asked` says so show each state `lag` seconds after it was stored."""
    history: dict[int, dict[str, list[tuple[float, Json]]]] = {}

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        objects = app.store.objects(request)
        first = None if request.method == "POST" else objects[request.entity]
        states = history.setdefault(id(objects), {}).setdefault(request.entity, [(0.0, first)])
        await inner(request, body)
        states.append((time.monotonic() + lag, objects[request.entity]))
        del states[:-200]

    @override(app, "visible")
    def visible(inner: Step, request: Request) -> Objects:
        objects = inner(request)
        if not asked():
            return objects
        now = time.monotonic()
        known = history.get(id(objects), {})
        seen = {
            entity: next((state for due, state in reversed(known.get(entity, [])) if due <= now), stored)
            for entity, stored in objects.items()
        }
        return {entity: state for entity, state in seen.items() if state is not None}


@variation("q-throttles")
def throttles(app: App) -> None:
    """Every twentieth update is answered 429 or 503 with Retry-After, and the next try succeeds."""
    counted = {"updates": 0}

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        counted["updates"] += 1
        if counted["updates"] % 20 == 0:
            status = 429 if counted["updates"] % 40 else 503
            raise Refusal(status, "TooManyRequests", "Slow down.", Retry_After="0")
        return await inner(request)


@variation("q-server-maintained")
def maintained(app: App) -> None:
    """lastModifiedDateTime and version change with every update."""
    version: dict[str, int] = {}

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        version[request.entity] = version.get(request.entity, 0) + 1
        await inner(request, body)

    @override(app, "represent")
    def represent(inner: Step, request: Request, entity: JsonObject) -> Json:
        more = {
            "lastModifiedDateTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "version": version.get(request.entity, 0),
        }
        return {**inner(request, entity), **more}


@variation("documented-date-maintained")
def date_maintained(app: App) -> None:
    """A documented date-time is set to now by every update, whatever is sent."""
    wanted = names(app, TypeKind.DATETIMEOFFSET)

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        await inner(request, {**body, **dict.fromkeys(wanted, now)})


@variation("slow-answers")
def slow(app: App) -> None:
    """Every answer takes five milliseconds."""

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        await asyncio.sleep(0.005)
        return await inner(request)
