"""Faults of reading one object."""

from __future__ import annotations

import json
import uuid

from graph_contracts.contract import OperationKind, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request, Send
from graph_contracts.reference.store import Objects
from graph_contracts.reference.tools import Step, break_off, names, override
from graph_contracts.reference.validators import strong


def _reads(app: App, change: Step) -> None:
    """Change what is shown of an object that is read; lists and other answers stay as they are."""

    @override(app, "shown")
    def shown(inner: Step, request: Request) -> Json:
        return change(inner(request))


@fault("unknown-id-read-200", "read.route.unknownid.status", gates=False)
def unknown_read(app: App) -> None:
    """A read of an id that nothing has is answered 200 with an object of that id."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.kind is not OperationKind.READ:
            inner(request)

    @override(app, "shown")
    def shown(inner: Step, request: Request) -> Json:
        return inner(request) if request.entity in app.store.objects(request) else {"id": request.entity}


@fault("read-shows-the-first-object", "read.body.id")
def first_shown(app: App) -> None:
    """Whatever object is read, the first one is shown."""

    @override(app, "visible")
    def visible(inner: Step, request: Request) -> Objects:
        objects: Objects = inner(request)
        if request.kind is OperationKind.READ and objects:
            return dict.fromkeys(objects, next(iter(objects.values())))
        return objects


@fault("read-shows-a-new-id", "read.body.id")
def new_id(app: App) -> None:
    """A read shows another id each time."""
    _reads(app, lambda entity: {**entity, "id": str(uuid.uuid4())})


@fault("read-lacks-a-property", "read.body.allproperties")
def lacks(app: App) -> None:
    """A read leaves out a documented property that updates and lists show."""
    name = names(app, TypeKind.STRING)[-1]
    _reads(app, lambda entity: {key: value for key, value in entity.items() if key != name})


@fault("read-in-a-wrapper", "read.resp.object")
def wrapped(app: App) -> None:
    """A read shows the object in a list of one."""
    _reads(app, lambda entity: {"value": [entity]})


@fault("read-as-text", "read.resp.object")
def as_text(app: App) -> None:
    """A read shows the object as a string that holds JSON."""
    _reads(app, json.dumps)


@fault("read-number-as-text", "read.type.int32")
def number_as_text(app: App) -> None:
    """A read shows Int32 as a string; every other answer has numbers."""
    wanted = names(app, TypeKind.INT32)
    _reads(app, lambda entity: {n: str(v) if n in wanted and v is not None else v for n, v in entity.items()})


@fault("read-answers-202", "read.status.success")
def accepted(app: App) -> None:
    """A read is answered 202."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        reply.status = 202 if request.kind is OperationKind.READ and reply.status == 200 else reply.status
        return reply


@fault("read-not-allowed", "read.route.documented")
def not_allowed(app: App) -> None:
    """Objects can be listed, and are not read one by one: 405."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        if request.kind is OperationKind.READ:
            raise Refusal(405, "Request_BadRequest", "The method is not allowed here.", Allow="PATCH")
        inner(request)


@fault("reading-changes-the-object", "read.idempotent", gates=False)
def changes(app: App) -> None:
    """Each read adds a letter to a string of the object."""
    name = names(app, TypeKind.STRING)[0]

    @override(app, "shown")
    def shown(inner: Step, request: Request) -> Json:
        found = inner(request)
        stored = app.store.objects(request).get(request.entity, {})
        if request.kind is OperationKind.READ and isinstance(stored.get(name), str):
            app.store.objects(request)[request.entity] = {**stored, name: f"{stored[name]}+"}
        return found


@fault("every-other-read-empty", "read.idempotent", gates=False)
def every_other(app: App) -> None:
    """Every other read shows each property as null."""
    counted = {"reads": 0}

    def change(entity: Json) -> Json:
        counted["reads"] += 1
        return entity if counted["reads"] % 2 else {n: v if n == "id" or "@" in n else None for n, v in entity.items()}

    _reads(app, change)


@fault("reads-need-no-token", "read.auth.required")
def no_token(app: App) -> None:
    """An object is read without credentials."""
    open_to_all(app, OperationKind.READ)


def open_to_all(app: App, *kinds: OperationKind) -> None:
    """Ask for no credentials where the document has an operation of one of the kinds."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        place = app.addresses.locate(request.segments)
        if "authorization" in request.headers or place is None or place.kinds.get(request.method) not in kinds:
            inner(request)


@fault("reads-need-no-permission", "read.authz.insufficient list.authz.insufficient")
def no_permission(app: App) -> None:
    """Permissions are checked of what changes something; whoever has a token may read and list."""
    unchecked(app, OperationKind.READ, OperationKind.LIST)


