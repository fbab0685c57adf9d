"""Objects listed, made and deleted differently, and rightly."""

from __future__ import annotations

import itertools
import re
import time
import uuid

from graph_contracts.contract import OperationKind, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference import query
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.store import Objects, made
from graph_contracts.reference.tools import Step, names, override

PLAIN = frozenset({TypeKind.STRING, TypeKind.INT32, TypeKind.BOOLEAN, TypeKind.DOUBLE})

# -- lists ------------------------------------------------------------------------------------------------------------


@variation("pages-of-one", about=OperationKind.LIST)
def pages_of_one(app: App) -> None:
    """A list comes in pages of one object."""
    override(app, "page_size")(lambda inner, request: 1)


@variation("pages-of-two-with-relative-links", about=OperationKind.LIST)
def relative_links(app: App) -> None:
    """A list comes in pages of two objects; the links between them are relative."""
    override(app, "page_size")(lambda inner, request: 2)

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        reply = inner(request, asked, status)
        if link := reply.value.get("@odata.nextLink"):
            reply.value["@odata.nextLink"] = f"{request.segments[-1]}?{link.partition('?')[2]}"
        return reply


@variation("list-counted-and-in-context", about=OperationKind.LIST)
def counted(app: App) -> None:
    """A list has @odata.context in front and @odata.count, asked for or not."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        reply = inner(request, {**asked, "$count": "true"}, status)
        context = f"https://graph.example/beta/$metadata#{'/'.join(request.segments)}"
        reply.value = {"@odata.context": context, **reply.value}
        return reply


@variation("list-in-another-order-each-time", about=OperationKind.LIST)
def another_order(app: App) -> None:
    """A list that is not sorted comes in another order each time."""
    turns = itertools.count()

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        if request.kind is OperationKind.LIST and "orderby" not in request.query and isinstance(reply.value, dict):
            items = reply.value["value"]
            at = next(turns) % (len(items) or 1)
            reply.value = {**reply.value, "value": [*items[at:], *items[:at]]}
        return reply


@variation("top-ignored", about=OperationKind.LIST)
def top_ignored(app: App) -> None:
    """$top is accepted, and as many objects listed as the server likes."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        return inner(request, {name: value for name, value in asked.items() if name != "$top"}, status)


@variation("options-without-their-sign", about=OperationKind.LIST)
def without_signs(app: App) -> None:
    """Query options may be named without their `$`, as OData 4.01 has it."""

    @override(app, "route")
    def route(inner: Step, request: Request) -> None:
        inner(request)
        asked = query.options(request.query)
        if request.kind is OperationKind.LIST and any(f"${name}" in query.KNOWN for name in asked):
            request.query = query.encoded({f"${n}" if f"${n}" in query.KNOWN else n: v for n, v in asked.items()})


@variation("query-options-refused", about=OperationKind.LIST)
def options_refused(app: App) -> None:
    """Of OData's query options none is known: each is answered 400."""

    @override(app, "get")
    def get(inner: Step, request: Request) -> Reply:
        asked = {name for name in query.options(request.query) if name.startswith("$")} - {"$skiptoken"}
        if request.documented and asked:
            raise Refusal(400, "BadRequest", "Query options are not supported.")
        return inner(request)


# -- creations --------------------------------------------------------------------------------------------------------


@variation("created-eventually-listed", about=OperationKind.CREATE)
def eventually(app: App) -> None:
    """A new object is read at once and listed a twentieth of a second later."""
    due: dict[str, float] = {}

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        due[request.entity] = time.monotonic() + 0.05

    @override(app, "visible")
    def visible(inner: Step, request: Request) -> Objects:
        objects, now = inner(request), time.monotonic()
        return objects if request.entity else {n: value for n, value in objects.items() if due.get(n, 0) <= now}


@variation("clients-id-taken", about=OperationKind.CREATE)
def client_id(app: App) -> None:
    """An id that the client sends is the new object's, where it is a string and free."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        checked = inner(request, value)
        given = value.get("id")
        if request.kind is OperationKind.CREATE and given is not None:
            if not isinstance(given, str) or not given:
                raise Refusal(400, "Request_BadRequest", "The value of 'id' is not valid.")
            if given in app.store.objects(request):
                raise Refusal(409, "Request_Conflict", "An object with this id exists.")
            request.wanted = given  # type: ignore[attr-defined]
        return checked

    @override(app, "new_id")
    def new_id(inner: Step, request: Request) -> Json:
        return getattr(request, "wanted", None) or inner(request)


@variation("clients-id-refused", about=OperationKind.CREATE)
def client_id_refused(app: App) -> None:
    """A creation with an id is answered 400."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if request.kind is OperationKind.CREATE and isinstance(value, dict) and "id" in value:
            raise Refusal(400, "Request_BadRequest", "The id is the server's to give.")
        return inner(request, value)


