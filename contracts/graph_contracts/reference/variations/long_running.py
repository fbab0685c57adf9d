"""Long-running operations answered differently, and rightly."""

from __future__ import annotations

from urllib.parse import urlsplit

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.monitors import Work
from graph_contracts.reference.tools import Step, override


@variation("monitor-below-the-version", about=OperationKind.CREATE)
def below_the_version(app: App) -> None:
    """A monitor and its result are named by paths that begin below the version, as Graph's teams have it."""

    def below(app: App, url: str) -> str:
        return "/" + urlsplit(url).path.removeprefix(f"/{'/'.join(app.addresses.base)}/")

    @override(app, "where")
    def where(inner: Step, request: Request, work: Work) -> str:
        return below(app, inner(request, work))

    @override(app, "ended")
    def ended(inner: Step, work: Work) -> JsonObject:
        return {**inner(work), "targetResourceLocation": below(app, work.result)}


@variation("monitor-as-odata-has-it", about=OperationKind.CREATE)
def as_odata(app: App) -> None:
    """A monitor is answered 202 while its operation runs, then 303 to the result."""

    @override(app, "look")
    def look(inner: Step, request: Request, work: Work) -> Reply:
        if work.left > 0:
            work.left -= 1
            return Reply(202, headers={"Location": app.monitors.where(request, work)}, body=b"")
        return Reply(303, headers={"Location": work.result}, body=b"")


@variation("monitor-names-no-result", about=OperationKind.CREATE)
def no_result(app: App) -> None:
    """A monitor says `completed`, and not what was made."""
    override(app, "ended")(lambda inner, work: {"id": work.id, "status": "completed", "percentageComplete": 100})


@variation("done-at-once", about=OperationKind.CREATE)
def at_once(app: App) -> None:
    """What the document has as only begun is over with the first look at its monitor."""

    @override(app, "monitored")
    def monitored(inner: Step, request: Request) -> Work | None:
        work: Work | None = inner(request)
        if work is not None:
            work.left = 0
        return work