def unchecked(app: App, *kinds: OperationKind) -> None:
    """Check no permission where the document has an operation of one of the kinds."""

    @override(app, "authorize")
    def authorize(inner: Step, request: Request) -> None:
        if request.kind not in kinds or app.access.tokens.forbidden not in request.headers.get("authorization", ""):
            inner(request)


@fault(
    "permission-checked-of-updates-only",
    "read.authz.insufficient list.authz.insufficient create.authz.insufficient delete.authz.insufficient",
)
def updates_only(app: App) -> None:
    """Permissions are checked of updates and of nothing else."""
    unchecked(app, OperationKind.READ, OperationKind.LIST, OperationKind.CREATE, OperationKind.DELETE)


@fault("unknown-id-lists-all", "read.route.unknownid.status read.resp.object")
def lists_all(app: App) -> None:
    """A read of an id that no object has is answered with the list of all objects."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.method in {"GET", "HEAD"} and request.entity not in app.store.objects(request):
            request.entity = ""
        if request.entity:
            inner(request)


@fault("unknown-id-read-500", "read.error.no5xx")
def unknown_crash(app: App) -> None:
    """A read of an id that nothing has makes the server fail."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.kind is OperationKind.READ and request.entity not in app.store.objects(request):
            raise RuntimeError("no row")
        inner(request)


@fault("select-empties-the-object", "read.route.queryoptions", gates=False)
def select_empties(app: App) -> None:
    """A read with $select shows the id and nothing of what was selected."""

    @override(app, "shown")
    def shown(inner: Step, request: Request) -> Json:
        found = inner(request)
        return {"id": found["id"]} if request.kind is OperationKind.READ and "select=" in request.query else found


@fault("accept-json-refused-of-reads", "read.req.accept.json")
def accept_refused(app: App) -> None:
    """A read that accepts application/json is answered 406."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        inner(request)
        if request.kind is OperationKind.READ and request.headers.get("accept", "").startswith("application/json"):
            raise Refusal(406, "NotAcceptable", "Not here.")


@fault("read-has-a-tag-of-its-own", "update.etag.consistent", gates=False, about=OperationKind.READ)
def other_tag(app: App) -> None:
    """The ETag of a read is not the one of the update's answer: it is new each time."""
    strong(app)

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        if request.kind is OperationKind.READ and reply.status == 200:
            reply.headers["ETag"] = f'"{request.id[:8]}"'
        return reply


@fault("reads-show-texts-as-numbers", "read.type.string list.type.string")
def texts_as_numbers(app: App) -> None:
    """Reads and lists show the last text as a number."""
    name = names(app, TypeKind.STRING)[-1]

    @override(app, "represent")
    def represent(inner: Step, request: Request, entity: JsonObject) -> Json:
        shown = inner(request, entity)
        return {**shown, name: 7} if request.method == "GET" and shown.get(name) is not None else shown


@fault("accept-xml-500-of-reads", "read.req.accept.other list.req.accept.other read.error.no5xx list.error.no5xx")
def accept_xml(app: App) -> None:
    """A read or a list that asks for XML is answered 500."""

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        if "xml" in request.headers.get("accept", ""):
            raise Refusal(500, "InternalServerError", "An error occurred.")
        reply: Reply = inner(request)
        return reply


@fault("allow-of-a-bare-router", "read.method.allow list.method.allow create.method.allow", gates=False)
def bare_router(app: App) -> None:
    """Allow names OPTIONS and nothing else."""

    @override(app, "allow")
    def allow(inner: Step, request: Request) -> str:
        return "OPTIONS" if request.method == "OPTIONS" else str(inner(request))


def cut_short(app: App, *kinds: OperationKind, least: int = 200, every: int = 10) -> None:
    """Let some answers to some kinds of operations, those with a status from `least` on, end early."""
    counted = dict.fromkeys(kinds, 0)

    @override(app, "send")
    async def send(inner: Step, request: Request, reply: Reply, send: Send) -> None:
        body = app.answers.render(request, reply)
        mine = request.kind in counted and reply.status >= least and len(body) > 20
        if mine and request.kind is not None:
            counted[request.kind] += 1
        if not mine or request.kind is None or counted[request.kind] % every:
            await inner(request, reply, send)
            return
        await break_off(app, request, reply, send)


@fault("reads-cut-short", "read.resp.framing list.resp.framing")
def reads_cut_short(app: App) -> None:
    """Every tenth read or list ends before its length says."""
    cut_short(app, OperationKind.READ, OperationKind.LIST)
