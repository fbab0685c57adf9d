"""Faults of lists in pages."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import Step, override

NEXT = "@odata.nextLink"


def _pages(app: App, change: Callable[[Request, dict[str, str], JsonObject], JsonObject]) -> None:
    """Show pages of one object: `change(request, asked, value)` returns what a page is."""
    app.reads.page_size = lambda request: 1  # type: ignore[method-assign]

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        reply: Reply = inner(request, asked, status)
        reply.value = change(request, asked, reply.value)
        return reply


@fault("next-pages-in-a-circle", "list.route.nextlink")
def circle(app: App) -> None:
    """The last page has a link to the second."""

    def change(request: Request, asked: dict[str, str], value: JsonObject) -> JsonObject:
        if NEXT in value or "$skiptoken" not in asked:
            return value
        first = next(iter(app.reads.visible(request)), "")
        return {**value, NEXT: f"{app.addresses.url(request)}?$skiptoken=1.{first}"}

    _pages(app, change)


@fault("next-page-shows-the-first-again", "list.route.nextlink")
def again(app: App) -> None:
    """Each page has a link with a new token, and all tokens show the first page."""
    tokens = itertools.count(1)

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        rest = {name: value for name, value in asked.items() if name != "$skiptoken"}
        reply: Reply = inner(request, rest, status)
        if len(reply.value["value"]) > 1:
            link = f"{app.addresses.url(request)}?$skiptoken={next(tokens)}."
            reply.value = {"value": reply.value["value"][:1], NEXT: link}
        return reply


@fault("last-page-has-a-link", "list.route.nextlink", gates=False)
def endless(app: App) -> None:
    """The last page has a link to an empty page, and each empty page to the next."""
    tokens = itertools.count(1)

    def change(request: Request, asked: dict[str, str], value: JsonObject) -> JsonObject:
        if NEXT in value and "over" not in asked:
            return value
        shown = [] if "over" in asked else value["value"]
        return {**value, "value": shown, NEXT: f"{app.addresses.url(request)}?over={next(tokens)}"}

    _pages(app, change)


@fault("next-page-500", "list.route.nextlink list.error.no5xx")
def crash(app: App) -> None:
    """The third page makes the server fail."""

    def change(_: Request, asked: dict[str, str], value: JsonObject) -> JsonObject:
        if asked.get("$skiptoken", "").startswith("2."):
            raise RuntimeError("the cursor was closed")
        return value

    _pages(app, change)


@fault("pages-leave-out-their-first", "list.paging.complete")
def drop(app: App) -> None:
    """Each page but the first leaves out the object that it should begin with."""
    app.reads.page_size = lambda request: 2  # type: ignore[method-assign]

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        reply: Reply = inner(request, asked, status)
        if "$skiptoken" in asked:
            reply.value = {**reply.value, "value": reply.value["value"][1:]}
        return reply


@fault("list-of-old-values", "list.persist.update")
def old_values(app: App) -> None:
    """A list shows each object as it was when it was first listed."""
    first: dict[tuple[str, str], JsonObject] = {}

    @override(app, "visible")
    def visible(inner: Step, request: Request) -> Json:
        objects = inner(request)
        if request.entity:
            return objects
        return {n: first.setdefault((request.path, n), dict(each)) for n, each in objects.items()}
