"""Messages framed, labelled or spelled differently, and rightly."""

from __future__ import annotations

import gzip
import json

from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import Step, override


@variation("q-ct-parameters")
def media_parameters(app: App) -> None:
    """Content-Type carries all of OData's parameters."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        reply.media = (
            "Application/JSON; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8"
        )
        return reply


@variation("q-header-case")
def header_case(app: App) -> None:
    """Header names are in odd letter case."""

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        return [(name.swapcase(), value) for name, value in inner(request, reply, body)]


@variation("q-gzip")
def gzipped(app: App) -> None:
    """Answers are gzip-coded when that is accepted."""

    def wanted(request: Request, body: bytes) -> bool:
        return bool(body) and "gzip" in request.headers.get("accept-encoding", "")

    @override(app, "render")
    def render(inner: Step, request: Request, reply: Reply) -> bytes:
        body = inner(request, reply)
        return gzip.compress(body) if wanted(request, body) else body

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        fields = [*inner(request, reply, body), ("Vary", "Accept-Encoding")]
        return [*fields, ("Content-Encoding", "gzip")] if wanted(request, body) else fields


@variation("q-chunked-response")
def chunked(app: App) -> None:
    """Answers are chunked, without Content-Length, and the connection is closed after each."""

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        fields = [(n, v) for n, v in inner(request, reply, body) if n != "Content-Length"]
        return [*fields, ("Connection", "close")]


@variation("q-json-escapes")
def escapes(app: App) -> None:
    """Non-ASCII characters and slashes are escaped, and the body is indented."""

    @override(app, "render")
    def render(inner: Step, request: Request, reply: Reply) -> bytes:
        if reply.body is not None:
            return inner(request, reply)
        return json.dumps(reply.value, indent=2).replace("/", "\\/").encode()
