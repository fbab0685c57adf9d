"""Faults of an answer's head: lengths that disagree, fields twice, octets that none may have."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable

from graph_contracts.json_types import JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request, Send
from graph_contracts.reference.tools import Step, connection, override

Fields = list[tuple[str, str]]


def _write(app: App, change: Callable[[Fields, bytes], Fields], version: str = "HTTP/1.1") -> None:
    """Write answers of documented operations with other fields past the server, which would refuse to."""

    @override(app, "send")
    async def send(inner: Step, request: Request, reply: Reply, send: Send) -> None:
        body = app.answers.render(request, reply)
        if not request.documented or not body or reply.status >= 300:
            await inner(request, reply, send)
            return
        fields = [*change(app.answers.headers(request, reply, body), body), ("Connection", "close")]
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        connection(request).write(f"{version} {reply.status} \r\n{head}\r\n".encode("latin-1") + body)
        connection(request).close()
        await asyncio.sleep(0)  # till the server knows


@fault("two-lengths", "resp.framing")
def two_lengths(app: App) -> None:
    """Content-Length stands there twice, with different numbers."""
    _write(app, lambda fields, body: [*fields, ("Content-Length", str(len(body) + 3))])


@fault("two-media-types", "resp.framing")
def two_types(app: App) -> None:
    """A proxy adds its own Content-Type to the server's."""
    _write(app, lambda fields, _: [*fields, ("Content-Type", "text/html")])


@fault("two-tags", "resp.framing")
def two_tags(app: App) -> None:
    """ETag stands there twice, with different tags."""
    _write(app, lambda fields, _: [*fields, ("ETag", '"a"'), ("ETag", '"b"')])


@fault("control-octet-in-field", "resp.framing")
def control(app: App) -> None:
    """A field of the answer has a NUL in it."""
    _write(app, lambda fields, _: [*fields, ("X-Server", "a\x00b")])


@fault("field-goes-on-in-the-next-line", "resp.framing")
def folded(app: App) -> None:
    """A long field of the answer is folded, as in mails."""
    _write(app, lambda fields, _: [*fields, ("X-Server", "a\r\n b")])


@fault("name-of-field-with-a-space", "resp.framing")
def spaced(app: App) -> None:
    """A field of the answer has a space before its colon."""
    _write(app, lambda fields, _: [*fields, ("X-Server ", "a")])


@fault("status-line-of-another-protocol", "resp.framing")
def protocol(app: App) -> None:
    """The status line names no version of HTTP."""
    _write(app, lambda fields, _: fields, version="ICY")


@fault("charset-latin-1", "resp.ct", gates=False)
def charset(app: App) -> None:
    """JSON in UTF-8 is labelled ISO-8859-1."""
    kept = "Content-Type"
    label = (kept, "application/json; charset=iso-8859-1")
    _write(app, lambda fields, _: [label if name == kept else (name, value) for name, value in fields])


@fault("gzip-though-refused", "resp.framing", gates=False)
def gzip_always(app: App) -> None:
    """Answers are gzip-coded whenever Accept-Encoding names gzip, also with a weight of zero."""

    def wanted(request: Request) -> bool:
        return "gzip" in request.headers.get("accept-encoding", "")

    @override(app, "render")
    def render(inner: Step, request: Request, reply: Reply) -> bytes:
        body: bytes = inner(request, reply)
        return gzip.compress(body) if body and wanted(request) else body

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> Fields:
        fields: Fields = inner(request, reply, body)
        return [*fields, ("Content-Encoding", "gzip")] if body and wanted(request) else fields


@fault("unknown-coding-ignored", "req.ct.unsupported", gates=False)
def unknown_coding(app: App) -> None:
    """A body in a coding that the server doesn't know is read as an empty object, and answered 200."""

    @override(app, "accept")
    def accept(inner: Step, request: Request) -> JsonObject:
        if request.headers.get("content-encoding", "identity") not in {"identity", "gzip"}:
            return {}
        body: JsonObject = inner(request)
        return body
