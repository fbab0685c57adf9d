"""Faults of deleting."""

from __future__ import annotations

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.faults.reading import cut_short, open_to_all, unchecked
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.routes import Role
from graph_contracts.reference.store import Objects
from graph_contracts.reference.tools import Step, override
from graph_contracts.reference.validators import strong, weak


def _deletes(app: App, change: Step) -> None:
    """Do something else with an object that is deleted: `change(request, inner)`, where `inner` takes it away."""

    @override(app, "remove")
    def remove(inner: Step, request: Request) -> None:
        if request.kind is OperationKind.DELETE:
            change(request, inner)
        else:
            inner(request)


@fault("delete-does-nothing", "delete.persist.read")
def nothing(app: App) -> None:
    """A deletion is answered and the object stays."""
    _deletes(app, lambda request, inner: None)


@fault("first-delete-does-nothing", "delete.persist.read")
def first_nothing(app: App) -> None:
    """An object is gone only when it was deleted twice."""
    asked: set[str] = set()

    def change(request: Request, inner: Step) -> None:
        if request.entity in asked:
            inner(request)
        asked.add(request.entity)

    _deletes(app, change)


@fault("deleted-still-listed", "delete.persist.read", about=OperationKind.DELETE)
def still_listed(app: App) -> None:
    """A deleted object is not found by its id and still listed."""
    _remembered(app, listed=True)


@fault("deleted-still-read", "delete.persist.read")
def still_read(app: App) -> None:
    """A deleted object is no longer listed and still read by its id."""
    _remembered(app, listed=False)


def _remembered(app: App, *, listed: bool) -> None:
    gone: JsonObject = {}

    def change(request: Request, inner: Step) -> None:
        gone[request.entity] = app.store.objects(request)[request.entity]
        inner(request)

    _deletes(app, change)

    @override(app, "visible")
    def visible(inner: Step, request: Request) -> Objects:
        return inner(request) if listed == bool(request.entity) else {**inner(request), **gone}

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if listed or request.method not in {"GET", "HEAD"} or request.entity not in gone:
            inner(request)


@fault("deleted-only-emptied", "delete.persist.read")
def emptied(app: App) -> None:
    """A deletion unsets every property; the object stays."""

    def change(request: Request, _: Step) -> None:
        objects = app.store.objects(request)
        objects[request.entity] = {n: v if n == "id" else None for n, v in objects[request.entity].items()}

    _deletes(app, change)


@fault("delete-takes-the-neighbour-too", "delete.isolation.objects")
def neighbour(app: App) -> None:
    """A deletion takes the object next to it away as well."""

    def change(request: Request, inner: Step) -> None:
        keys = list(app.store.objects(request))
        at = keys.index(request.entity)
        inner(request)
        for other in keys[at - 1 : at] if at else keys[1:2]:
            app.store.objects(request).pop(other)

    _deletes(app, change)


@fault("delete-empties-the-collection", "delete.isolation.objects")
def empties(app: App) -> None:
    """A deletion takes every object away."""
    _deletes(app, lambda request, inner: app.store.objects(request).clear())


@fault("delete-by-prefix", "delete.route.exactid")
def prefix(app: App) -> None:
    """An object is deleted by the first part of its id."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.kind is OperationKind.DELETE and len(request.entity) > 6:
            known = (entity for entity in app.store.objects(request) if entity.startswith(request.entity))
            request.entity = next(known, request.entity)
        inner(request)


@fault("delete-without-key-empties", "delete.route.nokey")
def no_key(app: App) -> None:
    """DELETE on the collection's path takes every object away."""
    _without_key(app, empty=True)


@fault("delete-without-key-says-done", "delete.route.nokey", gates=False)
def no_key_done(app: App) -> None:
    """DELETE on the collection's path is answered 204 and does nothing."""
    _without_key(app, empty=False)


def _without_key(app: App, *, empty: bool) -> None:
    def meant(request: Request) -> bool:
        return request.method == "DELETE" and request.place is not None and request.place.role is Role.COLLECTION

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        if not meant(request):
            inner(request)

    @override(app, "delete")
    async def delete(inner: Step, request: Request) -> Reply:
        if not meant(request):
            return await inner(request)
        if empty:
            app.store.objects(request).clear()
        return Reply(204, body=b"")


