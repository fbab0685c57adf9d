"""Faults of the status that a success has."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import JsonObject
from graph_contracts.reference import query
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override


@fault("status-204-default", "status.success")
def status_204(app: App) -> None:
    """Success is 204 without content although nobody asked for less."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        return Reply(204, body=b"")


@fault("status-202", "status.success")
def status_202(app: App) -> None:
    """Success is 202."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        reply.status = 202 if reply.status in {200, 201} or request.kind is OperationKind.DELETE else reply.status
        return reply


def _where(app: App, status: int, when: Callable[[JsonObject, JsonObject], bool]) -> None:
    """Answer updates with another status where `when(body, object before)` holds."""

    @override(app, "patch")
    async def patch(inner: Step, request: Request) -> Reply:
        before = dict(app.store.objects(request)[request.entity])
        reply: Reply = await inner(request)
        return Reply(status, body=b"") if when(app.bodies.parse(request.body), before) else reply


def _nothing_new(body: JsonObject, before: JsonObject) -> bool:
    return all(before.get(name) == value for name, value in body.items() if "@" not in name)


@fault("repeated-update-204", "status.success")
def repeated_204(app: App) -> None:
    """An update that changes nothing is answered 204."""
    _where(app, 204, _nothing_new)


@fault("repeated-update-304", "status.success")
def repeated_304(app: App) -> None:
    """An update that repeats values which are stored is answered 304."""
    _where(app, 304, lambda body, before: bool(body) and _nothing_new(body, before))


@fault("repeated-update-409", "status.success")
def repeated_409(app: App) -> None:
    """An update that repeats values which are stored is refused as a conflict."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        if body and _nothing_new(body, app.store.objects(request)[request.entity]):
            raise Refusal(409, "Conflict", "The object has these values already.")
        await inner(request, body)


@fault("empty-update-204", "status.success")
def empty_204(app: App) -> None:
    """`{}` is answered 204."""
    _where(app, 204, lambda body, _: not body)


@fault("small-update-202", "status.success")
def small_202(app: App) -> None:
    """An update of a single property is answered 202."""
    _where(app, 202, lambda body, _: len(body) == 1)


@fault("each-second-answer-has-another-status", "list.status.success read.status.success delete.status.success")
def second_status(app: App) -> None:
    """Every second read, list and deletion is answered with another status of success."""
    counts = {kind: itertools.count(1) for kind in (OperationKind.READ, OperationKind.LIST, OperationKind.DELETE)}

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        if request.kind in counts and reply.status in {200, 204} and next(counts[request.kind]) % 2 == 0:
            reply.status = 203 if reply.status == 200 else 202
        return reply


@fault("second-creation-200", "create.status.success")
def second_creation(app: App) -> None:
    """Each creation but the first is answered 200."""
    seen: set[str] = set()

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply: Reply = inner(request, body)
        if request.method == "POST" and reply.status == 201:
            reply.status = 200 if seen else 201
            seen.add(request.entity)
        return reply


@fault("page-of-a-list-206", "list.status.success")
def partial_content(app: App) -> None:
    """A list that $top cuts short is answered 206."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        if request.kind is OperationKind.LIST and "$top" in query.options(request.query):
            reply.status = 206
        return reply
