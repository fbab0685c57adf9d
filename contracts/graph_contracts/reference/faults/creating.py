"""Faults of making objects."""

from __future__ import annotations

import asyncio
import uuid

from graph_contracts.contract import OperationKind, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.faults.concurrency import WINDOW
from graph_contracts.reference.faults.reading import cut_short, open_to_all, unchecked
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.store import Objects
from graph_contracts.reference.tools import Step, apply, names, override, writable
from graph_contracts.reference.validate import Rules


def _answers(app: App, change: Step) -> None:
    """Change the answer to a creation: `change(request, reply)` returns what is sent instead."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        return change(request, reply) if request.kind is OperationKind.CREATE else reply


def _shown(app: App, change: Step) -> None:
    """Change how the answer to a creation shows the object."""

    def changed(_: Request, reply: Reply) -> Reply:
        reply.value = change(reply.value) if isinstance(reply.value, dict) else reply.value
        return reply

    _answers(app, changed)


def _sent(app: App, change: Step) -> None:
    """Change what of a body is written into a new object; updates are right."""

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, change(dict(body)))


@fault("create-answers-200", "create.status.success")
def ok(app: App) -> None:
    """A creation is answered with another 2xx than the document has: 200 for 201, 201 for 200."""

    def changed(_: Request, reply: Reply) -> Reply:
        reply.status = {200: 201, 201: 200}.get(reply.status, reply.status)
        return reply

    _answers(app, changed)


@fault("create-answers-nothing", "create.resp.object")
def empty(app: App) -> None:
    """A creation is answered with its status and no object."""
    _answers(app, lambda _, reply: Reply(reply.status, headers=reply.headers, body=b"") if reply.value else reply)


@fault("created-without-id", "create.body.id")
def no_id(app: App) -> None:
    """The answer to a creation is what was sent, without an id."""
    _shown(app, lambda value: {name: item for name, item in value.items() if name != "id"})


@fault("created-with-empty-id", "create.body.id")
def empty_id(app: App) -> None:
    """The answer to a creation has an empty id."""
    _shown(app, lambda value: {**value, "id": ""})


@fault("created-under-another-id", "create.persist.read create.resp.location")
def other_id(app: App) -> None:
    """The answer to a creation has an id that the object is not found by."""
    _shown(app, lambda value: {**value, "id": str(uuid.uuid4())})


@fault("new-id-always-the-same", "create.body.id create.isolation.objects")
def same_id(app: App) -> None:
    """Every new object gets the id of the one before and takes its place."""
    constant = str(uuid.uuid4())
    override(app, "new_id")(lambda inner, request: constant)


@fault("new-object-takes-anothers-place", "create.body.id create.isolation.objects")
def takes_place(app: App) -> None:
    """A new object gets the id of an object that is there, and replaces it."""

    @override(app, "new_id")
    def new_id(inner: Step, request: Request) -> Json:
        return next(iter(app.store.objects(request)), None) or inner(request)


@fault("created-not-kept", "create.persist.read")
def not_kept(app: App) -> None:
    """A creation is answered with an object that is never kept."""

    def changed(request: Request, reply: Reply) -> Reply:
        app.changes.remove(request)
        return reply

    _answers(app, changed)


@fault("created-not-readable", "create.persist.read")
def not_readable(app: App) -> None:
    """A new object is listed, and not found by its id."""
    hidden: set[str] = set()

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        hidden.add(request.entity)

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.entity in hidden and request.kind is OperationKind.READ:
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")
        inner(request)


@fault("created-not-listed", "list.body.allproperties", about=OperationKind.CREATE)
def not_listed(app: App) -> None:
    """A new object is read by its id and never listed."""
    hidden: set[str] = set()

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        hidden.add(request.entity)

    @override(app, "visible")
    def visible(inner: Step, request: Request) -> Objects:
        objects = inner(request)
        return objects if request.entity else {n: value for n, value in objects.items() if n not in hidden}


@fault("refused-creation-kept", "create.error.nochange create.atomic.all")
def refused_kept(app: App) -> None:
    """A creation that is answered 400 leaves an object of what was right in it."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        try:
            return inner(request, value)
        except Refusal:
            if request.kind is OperationKind.CREATE and isinstance(value, dict):
                app.changes.add(request)
                good = {n: v for n, v in value.items() if n in writable(app) and isinstance(v, str)}
                app.store.objects(request)[request.entity].update(good)
            raise


@fault("created-twice", "create.persist.once")
def twice(app: App) -> None:
    """One creation makes two objects."""

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        await inner(request, body)


@fault("creating-pushes-the-oldest-out", "create.isolation.objects")
def evicts(app: App) -> None:
    """There is room for as many objects as there were: a new one pushes the oldest out."""

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        objects = app.store.objects(request)
        oldest = next(iter(objects), None)
        await inner(request, body)
        if oldest is not None and oldest != request.entity:
            del objects[oldest]


@fault("creating-changes-others", "create.isolation.objects")
def changes_others(app: App) -> None:
    """What a new object says goes into every other one too."""

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        for stored in app.store.objects(request).values():
            stored.update(body)


@fault("parallel-creations-share-an-id", "create.conc.disjoint")
def share_id(app: App) -> None:
    """Creations that overlap get the same id, and one takes the other's place."""
    busy: JsonObject = {}

    @override(app, "new_id")
    def new_id(inner: Step, request: Request) -> Json:
        return busy.setdefault("id", inner(request))

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        await asyncio.sleep(WINDOW)
        busy.clear()


