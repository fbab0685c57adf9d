"""Messages framed, labelled or spelled differently, and rightly."""

from __future__ import annotations

import gzip
import json

from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Refusal, Reply, Request
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
        codings = request.headers.get("accept-encoding", "").replace(" ", "").split(",")
        return bool(body) and any(each.partition(";")[0] == "gzip" and not each.endswith(";q=0") for each in codings)

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


@variation("fields-with-odd-names-and-values")
def odd_fields(app: App) -> None:
    """Fields have dots, tildes and digits in their names, octets beyond ASCII, tabs and nothing in their values."""

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        odd = [("X.Server~1", "Z\xfcrich"), ("X-Tab", "a\tb"), ("X-Empty", ""), ("Vary", "Accept"), ("Vary", "Prefer")]
        return [*inner(request, reply, body), *odd]


@variation("errors-in-plain-words")
def plain_words(app: App) -> None:
    """Errors speak of lines, paths, tokens, passwords and servers as anybody would, and name the server's software."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        reply.value["error"]["message"] += (
            " Select a value from the list where one is named; update the property, set it to a text. Invalid token at"
            " line 3 in the body. The path /users/1/notes was not found on BL0PR02MB4444.namprd02.prod.outlook.com."
            " Password must not be empty; see https://learn.microsoft.com/graph/errors for details."
        )
        diagnostic = '{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","RoleInstance":"AM2PEPF0001"}}'
        reply.headers = {**reply.headers, "X-Powered-By": "Express", "x-ms-ags-diagnostic": diagnostic}
        return reply