@variation("names-are-unique", about=OperationKind.CREATE)
def names_are_unique(app: App) -> None:
    """A creation with the first text of another object is answered 409."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        checked = inner(request, value)
        if request.kind is OperationKind.CREATE:
            name = names(app, TypeKind.STRING)[0]
            taken = [entity.get(name) for entity in app.store.objects(request).values() if entity.get(name) is not None]
            if checked.get(name) is None:
                raise Refusal(400, "Request_BadRequest", f"{name} must be given.")
            if checked[name] in taken:
                raise Refusal(409, "Request_Conflict", f"Another object has this {name}.")
        return checked


@variation("location-left-out", about=OperationKind.CREATE)
def no_location(app: App) -> None:
    """A creation that shows the object doesn't tell its address."""
    _location(app, lambda request, address: None)


@variation("location-is-a-path", about=OperationKind.CREATE)
def location_path(app: App) -> None:
    """A creation tells the object's address as an absolute path."""
    _location(app, lambda request, address: f"/{address.split('//')[-1].partition('/')[2]}")


@variation("location-with-key-in-parentheses", about=OperationKind.CREATE)
def location_key(app: App) -> None:
    """A creation tells the object's address with the key in parentheses, which leads there too."""
    _location(app, lambda request, address: f"{address.rpartition('/')[0]}('{request.entity}')")

    @override(app, "route")
    def route(inner: Step, request: Request) -> None:
        *parents, last = request.segments or ("",)
        name, _, key = last.partition("('")
        if key.endswith("')") and app.addresses.locate(request.segments) is None:
            request.segments = (*parents, name, key[:-2])
        inner(request)


def _location(app: App, change: Step) -> None:
    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply = inner(request, body)
        if "Location" in reply.headers and reply.status != 204:
            address = change(request, reply.headers.pop("Location"))
            reply.headers |= {"Location": address} if address else {}
        return reply


@variation("creation-fills-in-defaults", about=OperationKind.CREATE)
def defaults(app: App) -> None:
    """What a creation leaves out gets a default instead of null."""

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        stored = app.store.objects(request)[request.entity]
        declared = request.resource.type.properties.values()
        plain = {each.name: each.type for each in declared if each.type.kind in PLAIN and each.name != "id"}
        stored.update({name: made(type_, None, 1) for name, type_ in plain.items() if name not in body})


# -- deletions --------------------------------------------------------------------------------------------------------


@variation("second-delete-204", about=OperationKind.DELETE)
def again(app: App) -> None:
    """Deleting what is gone, or never was, is answered 204."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.kind is not OperationKind.DELETE:
            inner(request)

    @override(app, "delete")
    async def delete(inner: Step, request: Request) -> Reply:
        return (
            await inner(request) if request.entity in app.store.objects(request) else app.changes.deleted(request, {})
        )


@variation("deleted-is-410", about=OperationKind.DELETE)
def gone(app: App) -> None:
    """What was deleted is kept aside, and answered 410 from then on."""
    aside: set[str] = set()

    @override(app, "remove")
    def remove(inner: Step, request: Request) -> None:
        inner(request)
        if request.kind is OperationKind.DELETE:
            aside.add(request.entity)

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        if request.entity in aside:
            raise Refusal(410, "Gone", "The object was deleted.")
        inner(request)


@variation("deleted-lags-in-lists", about=OperationKind.DELETE)
def lags(app: App) -> None:
    """A deleted object is not found at once, and listed for another twentieth of a second."""
    leaving: dict[tuple[str, str], tuple[float, Json]] = {}

    @override(app, "remove")
    def remove(inner: Step, request: Request) -> None:
        if request.kind is OperationKind.DELETE:
            left = app.store.objects(request)[request.entity]
            leaving[request.tenant, request.entity] = (time.monotonic() + 0.05, left)
        inner(request)

    @override(app, "visible")
    def visible(inner: Step, request: Request) -> Objects:
        objects, now = inner(request), time.monotonic()
        late = leaving.items() if not request.entity else ()
        return objects | {n: value for (of, n), (until, value) in late if now < until and of == request.tenant}


@variation("ids-are-texts", about=OperationKind.CREATE)
def texts(app: App) -> None:
    """The ids of new objects are texts in small and capital letters."""

    @override(app, "new_id")
    def new_id(inner: Step, request: Request) -> Json:
        return f"Book-{uuid.UUID(str(inner(request))).int % 10**9}-x"


@variation("ids-of-one-format", about=OperationKind.CREATE)
def one_format(app: App) -> None:
    """The ids of new objects are of one format; an id of another is answered 400, and one that nothing has 404."""
    numbers = itertools.count(17)

    @override(app, "new_id")
    def new_id(inner: Step, request: Request) -> Json:
        return f"bk_{next(numbers):07}"

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        known = request.entity in app.store.objects(request)
        if not known and not re.fullmatch(r"bk_[0-9]{7}", request.entity):
            raise Refusal(400, "BadRequest", "The id is not valid.")
        inner(request)


@variation("first-pages-are-empty", about=OperationKind.LIST)
def empty_first(app: App) -> None:
    """A list comes after three pages without objects, which have links."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        at = int(asked.get("page", "0"))
        if at >= 3 or "$skiptoken" in asked:
            whole: Reply = inner(request, asked, status)
            return whole
        rest = query.encoded({**asked, "page": str(at + 1)})
        return Reply(status, {"value": [], "@odata.nextLink": f"{app.addresses.url(request)}?{rest}"})