@fault("parallel-creation-lost", "create.conc.disjoint")
def lost(app: App) -> None:
    """The collection is read, added to and written back: of creations that overlap one is lost."""

    @override(app, "post")
    async def post(inner: Step, request: Request) -> Reply:
        objects = app.store.objects(request)
        before = dict(objects)
        await asyncio.sleep(WINDOW)
        reply = await inner(request)
        made = {request.entity: objects[request.entity]}
        objects.clear()
        objects.update({**before, **made})
        return reply


@fault("creation-drops-collections", "create.value.reflects")
def drops_collections(app: App) -> None:
    """Collections sent for a new object are passed over."""
    wanted = names(app, TypeKind.COLLECTION)
    _sent(app, lambda body: {name: value for name, value in body.items() if name not in wanted})


@fault("creation-drops-nested-values", "create.value.reflects")
def drops_nested(app: App) -> None:
    """Nested values sent for a new object are passed over."""
    wanted = names(app, TypeKind.COMPLEX)
    _sent(app, lambda body: {name: value for name, value in body.items() if name not in wanted})


@fault("creation-drops-the-last-property", "create.value.reflects")
def drops_last(app: App) -> None:
    """One property sent for a new object is passed over; updates take it."""
    name = writable(app)[-1]
    _sent(app, lambda body: {key: value for key, value in body.items() if key != name})


@fault("creation-echoed-and-trimmed", "create.persist.sameasread create.persist.read")
def trimmed(app: App) -> None:
    """The answer to a creation shows the strings as sent; they are kept without their last letter."""

    def cut(request: Request, reply: Reply) -> Reply:
        stored = app.store.objects(request).get(request.entity)
        if stored is not None:
            wanted = names(app, TypeKind.STRING)
            app.store.objects(request)[request.entity] = {
                n: v[:-1] if n in wanted and isinstance(v, str) else v for n, v in stored.items()
            }
        return reply

    _answers(app, cut)


@fault("clients-id-shown-and-not-used", "create.req.id.mismatch")
def client_id(app: App) -> None:
    """An id that the client sends is shown in the answer; the object is kept under another."""
    given: JsonObject = {}

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict) and request.kind is OperationKind.CREATE and "id" in value:
            given[request.id] = value["id"]
        return inner(request, value)

    def changed(request: Request, reply: Reply) -> Reply:
        if request.id in given and isinstance(reply.value, dict):
            reply.value = {**reply.value, "id": given[request.id]}
        return reply

    _answers(app, changed)


@fault("clients-id-replaces-an-object", "create.req.id.mismatch")
def client_id_replaces(app: App) -> None:
    """A creation with the id of an object that is there replaces that object."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict) and isinstance(value.get("id"), str) and request.kind is OperationKind.CREATE:
            request.client = value["id"]  # type: ignore[attr-defined]
        return inner(request, value)

    @override(app, "new_id")
    def new_id(inner: Step, request: Request) -> Json:
        return getattr(request, "client", None) or inner(request)


@fault("unknown-future-value-taken", "create.value.enum.invalid", gates=False)
def sentinel(app: App) -> None:
    """A new object may have the member of an evolvable enumeration that clients never send."""

    @override(app, "rules")
    def rules(inner: Step, request: Request) -> Rules:
        found = inner(request)
        return type(found)(named=found.named)


@fault("empty-creation-500", "create.error.no5xx create.req.emptybody")
def empty_crash(app: App) -> None:
    """A creation of nothing makes the server fail."""

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        if not body:
            raise RuntimeError("no columns")
        await inner(request, body)


@fault("location-of-another-object", "create.resp.location", gates=False)
def other_location(app: App) -> None:
    """The Location of a creation's answer leads to an object that was there before."""

    def changed(request: Request, reply: Reply) -> Reply:
        if "Location" in reply.headers:
            reply.headers["Location"] = app.addresses.url(request, next(iter(app.store.objects(request))))
        return reply

    _answers(app, changed)


@fault("location-of-the-collection", "create.resp.location", gates=False)
def collection_location(app: App) -> None:
    """The Location of a creation's answer is the collection's own address."""

    def changed(request: Request, reply: Reply) -> Reply:
        if "Location" in reply.headers:
            reply.headers["Location"] = app.addresses.url(request)
        return reply

    _answers(app, changed)


@fault("minimal-creation-tells-no-address", "create.req.prefer.minimal", gates=False)
def no_address(app: App) -> None:
    """With Prefer: return=minimal a creation is answered 204, and nobody knows what was made."""

    def changed(_: Request, reply: Reply) -> Reply:
        return Reply(204, body=b"") if reply.status == 204 else reply

    _answers(app, changed)


@fault("creation-not-allowed", "create.route.documented")
def not_allowed(app: App) -> None:
    """POST on the collection is answered 405."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        if request.kind is OperationKind.CREATE:
            raise Refusal(405, "Request_BadRequest", "The method is not allowed here.", Allow="GET, HEAD, OPTIONS")
        inner(request)


@fault("creations-need-no-token", "create.auth.required")
def no_token(app: App) -> None:
    """Objects are made without credentials."""
    open_to_all(app, OperationKind.CREATE)


@fault("creations-need-no-permission", "create.authz.insufficient")
def no_permission(app: App) -> None:
    """Whoever has a token may make objects."""
    unchecked(app, OperationKind.CREATE)


@fault("creation-401-but-made", "create.auth.notapplied")
def made_401(app: App) -> None:
    """Credentials are checked after the object is made."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal:
            app.addresses.route(request)
            if request.kind is OperationKind.CREATE:
                apply(app, request)
            raise


@fault("creations-cut-short", "create.resp.framing")
def answers_cut_short(app: App) -> None:
    """Every tenth answer to a creation ends before its length says."""
    cut_short(app, OperationKind.CREATE)
