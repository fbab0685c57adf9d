"""Faults of what is answered 202 and watched."""

from __future__ import annotations

from graph_contracts.json_types import JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.monitors import Work
from graph_contracts.reference.tools import Step, override


@fault("begun-without-a-monitor", "create.async.monitor action.async.monitor")
def without_monitor(app: App) -> None:
    """The answer to what was only begun names no monitor."""

    @override(app, "begun")
    def begun(inner: Step, request: Request, reply: Reply) -> Reply:
        found: Reply = inner(request, reply)
        found.headers = {name: each for name, each in found.headers.items() if name != "Location"}
        return found


@fault("monitor-not-served", "create.async.reachable action.async.reachable")
def not_served(app: App) -> None:
    """The monitor of what was only begun is answered 404."""

    @override(app, "look")
    def look(inner: Step, request: Request, work: Work) -> Reply:
        raise Refusal(404, "ResourceNotFound", "The resource does not exist.")


@fault("monitor-with-states-of-its-own", "create.async.states action.async.states", gates=False)
def own_states(app: App) -> None:
    """A monitor shows its state as a number."""
    override(app, "running")(lambda inner, work: {**inner(work), "status": 1})
    override(app, "ended")(lambda inner, work: {**inner(work), "status": 2})


@fault("monitor-runs-again", "create.async.states action.async.states", gates=False)
def runs_again(app: App) -> None:
    """A monitor that has shown the end shows the operation running afterwards."""

    @override(app, "ended")
    def ended(inner: Step, work: Work) -> JsonObject:
        work.left = 5
        found: JsonObject = inner(work)
        return found


@fault("monitor-names-what-is-not-there", "create.async.result action.async.result")
def not_there(app: App) -> None:
    """A monitor names its result by a path that nothing is served at."""
    override(app, "ended")(lambda inner, work: {**inner(work), "targetResourceLocation": f"{work.result}-result"})