@fault("second-delete-500", "delete.idempotent delete.error.no5xx")
def second_crash(app: App) -> None:
    """Deleting what is gone makes the server fail."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.kind is OperationKind.DELETE and request.entity not in app.store.objects(request):
            raise RuntimeError("no row was deleted")
        inner(request)


@fault("second-delete-409", "delete.idempotent", gates=False)
def second_conflict(app: App) -> None:
    """Deleting what was deleted is answered 409."""
    gone: set[str] = set()

    def change(request: Request, inner: Step) -> None:
        gone.add(request.entity)
        inner(request)

    _deletes(app, change)

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.kind is OperationKind.DELETE and request.entity in gone:
            raise Refusal(409, "Conflict", "The object is being deleted.")
        inner(request)


@fault("delete-answers-200", "delete.status.success")
def ok(app: App) -> None:
    """A deletion is answered 200 with a message."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        return Reply(200, {"deleted": request.entity}) if request.kind is OperationKind.DELETE else reply


@fault("delete-needs-a-media-type", "delete.status.success")
def media_type(app: App) -> None:
    """A deletion without Content-Type is answered 415."""

    @override(app, "delete")
    async def delete(inner: Step, request: Request) -> Reply:
        app.bodies.media_type(request)
        return await inner(request)


@fault("delete-not-allowed", "delete.route.documented")
def not_allowed(app: App) -> None:
    """DELETE is answered 405."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        if request.kind is OperationKind.DELETE:
            raise Refusal(405, "Request_BadRequest", "The method is not allowed here.", Allow="GET, HEAD, OPTIONS")
        inner(request)


@fault("stale-tag-deletes", "delete.cond.stale")
def stale(app: App) -> None:
    """Tags are sent and honoured by updates; a deletion with a superseded one is performed."""
    weak(app)

    @override(app, "precondition")
    def precondition(inner: Step, request: Request) -> None:
        if request.method != "DELETE":
            inner(request)


@fault("foreign-tag-deletes", "delete.cond.notag", gates=False)
def no_tag(app: App) -> None:
    """A deletion with a tag that no object has is performed."""

    @override(app, "precondition")
    def precondition(inner: Step, request: Request) -> None:
        if request.method != "DELETE":
            inner(request)


@fault("no-tag-lets-a-deletion-through", "delete.cond.match")
def never_matches(app: App) -> None:
    """Tags are sent, and a deletion with any If-Match is answered 412."""
    strong(app)

    @override(app, "precondition")
    def precondition(inner: Step, request: Request) -> None:
        inner(request)
        if request.method == "DELETE" and "if-match" in request.headers:
            raise Refusal(412, "PreconditionFailed", "The precondition does not hold.")


@fault("delete-401-but-gone", "delete.auth.notapplied")
def gone_401(app: App) -> None:
    """Credentials are checked after the object is gone."""
    _late(app, "authenticate", 401)


@fault("delete-403-but-gone", "delete.auth.notapplied delete.authz.insufficient")
def gone_403(app: App) -> None:
    """Permissions are checked after the object is gone."""
    _late(app, "authorize", 403)


def _late(app: App, step: str, status: int) -> None:
    @override(app, step)
    def late(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal as refusal:
            if refusal.status == status and request.method == "DELETE":
                app.addresses.route(request)
                if request.kind is OperationKind.DELETE:
                    app.changes.remove(request)
            raise


@fault("deletions-need-no-token", "delete.auth.required")
def no_token(app: App) -> None:
    """Objects are deleted without credentials."""
    open_to_all(app, OperationKind.DELETE)


@fault("deletions-need-no-permission", "delete.authz.insufficient")
def no_permission(app: App) -> None:
    """Whoever has a token may delete."""
    unchecked(app, OperationKind.DELETE)


@fault("refused-deletion-performed", "delete.error.nochange")
def refused(app: App) -> None:
    """A deletion that is answered 412 is performed all the same."""

    @override(app, "precondition")
    def precondition(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal:
            if request.kind is OperationKind.DELETE:
                app.changes.remove(request)
            raise


@fault("refused-deletions-cut-short", "delete.resp.framing")
def answers_cut_short(app: App) -> None:
    """What is said of a refused deletion ends before its length says."""
    cut_short(app, OperationKind.DELETE, least=400, every=1)
