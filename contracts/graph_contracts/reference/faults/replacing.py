"""Faults of replacing."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Any

from graph_contracts.contract import OperationKind, TypeKind
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.reference import strictjson
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override
from graph_contracts.reference.validators import strong, weak

REPLACE = OperationKind.REPLACE


def _state(app: App, request: Request) -> JsonObject:
    return app.store.objects(request)[request.entity]


@fault("put-does-nothing", "replace.persist.read")
def nothing(app: App) -> None:
    """A replacement is answered and nothing is stored."""

    @override(app, "replace")
    async def replace(inner: Step, request: Request, body: JsonMapping) -> None:
        """Store nothing."""


@fault("put-keeps-lists-and-objects", "replace.persist.read")
def shallow(app: App) -> None:
    """A replacement leaves lists and objects within the object as they are."""

    @override(app, "replace")
    async def replace(inner: Step, request: Request, body: JsonMapping) -> None:
        kept = {name: value for name, value in _state(app, request).items() if isinstance(value, list | dict)}
        await inner(request, {**body, **kept})


@fault("put-answers-the-old-object", "replace.persist.sameasread", gates=False)
def old_answer(app: App) -> None:
    """The answer to a replacement shows the object as it was before."""

    @override(app, "put")
    async def put(inner: Step, request: Request) -> Reply:
        before = dict(_state(app, request))
        reply: Reply = await inner(request)
        return changed(reply, value=app.reads.represent(request, before))


@fault("put-merges", "replace.merge.omitted", gates=False)
def merges(app: App) -> None:
    """A replacement keeps the properties that it leaves out."""

    @override(app, "replace")
    async def replace(inner: Step, request: Request, body: JsonMapping) -> None:
        await app.changes.write(request, body)


@fault("put-refuses-the-same-again", "replace.idempotent", gates=False)
def same_again(app: App) -> None:
    """A replacement that changes nothing is answered 409."""

    @override(app, "replace")
    async def replace(inner: Step, request: Request, body: JsonMapping) -> None:
        before = dict(_state(app, request))
        await inner(request, body)
        if before == _state(app, request):
            raise Refusal(409, "Request_Conflict", "Nothing has changed.")


@fault("put-replaces-all", "replace.isolation.objects")
def replaces_all(app: App) -> None:
    """A replacement is written to every object of the collection."""

    @override(app, "replace")
    async def replace(inner: Step, request: Request, body: JsonMapping) -> None:
        await inner(request, body)
        objects = app.store.objects(request)
        for entity, each in objects.items():
            objects[entity] = {**_state(app, request), **{key: each[key] for key in request.resource.shape.keys}}


@fault("put-sets-what-is-read-only", "replace.isolation.readonly")
def read_only(app: App) -> None:
    """A replacement sets read-only properties to what the body says."""

    @override(app, "replace")
    async def replace(inner: Step, request: Request, body: JsonMapping) -> None:
        await inner(request, body)
        said: Any = strictjson.parse(request.body)
        known = request.resource.type.properties
        _state(app, request).update(
            {name: said[name] for name, each in known.items() if each.read_only and name in said and name != "id"}
        )


@fault("put-moves-the-object", "replace.req.id.mismatch")
def moves(app: App) -> None:
    """A replacement with another id in its body gives the object that id."""

    @override(app, "check_id")
    def check_id(inner: Step, request: Request, body: JsonMapping) -> None:
        if request.kind is not REPLACE:
            inner(request, body)

    @override(app, "replace")
    async def replace(inner: Step, request: Request, body: JsonMapping) -> None:
        await inner(request, body)
        said: Any = strictjson.parse(request.body)
        key = request.resource.shape.key
        if said.get(key):
            objects = app.store.objects(request)
            objects[said[key]] = {**objects.pop(request.entity), key: said[key]}
            request.entity = said[key]


@fault("put-applied-in-part", "replace.atomic.all")
def in_part(app: App) -> None:
    """A replacement that is refused for one value has set all texts that are right."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> JsonObject:
        try:
            found: JsonObject = inner(request, value)
        except Refusal:
            types = request.resource.type.properties
            if request.kind is REPLACE and isinstance(value, dict):
                texts = (name for name, each in types.items() if each.type.kind is TypeKind.STRING and name != "id")
                _state(app, request).update({n: value[n] for n in texts if isinstance(value.get(n), str)})
            raise
        return found


