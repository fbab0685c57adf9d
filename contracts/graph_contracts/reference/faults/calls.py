"""Faults of what has a path of its own: calls, references, octets, counts, delta queries and batches."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from graph_contracts.contract import ON_OBJECTS
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override


@fault("calls-answered-203", "action.status.success", shared=True)
def another_status(app: App) -> None:
    """What has a path of its own is answered 203 where it succeeds."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        found: Reply = inner(request, reply)
        return found if request.kind in ON_OBJECTS else replace(found, status=203)


@fault("calls-on-nothing-succeed", "action.route.unknownid", gates=False, shared=True)
def on_nothing(app: App) -> None:
    """What has a path of its own is performed on objects that don't exist."""

    @override(app, "bound")
    def bound(inner: Step, request: Request) -> Request | None:
        with suppress(Refusal):
            found: Request | None = inner(request)
            return found
        return None
