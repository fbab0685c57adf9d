"""Faults of listing."""

from __future__ import annotations

from urllib.parse import parse_qsl

from graph_contracts.contract import OperationKind, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.faults.reading import open_to_all
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, names, override


def _lists(app: App, change: Step) -> None:
    """Change the message of a documented list: `change(value)` returns what is sent instead."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        if request.kind is OperationKind.LIST and isinstance(reply.value, dict):
            reply.value = change(reply.value)
        return reply


def _items(app: App, change: Step) -> None:
    """Change the items of a documented list: `change(items)` returns those shown."""
    _lists(app, lambda value: {**value, "value": change(value["value"])})


@fault("list-is-a-bare-array", "list.resp.object")
def bare(app: App) -> None:
    """A list is an array, not an object with `value`."""
    _lists(app, lambda value: value["value"])


@fault("list-under-another-name", "list.resp.object")
def renamed(app: App) -> None:
    """The objects of a list are called `items`."""
    _lists(app, lambda value: {"items" if name == "value" else name: item for name, item in value.items()})


@fault("list-of-ids", "list.resp.object")
def ids(app: App) -> None:
    """A list has the objects' ids instead of the objects."""
    _items(app, lambda items: [item["id"] for item in items])


@fault("list-of-one-is-no-array", "list.resp.object")
def collapsed(app: App) -> None:
    """A list of one object has it as `value`, and one of none has null."""
    _items(app, lambda items: items if len(items) > 1 else items[0] if items else None)


@fault("list-shows-objects-twice", "list.body.id")
def twice(app: App) -> None:
    """A list shows every object twice."""
    _items(app, lambda items: [*items, *items])


@fault("list-items-without-ids", "list.body.id")
def no_ids(app: App) -> None:
    """The objects of a list have no id."""
    _items(app, lambda items: [{name: value for name, value in item.items() if name != "id"} for item in items])


@fault("list-items-share-an-id", "list.body.id")
def one_id(app: App) -> None:
    """Every object of a list is shown with the id of the first."""
    _items(app, lambda items: [{**item, "id": items[0]["id"]} for item in items])


@fault("list-lacks-a-property", "list.body.allproperties", gates=False)
def lacks(app: App) -> None:
    """A list leaves out a documented property that reads show."""
    name = names(app, TypeKind.STRING)[-1]
    _items(app, lambda items: [{key: value for key, value in item.items() if key != name} for item in items])


@fault("list-misses-the-last-object", "list.body.allproperties")
def misses(app: App) -> None:
    """The last object is read by its id and never listed."""
    _items(app, lambda items: items[:-1])


@fault("list-shows-nothing", "list.body.allproperties")
def nothing(app: App) -> None:
    """A list is always empty."""
    _items(app, lambda _: [])


@fault("list-differs-from-reads", "list.persist.sameasread", gates=False)
def differs(app: App) -> None:
    """A list shows one string in upper case."""
    name = names(app, TypeKind.STRING)[0]
    _items(app, lambda items: [{**i, name: i[name].upper()} if isinstance(i.get(name), str) else i for i in items])


@fault("list-is-kept-from-the-first-time", "list.body.allproperties")
def cached(app: App) -> None:
    """A list shows what it showed when it was first asked for."""
    seen: JsonObject = {}

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        if request.kind is OperationKind.LIST and reply.value is not None:
            reply.value = seen.setdefault(f"{request.path}?{request.query}", reply.value)
        return reply


@fault("listing-changes-objects", "list.persist.sameasread", gates=False)
def changes(app: App) -> None:
    """Each listing adds a letter to a string of every object."""
    name = names(app, TypeKind.STRING)[0]

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        if request.kind is OperationKind.LIST:
            for entity, stored in list(app.store.objects(request).items()):
                if isinstance(stored.get(name), str):
                    app.store.objects(request)[entity] = {**stored, name: f"{stored[name]}+"}
        return reply


@fault("every-other-list-is-empty", "list.idempotent", gates=False)
def every_other(app: App) -> None:
    """Every other listing shows nothing."""
    counted = {"lists": 0}

    def change(items: list[Json]) -> list[Json]:
        counted["lists"] += 1
        return items if counted["lists"] % 2 else []

    _items(app, change)


@fault("list-answers-206", "list.status.success")
def partial(app: App) -> None:
    """A list is answered 206."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        reply = inner(request, reply)
        reply.status = 206 if request.kind is OperationKind.LIST and reply.status == 200 else reply.status
        return reply


@fault("list-not-found", "list.route.documented")
def not_found(app: App) -> None:
    """Objects are read one by one, and their list is not found."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        if request.kind is OperationKind.LIST:
            raise Refusal(404, "ResourceNotFound", "The resource does not exist.")
        inner(request)