@fault("put-takes-any-type", "replace.value.wrongtype", gates=False)
def any_type(app: App) -> None:
    """A replacement keeps values of whatever type."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> JsonObject:
        try:
            found: JsonObject = inner(request, value)
        except Refusal:
            if request.kind is not REPLACE or not isinstance(value, dict) or "id" in value:
                raise
            return dict(value)
        return found


@fault("put-takes-bodies-without-what-is-required", "replace.req.required", gates=False)
def incomplete(app: App) -> None:
    """A replacement is performed without required properties."""

    @override(app, "complete")
    def complete(inner: Step, request: Request, value: JsonMapping) -> None:
        if request.kind is not REPLACE:
            inner(request, value)


def _shrugged_off(app: App, *, json: bool) -> None:
    """Answer success to a body that isn't one, and do nothing: to what is JSON, or to what is none."""

    @override(app, "put")
    async def put(inner: Step, request: Request) -> Reply:
        try:
            value = strictjson.parse(request.body)
        except ValueError:
            value = None if json else "none"
        else:
            value = value if json else {}
        if isinstance(value, dict) or (value is None and json and request.body != b"null"):
            reply: Reply = await inner(request)
            return reply
        return app.changes.updated(request, {})


@fault("put-of-broken-json-succeeds", "replace.json.malformed")
def malformed(app: App) -> None:
    """A body that can't be parsed is answered like one that is right, and nothing is done."""
    _shrugged_off(app, json=False)


@fault("put-of-no-object-succeeds", "replace.json.nonobject", gates=False)
def nonobject(app: App) -> None:
    """A list, a text, a number, true or null is answered like a body that is right, and nothing is done."""
    _shrugged_off(app, json=True)


@fault("put-to-nothing-succeeds", "replace.route.unknownid", gates=False)
def to_nothing(app: App) -> None:
    """A replacement of an object that isn't there is answered 200, and none is made."""

    @override(app, "perform")
    async def perform(inner: Step, request: Request) -> Reply:
        try:
            reply: Reply = await inner(request)
        except Refusal as refusal:
            if refusal.status != 404 or request.method != "PUT":
                raise
            return Reply(200, {})
        return reply


@fault("put-under-a-stale-tag", "replace.cond.stale")
def stale(app: App) -> None:
    """@odata.etag is issued, and a replacement under a superseded tag is performed."""
    weak(app)
    override(app, "precondition")(lambda inner, request: None)


@fault("put-under-any-tag", "replace.cond.notag", gates=False)
def any_tag(app: App) -> None:
    """A replacement under a tag that no object has is performed."""
    override(app, "precondition")(lambda inner, request: None)


@fault("put-under-no-tag", "replace.cond.match")
def no_tag(app: App) -> None:
    """A replacement under the current tag is answered 412."""
    strong(app)

    @override(app, "precondition")
    def precondition(inner: Step, request: Request) -> None:
        if request.kind is REPLACE and request.headers.get("if-match", "*") != "*":
            raise Refusal(412, "PreconditionFailed", "The object has changed.")
        inner(request)


@fault("put-performed-and-then-refused", "replace.auth.required replace.authz.insufficient")
def performed_first(app: App) -> None:
    """A replacement without credentials or permission is performed before it is answered 401 or 403."""

    @override(app, "perform")
    async def perform(inner: Step, request: Request) -> Reply:
        try:
            reply: Reply = await inner(request)
        except Refusal as refusal:
            if refusal.status in {401, 403} and request.method == "PUT":
                app.addresses.route(request)
                await app.changes.put(request)
            raise
        return reply


@fault("put-answered-203", "replace.status.success")
def another_status(app: App) -> None:
    """A replacement is answered 203."""

    @override(app, "put")
    async def put(inner: Step, request: Request) -> Reply:
        return changed(await inner(request), status=203)
