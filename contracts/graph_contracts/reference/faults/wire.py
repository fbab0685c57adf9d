"""Faults of the answer's form: status, framing, labels, JSON, names."""

from __future__ import annotations

import asyncio
import json
import uuid

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request, Send
from graph_contracts.reference.tools import (
    Step,
    break_off,
    change_answer,
    change_message,
    change_shown,
    connection,
    names,
    override,
    type_of,
)


@fault("empty-200", "resp.object")
def empty_200(app: App) -> None:
    """Success is 200 without content."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        return Reply(reply.status, body=b"") if reply.value is not None else reply


@fault("success-is-a-page", "resp.object resp.ct")
def success_page(app: App) -> None:
    """Whatever is performed is answered with a page of HTML; errors are as they should be."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        if reply.value is None:
            return reply
        return Reply(reply.status, media="text/html", body=b"<!doctype html><title>OK</title>")


@fault("success-message", "resp.object")
def success_message(app: App) -> None:
    """Success is answered 200 with a message instead of the object."""
    change_message(app, lambda _: {"success": True, "message": "Updated."})


@fault("200-with-error-envelope", "status.noerror200 resp.object")
def error_200(app: App) -> None:
    """Refusals are sent as 200 with an error envelope."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        return Reply(200, reply.value)


@fault("body-in-value-wrapper", "resp.object")
def wrapped(app: App) -> None:
    """The object comes in a wrapper."""
    change_message(app, lambda value: {"value": value})


@fault("body-in-array", "resp.object")
def in_array(app: App) -> None:
    """The object comes as the one item of an array."""
    change_message(app, lambda value: [value])


@fault("body-as-string", "resp.object")
def as_string(app: App) -> None:
    """The object comes as a string that holds JSON."""
    change_message(app, json.dumps)


@fault("resp-ct-textplain", "resp.ct")
def text_plain(app: App) -> None:
    """The answer's JSON is labelled text/plain."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        reply.media = "text/plain; charset=utf-8"
        return reply


@fault("html-when-accept-is-anything", "req.accept.json")
def html_default(app: App) -> None:
    """With Accept: */* the answer is labelled HTML, as a browser would like it."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        if request.headers.get("accept") == "*/*":
            reply.media = "text/html"
        return reply


@fault("406-after-the-write", "req.accept.other", gates=False)
def late_406(app: App) -> None:
    """An Accept that can't be served is answered 406 after the write."""

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        accept = request.headers.get("accept", "*/*")
        if "json" not in accept and "*" not in accept:
            raise Refusal(406, "NotAcceptable", "JSON only.")
        return inner(request, body)


def _octets(app: App, change: Step) -> None:
    @override(app, "render")
    def render(inner: Step, request: Request, reply: Reply) -> bytes:
        body = inner(request, reply)
        return change(body) if body and request.documented and 200 <= reply.status < 300 else body


@fault("response-invalid-json", "resp.json")
def invalid_json(app: App) -> None:
    """The answer has a comma too many."""
    _octets(app, lambda body: body[:-1] + b",}")


@fault("response-with-bom", "resp.json")
def bom(app: App) -> None:
    """The answer begins with a byte order mark."""
    _octets(app, lambda body: b"\xef\xbb\xbf" + body)


@fault("response-with-trailing-bytes", "resp.json")
def trailing(app: App) -> None:
    """Something follows the object."""
    _octets(app, lambda body: body + b"\n<!-- cached -->")


@fault("response-with-nan", "resp.json")
def nan(app: App) -> None:
    """The answer has NaN for a number."""
    _octets(app, lambda body: body[:-1] + b',"score":NaN}')


@fault("response-in-latin-1", "resp.json")
def latin(app: App) -> None:
    """The answer is not in UTF-8 where it isn't ASCII."""
    _octets(app, lambda body: body.decode("utf-8", "replace").encode("latin-1", "replace"))


@fault("content-length-in-characters", "resp.json")
def counted_characters(app: App) -> None:
    """Content-Length counts characters instead of octets, and the rest is cut off."""
    _octets(app, lambda body: body[: len(body.decode("utf-8", "replace"))] if not body.isascii() else body)


@fault("response-cut-short", "resp.framing")
def cut_short(app: App) -> None:
    """Answers beyond two kilobytes end before their length says."""

    @override(app, "send")
    async def send(inner: Step, request: Request, reply: Reply, send: Send) -> None:
        body = app.answers.render(request, reply)
        if len(body) < 2000 or not request.documented:
            await inner(request, reply, send)
            return
        await break_off(app, request, reply, send)


@fault("gzip-label-without-gzip", "resp.framing")
def false_gzip(app: App) -> None:
    """The answer is labelled gzip when that was accepted, and isn't."""

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        fields = inner(request, reply, body)
        wanted = "gzip" in request.headers.get("accept-encoding", "") and body
        return [*fields, ("Content-Encoding", "gzip")] if wanted else fields