@fault("lists-need-no-token", "list.auth.required")
def no_token(app: App) -> None:
    """Objects are listed without credentials."""
    open_to_all(app, OperationKind.LIST)


@fault("other-tenants-list", "list.authz.crosstenant")
def other_tenant(app: App) -> None:
    """A token of another tenant lists the objects."""

    @override(app, "authorize")
    def authorize(inner: Step, request: Request) -> None:
        if request.kind is not OperationKind.LIST or app.access.tokens.foreign not in request.headers.get(
            "authorization", ""
        ):
            inner(request)


@fault("top-500", "list.error.no5xx")
def top_crash(app: App) -> None:
    """A list with $top makes the server fail."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        if "$top" in asked:
            raise RuntimeError("LIMIT needs a number")
        return inner(request, asked, status)


@fault("select-wrong-in-lists", "list.route.queryoptions", gates=False)
def select_wrong(app: App) -> None:
    """With $select a list shows everything but what was selected."""

    @override(app, "success")
    def success(inner: Step, request: Request, reply: Reply) -> Reply:
        wanted = dict(parse_qsl(request.query)).get("$select", "").split(",")
        if request.kind is OperationKind.LIST and wanted != [""]:
            shown = [{n: v for n, v in each.items() if n not in wanted} for each in app.store.objects(request).values()]
            return Reply(200, {"value": shown})
        return inner(request, reply)


# -- pages ------------------------------------------------------------------------------------------------------------


def _links(app: App, change: Step) -> None:
    """Show pages of one object, and change the link to the next: `change(link)` returns what stands there."""
    override(app, "page_size")(lambda inner, request: 1)

    def linked(value: JsonObject) -> JsonObject:
        link = value.get("@odata.nextLink")
        return {**value, "@odata.nextLink": change(link)} if link else value

    _lists(app, linked)


@fault("next-page-not-there", "list.route.nextlink")
def nowhere(app: App) -> None:
    """The link to the next page leads nowhere."""
    _links(app, lambda link: link.replace("?", "/next/page?"))


@fault("next-page-again-the-first", "list.route.nextlink")
def loop(app: App) -> None:
    """The link to the next page leads to the first one."""
    _links(app, lambda link: link.partition("?")[0])


@fault("next-page-of-another-host", "list.route.nextlink")
def elsewhere(app: App) -> None:
    """The link to the next page leads to another host."""
    _links(app, lambda link: f"https://graph.example/elsewhere?{link.partition('?')[2]}")


@fault("no-link-to-the-next-page", "list.body.allproperties")
def no_link(app: App) -> None:
    """A list is cut after one object, and says nothing of the rest."""
    override(app, "page_size")(lambda inner, request: 1)
    _lists(app, lambda value: {name: item for name, item in value.items() if name != "@odata.nextLink"})


@fault("pages-overlap", "list.body.id")
def overlap(app: App) -> None:
    """Pages of two begin with the object that the page before ended with."""
    override(app, "page_size")(lambda inner, request: 2)

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        last = asked.get("$skiptoken", "").partition(".")[2]
        if not last:
            return inner(request, asked, status)
        first = app.reads.represent(request, dict(app.store.objects(request).get(last, {"id": last})))
        reply = inner(request, asked, status)
        reply.value = {**reply.value, "value": [first, *reply.value["value"]]}
        return reply


@fault("page-size-applied-lies", "list.req.prefer.applied", gates=False)
def lies(app: App) -> None:
    """Preference-Applied names the page size that was wished for, beside all objects."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        given = request.headers.get("prefer", "")
        request.headers = {name: value for name, value in request.headers.items() if name != "prefer"}
        reply = inner(request, asked, status)
        if "maxpagesize" in given:
            reply.headers["Preference-Applied"] = given
        return reply


@fault("list-refusals-are-text", "list.error.envelope", gates=False)
def refusals_are_text(app: App) -> None:
    """What a list refuses is answered with a line of text."""

    @override(app, "refuse")
    def refuse(inner: Step, request: Request, refusal: Refusal) -> Reply:
        reply: Reply = inner(request, refusal)
        if request.kind is OperationKind.LIST and refusal.status == 400:
            reply.value, reply.body, reply.media = None, str(refusal).encode(), "text/plain"
        return reply


@fault("list-tag-unquoted", "list.etag.syntax")
def tag_unquoted(app: App) -> None:
    """A list has an ETag without quotes."""

    @override(app, "headers")
    def headers(inner: Step, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        fields: list[tuple[str, str]] = inner(request, reply, body)
        return [*fields, ("ETag", "list-1")] if request.kind is OperationKind.LIST and reply.status == 200 else fields
