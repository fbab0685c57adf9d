"""Faults of routes, keys and methods."""

from __future__ import annotations

import re
import uuid

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.routes import Place
from graph_contracts.reference.store import Objects, Store
from graph_contracts.reference.tools import Step, kept, names, override


def _further(request: Request) -> bool:
    return request.operation is not None and request.operation.alias > 0


@fault("first-path-refuses-updates", "route.provisioning")
def first_read_only(app: App) -> None:
    """The page's first path can be read but refuses every update with 405; the further ones are perfect."""

    @override(app, "allow")
    def allow(inner: Step, request: Request) -> str:
        return inner(request) if _further(request) else "GET, HEAD, OPTIONS"


@fault("alias2-missing", "route.directoryprovisioning")
def alias2_missing(app: App) -> None:
    """The page's second path is not routed at all; the first one is perfect."""

    @override(app, "locate")
    def locate(inner: Step, segments: tuple[str, ...]) -> Place | None:
        found = inner(segments)
        operation = found.operation("") if found else None
        return None if operation and operation.alias else found


@fault("alias2-noop", "route.directoryprovisioning persist.read")
def alias2_noop(app: App) -> None:
    """The second path answers 200 with a plausible object and writes nothing."""

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        with kept(app, request, lambda: _further(request)):
            return await inner(request)


@fault("alias2-read-only", "route.directoryprovisioning")
def alias2_read_only(app: App) -> None:
    """The second path can be read but refuses every update with 405."""

    @override(app, "allow")
    def allow(inner: Step, request: Request) -> str:
        return "GET, HEAD, OPTIONS" if _further(request) else inner(request)


@fault("alias-stores-diverge", "route.alias.sameobject", gates=False)
def alias_stores_diverge(app: App) -> None:
    """Each path keeps a copy of its own: what is written through one is not seen through the other."""
    other = Store(app.store.size)

    @override(app, "objects")
    def objects(inner: Step, request: Request) -> Objects:
        return other.collection(request.resource) if _further(request) else inner(request)


@fault("unknown-id-phantom-200", "route.unknownid.phantom")
def unknown_id_phantom(app: App) -> None:
    """An update of an unknown id is answered 200 with the request echoed; nothing exists afterwards."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.method != "PATCH" or not _guid(request.entity):
            inner(request)

    @override(app, "patch")
    async def patch(inner: Step, request: Request) -> Reply:
        if request.entity in app.store.objects(request):
            return await inner(request)
        return Reply(200, {"id": request.entity, **app.bodies.check(request, app.bodies.parse(request.body))})


@fault("upsert-on-unknown-ids", "route.unknownid.status", gates=False)
def upsert(app: App) -> None:
    """An update of an unknown id creates the object."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.method == "PATCH" and _guid(request.entity):
            app.store.objects(request).setdefault(request.entity, {"id": request.entity})
        inner(request)


def _guid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


@fault("malformed-id-500", "error.no5xx route.malformedid")
def malformed_id(app: App) -> None:
    """An id with a quote, a percent sign or too many characters reaches the database and fails there."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if any(char in request.entity for char in "'%\0") or len(request.entity) > 900:
            raise RuntimeError("syntax error in statement")
        inner(request)


@fault("id-beyond-ascii-500", "error.no5xx route.malformedid")
def foreign_id(app: App) -> None:
    """An id with letters beyond ASCII makes the server fail."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if not request.entity.isascii():
            raise RuntimeError("no such encoding")
        inner(request)


@fault("encoded-id-not-found", "route.encoding", gates=False)
def encoded_id(app: App) -> None:
    """Ids are compared as they stand in the path, percent-encoded or not."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        raw = (request.scope.get("raw_path") or b"").decode("latin-1").partition("?")[0]
        if re.search(r"%(?:2D|3\d|[46][1-9A-F]|[57][\dA])", raw, re.IGNORECASE):
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")
        inner(request)


@fault("id-prefix-match", "route.exactid")
def id_prefix(app: App) -> None:
    """Objects are looked up by prefix or pattern: a shortened id, or %, updates a real object."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        wanted = request.entity
        if wanted not in app.store.objects(request) and (len(wanted) > 8 or wanted in {"%", "*"}):
            known = (
                entity for entity in app.store.objects(request) if wanted in {"%", "*"} or entity.startswith(wanted)
            )
            request.entity = next(known, wanted)
        inner(request)


@fault("extra-path-segments-ignored", "route.exactid")
def extra_segments(app: App) -> None:
    """Whatever follows the id in the path is ignored."""

    @override(app, "route")
    def route(inner: Step, request: Request) -> None:
        ends = range(len(request.segments), 0, -1)
        request.segments = next(
            (s for end in ends if app.addresses.locate(s := request.segments[:end])), request.segments
        )
        inner(request)


@fault("collection-path-updates-all", "route.nokey")
def collection_updates(app: App) -> None:
    """An update of the collection's path is applied to every object."""

    @override(app, "allow")
    def allow(inner: Step, request: Request) -> str:
        return "GET, HEAD, OPTIONS, PATCH" if not request.entity else inner(request)

    @override(app, "patch")
    async def patch(inner: Step, request: Request) -> Reply:
        if request.entity:
            return await inner(request)
        body = app.bodies.check(request, app.bodies.parse(request.body))
        for entity in app.store.objects(request):
            request.entity = entity
            await app.changes.write(request, body)
        return Reply(200, {"value": list(app.store.objects(request).values())})


@fault("case-folded-ids", "route.variants", gates=False)
def case_folded(app: App) -> None:
    """An id in upper case selects another object than the one in lower case."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.entity not in app.store.objects(request) and request.entity.lower() in app.store.objects(request):
            others = [entity for entity in app.store.objects(request) if entity != request.entity.lower()]
            request.entity = others[0] if others else request.entity
        inner(request)


@fault("405-no-allow", "method.405allow")
def no_allow(app: App) -> None:
    """A method that an object doesn't have is answered 405 without Allow."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        reply.headers.pop("Allow", None)
        return reply


@fault("allow-without-patch", "method.allow", gates=False)
def wrong_allow(app: App) -> None:
    """Allow lists GET and POST and forgets PATCH."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply = inner(request, refusal)
        if "Allow" in reply.headers:
            reply.headers["Allow"] = "GET, POST"
        return reply

    @override(app, "perform")
    async def perform(inner: Step, request: Request) -> Reply:
        reply = await inner(request)
        if "Allow" in reply.headers:
            reply.headers["Allow"] = "GET, POST"
        return reply


@fault("select-is-an-update-mask", "route.queryoptions", gates=False)
def select_wipes(app: App) -> None:
    """With $select, whatever is not selected is set to null."""
    every = names(app, TypeKind.STRING)

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        if "select=" in request.query:
            chosen = request.query.partition("select=")[2].split("&")[0].replace("%2C", ",").split(",")
            body = {**{name: None for name in every if name not in chosen}, **body}
        await inner(request, body)


@fault("custom-query-options-refused", "route.queryoptions", gates=False)
def query_refused(app: App) -> None:
    """A query option that the server doesn't know is refused."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        inner(request)
        if request.query and "select" not in request.query:
            raise Refusal(400, "BadRequest", "Unknown query option.")


@fault("405-touches-the-object", "error.nochange")
def touches(app: App) -> None:
    """A method that is answered 405 touches the object all the same."""
    name = names(app, TypeKind.STRING)[-1]

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        if request.method in {"POST", "PUT", "FROB"} and request.entity:
            app.store.objects(request)[request.entity] = {**app.store.objects(request)[request.entity], name: "touched"}
        inner(request)
