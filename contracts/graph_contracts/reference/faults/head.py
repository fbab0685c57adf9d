"""Faults of HEAD, and of GET under a condition."""

from __future__ import annotations

import asyncio

from graph_contracts.contract import OperationKind
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request, Send
from graph_contracts.reference.tools import Step, connection, override
from graph_contracts.reference.validators import listed_tags, strong, tag


@fault("head-with-a-body", "read.method.head list.method.head")
def body(app: App) -> None:
    """HEAD is answered as a GET is, content included."""

    @override(app, "send")
    async def send(inner: Step, request: Request, reply: Reply, send: Send) -> None:
        content = app.answers.render(request, reply)
        if request.method != "HEAD" or not content:
            await inner(request, reply, send)
            return
        fields = [*app.answers.headers(request, reply, content), ("Connection", "close")]
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        connection(request).write(f"HTTP/1.1 {reply.status} OK\r\n{head}\r\n".encode("latin-1") + content)
        connection(request).close()
        await asyncio.sleep(0)  # till the server knows


@fault("head-500", "read.method.head list.method.head")
def crash(app: App) -> None:
    """HEAD makes the server fail."""

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        if request.method == "HEAD":
            raise RuntimeError("no handler returns a body")
        reply: Reply = inner(request)
        return reply


@fault("head-says-empty", "read.method.head list.method.head", gates=False)
def empty(app: App) -> None:
    """HEAD is answered with Content-Length: 0."""

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        fields: list[tuple[str, str]] = inner(request, reply, body)
        return [(n, "0" if n == "Content-Length" and request.method == "HEAD" else v) for n, v in fields]


@fault("not-modified-for-any-tag", "read.cond.notmodified list.cond.notmodified")
def any_tag(app: App) -> None:
    """A GET with If-None-Match is answered 304, whatever the tag."""

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        return Reply(304, body=b"") if "if-none-match" in request.headers else reply


@fault("not-modified-after-a-change", "read.cond.notmodified")
def after_a_change(app: App) -> None:
    """A GET under any tag that the object ever had is answered 304."""
    strong(app)
    known: dict[str, set[str]] = {}

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        if request.entity:
            known.setdefault(request.entity, set()).add(tag(app, request))
            if request.headers.get("if-none-match", "") in known[request.entity]:
                return Reply(304, headers=reply.headers, body=b"")
        return reply


@fault("list-not-modified-after-a-creation", "list.cond.notmodified")
def list_after_a_creation(app: App) -> None:
    """A list has one tag for good, and is answered 304 under it."""
    listed_tags(app, lambda _: '"list-1"')


@fault("current-tag-412-on-reads", "read.cond.notmodified", gates=False, about=OperationKind.READ)
def precondition_failed(app: App) -> None:
    """A GET under the current tag is answered 412 and not 304."""
    strong(app)

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        return (
            Reply(412, app.answers.envelope(request, "PreconditionFailed", "It is there."))
            if reply.status == 304
            else reply
        )
