"""Refusals of another kind, and more or fewer of them."""

from __future__ import annotations

import re

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference import validate
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.routes import Resource
from graph_contracts.reference.tools import Step, names, override, type_of


def _refused(app: App, change: Step) -> None:
    """Change refusals: `change(request, refusal, reply)` returns the reply."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        return change(request, refusal, inner(request, refusal))


def _status(reply: Reply, status: int) -> Reply:
    reply.status = status
    return reply


@variation("q-malformed-id-400")
def malformed_400(app: App) -> None:
    """An id that is no GUID is answered 400."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if not re.fullmatch(r"[0-9a-fA-F-]{36}", request.entity):
            raise Refusal(400, "BadRequest", "The id is not valid.")
        inner(request)


@variation("q-semantic-422")
def semantic_422(app: App) -> None:
    """Values that can't be taken are answered 422."""
    _refused(
        app,
        lambda _, refusal, reply: (
            _status(reply, 422) if refusal.code == "Request_BadRequest" and reply.status == 400 else reply
        ),
    )


@variation("q-401-bare")
def bare_401(app: App) -> None:
    """401 has no content."""
    _refused(
        app, lambda _, refusal, reply: Reply(401, headers=reply.headers, body=b"") if refusal.status == 401 else reply
    )


@variation("q-auth-400")
def auth_400(app: App) -> None:
    """A malformed Authorization is answered 400."""
    _refused(app, lambda _, refusal, reply: _status(reply, 400) if "invalid_request" in str(refusal.headers) else reply)


@variation("q-404-hides-403")
def hidden(app: App) -> None:
    """Without permission the object is not found."""

    @override(app, "authorize")
    def authorize(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal as refusal:
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.") from refusal


@variation("q-id-in-body-ignored")
def id_ignored(app: App) -> None:
    """Another id in the body is ignored."""
    override(app, "check_id")(lambda inner, request, body: None)


@variation("q-id-in-body-400")
def id_409(app: App) -> None:
    """Another id in the body is answered 409."""

    @override(app, "check_id")
    def check_id(inner: Step, request: Request, body: Json) -> None:
        try:
            inner(request, body)
        except Refusal as refusal:
            raise Refusal(409, "Conflict", str(refusal)) from refusal


@variation("q-unknown-prop-400")
def unknown_400(app: App) -> None:
    """An unknown property is answered 400, also in values that are open."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict) and any("@" not in n and n not in type_of(app).properties for n in value):
            raise Refusal(400, "BadRequest", "Unknown property.")
        return inner(request, value)


@variation("q-unknown-prop-ignored")
def unknown_ignored(app: App) -> None:
    """An unknown property is ignored."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict):
            value = {n: v for n, v in value.items() if "@" in n or n in type_of(app).properties}
        return inner(request, value)


@variation("unknown-properties-kept")
def unknown_kept(app: App) -> None:
    """An unknown property is kept and returned: the type is open."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        odd: JsonObject = {}
        if isinstance(value, dict):
            folded = {n.lower() for n in type_of(app).properties}
            odd = {n: v for n, v in value.items() if "@" not in n and n.lower() not in folded}
            value = {n: v for n, v in value.items() if n not in odd}
        return {**inner(request, value), **odd}


@variation("q-strict-values")
def strict(app: App) -> None:
    """Ids must be GUIDs, numbers must not be negative, enumerations must be known."""
    ids = [name for name in names(app, TypeKind.STRING, least=0) if name.endswith("Id")]
    numbers = names(app, TypeKind.INT32, least=0)

    @override(app, "seeds")
    def seeds(inner: Step, resource: Resource) -> tuple[JsonObject, ...]:
        return tuple({**entity, **dict.fromkeys(ids, entity["id"])} for entity in inner(resource))

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        checked = inner(request, value)
        for name in ids:
            if checked.get(name) is not None and not validate.CHECKS[TypeKind.GUID](checked[name]):
                raise Refusal(400, "Request_BadRequest", f"'{name}' is no GUID.")
        if any((checked.get(name) or 0) < 0 for name in numbers):
            raise Refusal(400, "Request_BadRequest", "A duration can't be negative.")
        return checked


@variation("q-a-text-is-unique")
def unique(app: App) -> None:
    """No two objects may have the same value of one text: such a change or creation is answered 409."""
    name = names(app, TypeKind.STRING)[-1]

    @override(app, "seeds")
    def seeds(inner: Step, resource: Resource) -> tuple[JsonObject, ...]:
        return tuple({**entity, name: f"{entity[name]} {number}"} for number, entity in enumerate(inner(resource)))

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        objects = app.store.objects(request)
        held = [each.get(name) for entity, each in objects.items() if entity != request.entity]
        if body.get(name) is not None and body[name] in held:
            raise Refusal(409, "Request_ResourceExists", f"Another object has this {name}.")
        await inner(request, body)


@variation("q-empty-object-400")
def empty_400(app: App) -> None:
    """{} is answered 400."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if value == {}:
            raise Refusal(400, "BadRequest", "Empty Payload.")
        return inner(request, value)


@variation("bare-challenge")
def bare_challenge(app: App) -> None:
    """The challenge is Bearer and nothing else."""

    def bare(_: Request, refusal: Refusal, reply: Reply) -> Reply:
        if refusal.status == 401:
            reply.headers["WWW-Authenticate"] = "Bearer"
        return reply

    _refused(app, bare)


@variation("unsupported-methods-501")
def not_implemented(app: App) -> None:
    """A method that an object doesn't have is answered 501."""
    _refused(app, lambda _, refusal, reply: _status(reply, 501) if refusal.status == 405 else reply)


@variation("no-collection")
def no_collection(app: App) -> None:
    """A collection that the document has nothing for is not there; only the objects are."""

    @override(app, "route")
    def route(inner: Step, request: Request) -> None:
        inner(request)
        if request.place and not request.place.operations:
            raise Refusal(404, "ResourceNotFound", "The resource does not exist.")