@fault("204-with-body", "resp.204empty")
def body_on_204(app: App) -> None:
    """A 204 carries the object."""

    @override(app, "send")
    async def send(inner: Step, request: Request, reply: Reply, send: Send) -> None:
        if reply.status != 204:
            await inner(request, reply, send)
            return
        body = json.dumps({"id": request.entity}).encode()
        fields = [
            *app.answers.headers(request, reply, b""),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
        ]
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        connection(request).write(f"HTTP/1.1 204 No Content\r\n{head}\r\n".encode("latin-1") + body)
        connection(request).close()
        await asyncio.sleep(0)  # till the server knows


@fault("constant-request-id", "resp.requestid", gates=False)
def constant_id(app: App) -> None:
    """Every answer has the same request-id."""
    constant = str(uuid.uuid4())

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        return [(n, constant if n == "request-id" else v) for n, v in inner(request, reply, body)]


@fault("another-clients-request-id", "resp.requestid", gates=False)
def crossed_id(app: App) -> None:
    """The client-request-id of the request before is echoed."""
    last = {"id": ""}

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        before, given = last["id"], request.headers.get("client-request-id")
        if given:
            last["id"] = given
        fields = inner(request, reply, body)
        return [(n, before if n == "client-request-id" and before else v) for n, v in fields]


@fault("context-is-an-object", "resp.odata", gates=False)
def odd_context(app: App) -> None:
    """@odata.context is an object."""
    change_shown(app, lambda entity: {"@odata.context": {"url": "$metadata"}, **entity})


@fault("publicly-cacheable", "resp.hygiene", gates=False)
def cacheable(app: App) -> None:
    """Answers may be cached by anybody for an hour."""

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        fields = inner(request, reply, body)
        return [(n, "public, max-age=3600" if n == "Cache-Control" else v) for n, v in fields]


# -- the object ------------------------------------------------------------------------------------------


@fault("id-wrong", "body.id")
def wrong_id(app: App) -> None:
    """The id in the answer is a new one."""
    change_answer(app, lambda value: {**value, "id": str(uuid.uuid4())})


@fault("id-missing", "body.id")
def missing_id(app: App) -> None:
    """The answer has no id."""
    change_answer(app, lambda value: {name: item for name, item in value.items() if name != "id"})


@fault("request-echo", "body.allproperties")
def echo(app: App) -> None:
    """The answer is the request with the id."""

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply = inner(request, body)
        if reply.value is not None:
            reply.value = {"id": request.entity, **body}
        return reply


@fault("property-dropped", "body.allproperties value.reflects")
def dropped(app: App) -> None:
    """One documented property is never shown."""
    name = names(app, TypeKind.STRING)[-1]
    change_shown(app, lambda entity: {key: value for key, value in entity.items() if key != name})


@fault("answer-drops-a-collection", "body.allproperties value.reflects")
def collection_dropped(app: App) -> None:
    """The answer to an update leaves out a collection that reads show."""
    name = names(app, TypeKind.COLLECTION)[0]
    change_answer(app, lambda entity: {key: value for key, value in entity.items() if key != name})


@fault("names-pascalcase", "body.names")
def pascal(app: App) -> None:
    """Members are named as a serializer does by default: with a capital."""

    def rename(value: Json) -> Json:
        if isinstance(value, dict):
            return {n if "@" in n else n[:1].upper() + n[1:]: rename(v) for n, v in value.items()}
        return [rename(item) for item in value] if isinstance(value, list) else value

    change_answer(app, rename)


@fault("nested-names-snakecase", "body.names value.reflects", gates=True)
def snake(app: App) -> None:
    """One nested member is named in capitals."""

    def rename(entity: Json) -> Json:
        for name, value in entity.items():
            declared = type_of(app).properties.get(name)
            if isinstance(value, dict) and declared and declared.type.kind is TypeKind.COMPLEX and value:
                entity[name] = {key if key == "id" or "@" in key else key.upper(): v for key, v in value.items()}
        return entity

    change_answer(app, rename)


# -- Prefer ----------------------------------------------------------------------------------------------


@fault("unknown-prefer-400", "req.prefer.unknown")
def prefer_refused(app: App) -> None:
    """A preference that the server doesn't know is refused."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        inner(request)
        prefer = request.headers.get("prefer", "")
        if prefer and "return=" not in prefer:
            raise Refusal(400, "BadRequest", "Unknown preference.")


@fault("representation-501", "req.prefer.representation")
def representation(app: App) -> None:
    """Prefer: return=representation is answered 501."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        inner(request)
        if "return=representation" in request.headers.get("prefer", ""):
            raise Refusal(501, "NotImplemented", "Not implemented.")


@fault("preference-applied-lies", "req.prefer.applied", gates=False)
def lies(app: App) -> None:
    """Preference-Applied says minimal beside a full object."""

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply = inner(request, body)
        if reply.status in {200, 201}:
            reply.headers["Preference-Applied"] = "return=minimal"
        return reply


@fault("sdk-header-400", "req.headers.benign", gates=False)
def sdk_refused(app: App) -> None:
    """A header that Graph's clients send is refused."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        inner(request)
        if "sdkversion" in request.headers:
            raise Refusal(400, "BadRequest", "Unexpected header.")
