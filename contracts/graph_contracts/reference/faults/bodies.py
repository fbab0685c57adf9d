"""Faults of reading requests: media types, encodings, JSON."""

from __future__ import annotations

import asyncio
import json
import re

from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Receive, Refusal, Reply, Request, Send
from graph_contracts.reference.strictjson import depth
from graph_contracts.reference.tools import Step, connection, override


def _blind(app: App, when: Step) -> None:
    """Answer some requests with the object as it is, or a new one of nothing, whatever they say."""

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        if not when(request) or request.method == "DELETE":
            return await inner(request)
        if request.method == "POST":
            app.changes.add(request)
        return app.changes.updated(request, {})


def _media(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


@fault("charset-param-415", "req.ct.params")
def charset(app: App) -> None:
    """A media type with a parameter is refused: the header is compared as text."""

    @override(app, "media_type")
    def media_type(inner: Step, request: Request) -> None:
        inner(request)
        if ";" in request.headers.get("content-type", ""):
            raise Refusal(415, "UnsupportedMediaType", "application/json only.")


@fault("media-type-case-sensitive", "req.case")
def media_case(app: App) -> None:
    """A media type in other letter case is refused."""

    @override(app, "media_type")
    def media_type(inner: Step, request: Request) -> None:
        inner(request)
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise Refusal(415, "UnsupportedMediaType", "application/json only.")


@fault("merge-patch-demanded", "req.ct.json")
def merge_patch(app: App) -> None:
    """Only application/merge-patch+json is accepted."""

    @override(app, "media_type")
    def media_type(_: Step, request: Request) -> None:
        if _media(request) != "application/merge-patch+json":
            raise Refusal(415, "UnsupportedMediaType", "application/merge-patch+json only.")


@fault("xml-body-200", "req.ct.unsupported", gates=False)
def xml(app: App) -> None:
    """XML and forms are ignored and answered 200 with the unchanged object."""
    _blind(
        app,
        lambda request: (
            _media(request)
            in {"application/xml", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data"}
        ),
    )


@fault("json-patch-ignored", "req.ct.unsupported", gates=False)
def json_patch(app: App) -> None:
    """A JSON Patch is answered 200 without effect."""
    _blind(app, lambda request: _media(request) == "application/json-patch+json")


@fault("gzip-body-ignored", "req.ct.other", gates=False)
def gzip_ignored(app: App) -> None:
    """A compressed body is answered 200 without effect."""
    _blind(app, lambda request: "gzip" in request.headers.get("content-encoding", ""))


@fault("chunked-body-ignored", "req.chunked")
def chunked(app: App) -> None:
    """A chunked body is read as an empty one: 200, nothing changed."""
    _blind(app, lambda request: "chunked" in request.headers.get("transfer-encoding", ""))


@fault("proxy-strips-unsized-bodies", "req.chunked")
def unsized(app: App) -> None:
    """A proxy in front drops a body that has no length; the server answers 400."""

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        if "content-length" not in request.headers:
            request.body = b""
        return await inner(request)


@fault("incomplete-body-applied", "req.contentlength")
def incomplete(app: App) -> None:
    """A body cut short of its length is mended and applied."""

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        if not request.complete:
            text = request.body.decode("utf-8", "replace")
            pairs = re.findall(r'"(\w+)"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)', text)
            request.body = json.dumps({name: json.loads(value) for name, value in pairs}).encode()
            request.complete = True
        return await inner(request)


def _first_pairs(body: bytes) -> Json:
    text = body.decode("utf-8", "replace")
    return {n: json.loads(v) for n, v in re.findall(r'"(\w+)"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d+)', text)}


@fault("truncated-json-mended", "req.contentlength")
def mended(app: App) -> None:
    """Broken JSON is applied as far as it goes."""

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        try:
            return inner(body)
        except Refusal:
            if body.strip().startswith(b"{"):
                return _first_pairs(body)
            raise


@fault("malformed-json-200", "json.malformed")
def malformed_ok(app: App) -> None:
    """Broken JSON is treated as an empty object and answered 200."""

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        try:
            return inner(body)
        except Refusal:
            return {}


@fault("malformed-json-500", "error.no5xx")
def malformed_crash(app: App) -> None:
    """Broken JSON makes the server fail."""

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        try:
            return inner(body)
        except Refusal as refusal:
            raise RuntimeError("unexpected token") from refusal


@fault("nonobject-body-500", "error.no5xx json.nonobject")
def nonobject_crash(app: App) -> None:
    """A body that is no object makes the server fail."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if not isinstance(value, dict):
            raise RuntimeError("no members")
        return inner(request, value)


@fault("array-body-200", "json.nonobject", gates=False)
def array_ok(app: App) -> None:
    """A body that is no object is answered 200."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        return inner(request, value if isinstance(value, dict) else {})


@fault("escaped-name-missed", "json.grammar")
def escaped_name(app: App) -> None:
    """A member whose name is written with escapes is not recognised."""

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        value = inner(body)
        if isinstance(value, dict):
            return {name: item for name, item in value.items() if f'"{name}"'.encode() in body}
        return value


@fault("whitespace-refused", "json.grammar")
def whitespace(app: App) -> None:
    """A body that begins with white space is refused."""

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        if body[:1].isspace():
            raise Refusal(400, "BadRequest", "Unexpected character.")
        return inner(body)


@fault("surrogate-pairs-refused", "json.grammar")
def surrogates(app: App) -> None:
    """A character written as a pair of escapes is refused."""

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        if re.search(rb"\\u[dD][89abAB]", body):
            raise Refusal(400, "BadRequest", "Invalid escape.")
        return inner(body)


@fault("duplicate-names-500", "error.no5xx")
def duplicates(app: App) -> None:
    """A member that occurs twice makes the server fail."""

    def once(pairs: list[tuple[str, Json]]) -> JsonObject:
        if len(dict(pairs)) != len(pairs):
            raise RuntimeError("duplicate key")
        return dict(pairs)

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        value = inner(body)
        json.loads(body, object_pairs_hook=once)
        return value


@fault("duplicate-names-disagree", "json.duplicatekeys", gates=False)
def disagree(app: App) -> None:
    """Of a member that occurs twice, the last is stored and the first is shown."""
    first: JsonObject = {}

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        first.clear()

        def keep(pairs: list[tuple[str, Json]]) -> JsonObject:
            for place, (name, value) in enumerate(pairs):
                if any(name == other for other, _ in pairs[place + 1 :]):
                    first[name] = value
            return dict(pairs)

        value = inner(body)
        json.loads(body, object_pairs_hook=keep)
        return value

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply = inner(request, body)
        if isinstance(reply.value, dict):
            reply.value = {**reply.value, **first}
        return reply


@fault("bom-500", "error.no5xx")
def bom(app: App) -> None:
    """A byte order mark makes the server fail."""

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        if body.startswith(b"\xef\xbb\xbf"):
            raise RuntimeError("unexpected character")
        return inner(body)


@fault("invalid-utf8-stored-as-latin-1", "json.encoding", gates=False)
def mojibake(app: App) -> None:
    """Octets that are no UTF-8 are read as Latin-1 and stored."""

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            if body.strip()[:1] == b"{" and body.strip()[-1:] == b"}":
                return inner(body.decode("latin-1").encode())
        return inner(body)


@fault("half-pairs-stored", "resp.json")
def half_pairs(app: App) -> None:
    """An escape that is half of a surrogate pair is stored and shown as octets that are no UTF-8."""
    standing_in = "\uf8ff"

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        try:
            return inner(body)
        except Refusal:
            return inner(re.sub(rb"(?i)\\ud[89a-f][0-9a-f]{2}", standing_in.encode(), body))

    @override(app, "render")
    def render(inner: Step, request: Request, reply: Reply) -> bytes:
        return inner(request, reply).replace(standing_in.encode(), b"\xed\xa0\x80")


@fault("utf16-bodies-misread", "json.encoding", gates=False)
def utf16(app: App) -> None:
    """A UTF-16 body is answered 200, its texts read with a NUL between the letters."""

    def garbled(value: Json) -> Json:
        if isinstance(value, str):
            return "\0".join(value)
        if isinstance(value, list):
            return [garbled(item) for item in value]
        return {name: garbled(item) for name, item in value.items()} if isinstance(value, dict) else value

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        text = body.removeprefix(b"\xff\xfe")
        if text[1:2] == b"\0":
            return garbled(inner(text.decode("utf-16-le").encode()))
        return inner(body)


@fault("deep-nesting-crash", "robust.alive json.limits")
def deep(app: App) -> None:
    """A deeply nested body kills the worker: it is answered 500, and every later request finds nobody."""
    state = {"dead": False}

    @override(app, "read")
    async def read(inner: Step, request: Request, receive: Receive) -> None:
        if state["dead"]:
            raise ConnectionAbortedError
        await inner(request, receive)
        if depth(request.body) > 5000:
            state["dead"] = True
            raise RecursionError

    _abort_on_abort(app)


@fault("null-body-kills", "robust.alive")
def null_kills(app: App) -> None:
    """The body null kills the process: every later request finds nobody."""
    state = {"dead": False}

    @override(app, "read")
    async def read(inner: Step, request: Request, receive: Receive) -> None:
        if state["dead"]:
            raise ConnectionAbortedError
        await inner(request, receive)
        if request.body.strip() == b"null":
            state["dead"] = True
            raise ConnectionAbortedError

    _abort_on_abort(app)


def _abort_on_abort(app: App) -> None:
    """Close the connection without an answer where a step raised ConnectionAbortedError."""

    @override(app, "crash")
    def crash(inner: Step, request: Request, error: Exception) -> Reply:
        return Reply(0) if isinstance(error, ConnectionAbortedError) else inner(request, error)

    @override(app, "send")
    async def send(inner: Step, request: Request, reply: Reply, send: Send) -> None:
        if reply.status:
            await inner(request, reply, send)
        else:
            connection(request).abort()
            await asyncio.sleep(0)  # till the server knows


@fault("big-body-500", "json.limits", gates=False)
def big(app: App) -> None:
    """A body over one MiB makes the server fail."""

    @override(app, "read")
    async def read(inner: Step, request: Request, receive: Receive) -> None:
        try:
            await inner(request, receive)
        except Refusal as refusal:
            raise MemoryError from refusal
        if len(request.body) > 1024 * 1024:
            raise MemoryError
