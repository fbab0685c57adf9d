"""Faults of validators and conditional requests; each brings the validators that it gets wrong."""

from __future__ import annotations

from graph_contracts.json_types import JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import Step, override
from graph_contracts.reference.validators import strong, tag, weak


@fault("stale-ifmatch-applied", "cond.stale")
def stale_applied(app: App) -> None:
    """@odata.etag is issued, but a superseded If-Match still writes."""
    weak(app)
    override(app, "precondition")(lambda inner, request: None)


@fault("etag-unchanged", "etag.changes")
def unchanged(app: App) -> None:
    """A strong ETag stays the same after a change."""
    strong(app, lambda app, request: f'"{request.entity[:8]}"')


@fault("etag-unquoted", "etag.syntax")
def unquoted(app: App) -> None:
    """ETag is written without quotes."""
    strong(app, lambda app, request: tag(app, request).strip('"'))


@fault("if-match-never-matches", "cond.match")
def never(app: App) -> None:
    """The current tag is answered 412: its quotes are stripped before the comparison."""
    strong(app)
    _never_matches(app)


@fault("weak-tag-never-matches", "cond.match", gates=False)
def weak_never(app: App) -> None:
    """The current weak tag is answered 412."""
    weak(app)
    _never_matches(app)


def _never_matches(app: App) -> None:
    @override(app, "precondition")
    def precondition(inner: Step, request: Request) -> None:
        if request.headers.get("if-match", "*") != "*":
            request.headers = {**request.headers, "if-match": '"never"'}
        inner(request)


@fault("if-match-ignored", "cond.notag", gates=False)
def ignored(app: App) -> None:
    """If-Match with a tag that no object has is ignored."""

    @override(app, "precondition")
    def precondition(inner: Step, request: Request) -> None:
        if "if-match" not in request.headers:
            inner(request)


@fault("if-none-match-ignored", "cond.nonestar", gates=False)
def none_ignored(app: App) -> None:
    """If-None-Match: * is ignored."""

    @override(app, "precondition")
    def precondition(inner: Step, request: Request) -> None:
        if "if-none-match" not in request.headers:
            inner(request)


@fault("answer-has-the-old-tag", "etag.consistent", gates=False)
def old_tag(app: App) -> None:
    """The answer to an update carries the tag from before it."""
    strong(app)

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        request.before = tag(app, request)  # type: ignore[attr-defined]
        await inner(request, body)

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply = inner(request, body)
        reply.headers["ETag"] = request.before  # type: ignore[attr-defined]
        return reply
