"""Validators for apps that have them: tags made from an object's content, and the preconditions that use them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override

Tag = Callable[[App, Request], str]


def tag(app: App, request: Request) -> str:
    """A strong tag of the addressed object."""
    content = json.dumps(app.store.objects(request)[request.entity], sort_keys=True).encode()
    return f'"{hashlib.sha256(content).hexdigest()[:16]}"'


def strong(app: App, of: Tag = tag) -> None:
    """Send a strong ETag and honour conditions on it."""
    _conditions(app, of)

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        reply = inner(request)
        if request.entity:
            reply.headers["ETag"] = of(app, request)
            if _matches(request.headers.get("if-none-match", ""), of(app, request)):
                return Reply(304, headers=reply.headers, body=b"")
        return reply

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply = inner(request, body)
        reply.headers["ETag"] = of(app, request)
        return reply


def weak(app: App) -> None:
    """Send `@odata.etag` and a weak ETag, and honour conditions on them."""

    def of(app: App, request: Request) -> str:
        return f"W/{tag(app, request)}"

    strong(app, of)

    @override(app, "represent")
    def represent(inner: Step, request: Request, entity: JsonObject) -> Json:
        shown = inner(request, entity)
        known = request.entity or (request.resource.shape.key_of(entity) if request.documented else "")
        if known in app.store.objects(request):
            return {"@odata.etag": of(app, replace(request, entity=known)), **shown}
        return shown


def _matches(condition: str, current: str) -> bool:
    """Whether a list of tags has the current one, compared weakly (RFC 9110 §13.1.2)."""
    tags = {each.strip().removeprefix("W/") for each in condition.split(",")}
    return "*" in tags or current.removeprefix("W/") in tags


def _conditions(app: App, of: Tag) -> None:
    @override(app, "precondition")
    def precondition(_: Step, request: Request) -> None:
        current = of(app, request)
        wanted = request.headers.get("if-match")
        if wanted is not None and wanted.strip() != "*" and current not in [t.strip() for t in wanted.split(",")]:
            raise Refusal(412, "PreconditionFailed", "The object has changed.")
        if request.headers.get("if-none-match", "").strip() in {"*", current}:
            raise Refusal(412, "PreconditionFailed", "The object is there.")


def listed_tags(app: App, of: Callable[[bytes], str]) -> None:
    """Send an ETag with each page of a list, made of its octets by `of`, and answer 304 under it."""

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        if not request.entity and reply.status == 200:
            current = of(app.answers.render(request, reply))
            fields = {**reply.headers, "ETag": current}
            if _matches(request.headers.get("if-none-match", ""), current):
                return Reply(304, headers=fields, body=b"")
            reply.headers = fields
        return reply
