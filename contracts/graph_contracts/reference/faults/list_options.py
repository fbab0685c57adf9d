"""Faults of a list's query options."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference import query
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override

Options = Mapping[str, str]


def _asked(app: App, change: Callable[[dict[str, str]], Options]) -> None:
    """Take other options for those that were asked: `change(asked)` returns them."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        reply: Reply = inner(request, change(dict(asked)), status)
        return reply


def _without(app: App, *names: str, when: Callable[[Options], bool] = lambda _: True) -> None:
    """Ignore options."""

    def change(asked: dict[str, str]) -> Options:
        return {name: value for name, value in asked.items() if name not in names} if when(asked) else asked

    _asked(app, change)


def _shown(app: App, option: str, change: Callable[[JsonObject, Options], Json]) -> None:
    """Change what a list with an option shows: `change(value, asked)` returns it."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        reply: Reply = inner(request, asked, status)
        if option in asked:
            reply.value = change(reply.value, asked)
        return reply


# -- how many ---------------------------------------------------------------------------------------------------------


@fault("top-shows-one-more", "list.options.top", gates=False)
def one_more(app: App) -> None:
    """$top shows one object more than it says."""
    _asked(app, lambda asked: {**asked, "$top": str(int(asked["$top"]) + 1)} if "$top" in asked else asked)


@fault("top-shows-one-fewer", "list.options.top", gates=False)
def one_fewer(app: App) -> None:
    """$top shows one object fewer than it says, and no link to it."""
    _shown(app, "$top", lambda value, _: {"value": value["value"][:-1]})


@fault("top-zero-is-all", "list.options.top", gates=False)
def zero(app: App) -> None:
    """$top=0 is taken for no limit."""
    _without(app, "$top", when=lambda asked: asked.get("$top") == "0")


@fault("skip-ignored", "list.options.skip", gates=False)
def skip_ignored(app: App) -> None:
    """$skip is accepted, and nothing left out."""
    _without(app, "$skip")


@fault("skip-one-too-many", "list.options.skip", gates=False)
def skip_more(app: App) -> None:
    """$skip leaves out one object more than it says."""
    _asked(app, lambda asked: {**asked, "$skip": str(int(asked["$skip"]) + 1)} if "$skip" in asked else asked)


@fault("skip-after-top", "list.options.skip", gates=False)
def skip_after(app: App) -> None:
    """$skip is applied to what $top has left."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        if not {"$skip", "$top"} <= set(asked):
            whole: Reply = inner(request, asked, status)
            return whole
        reply: Reply = inner(request, {name: value for name, value in asked.items() if name != "$skip"}, status)
        reply.value = {"value": reply.value["value"][int(asked["$skip"]) :]}
        return reply


@fault("count-of-the-page", "list.options.count", gates=False)
def count_of_page(app: App) -> None:
    """$count=true counts the objects on the page."""
    _shown(app, "$count", lambda value, _: {**value, "@odata.count": len(value["value"])})


@fault("count-one-too-many", "list.options.count", gates=False)
def count_more(app: App) -> None:
    """$count=true counts an object that isn't there."""
    _shown(app, "$count", lambda value, _: {**value, "@odata.count": value.get("@odata.count", 0) + 1})


@fault("count-ignored", "list.options.count", gates=False)
def count_ignored(app: App) -> None:
    """$count=true is accepted, and nothing counted."""
    _without(app, "$count")


# -- in which order ---------------------------------------------------------------------------------------------------


def _other_way(text: str) -> str:
    return text.removesuffix(" desc") if text.endswith(" desc") else f"{text} desc"


@fault("orderby-inverted", "list.options.orderby", gates=False)
def inverted(app: App) -> None:
    """$orderby sorts downwards, and upwards with desc."""
    _asked(app, lambda asked: {**asked, "$orderby": _other_way(asked["$orderby"])} if "$orderby" in asked else asked)


@fault("orderby-never-descends", "list.options.orderby", gates=False)
def never_down(app: App) -> None:
    """$orderby sorts upwards, whatever direction is asked for."""

    def change(asked: dict[str, str]) -> Options:
        return {name: value.removesuffix(" desc") if name == "$orderby" else value for name, value in asked.items()}

    _asked(app, change)


@fault("orderby-ignored", "list.options.orderby", gates=False)
def order_ignored(app: App) -> None:
    """$orderby is accepted, and nothing sorted."""
    _without(app, "$orderby")


@fault("numbers-sorted-as-texts", "list.options.orderby", gates=False)
def as_texts(app: App) -> None:
    """$orderby sorts numbers by their digits."""

    def change(value: JsonObject, asked: Options) -> Json:
        name, _, direction = asked["$orderby"].partition(" ")
        if not any(isinstance(item.get(name), int) for item in value["value"]):
            return value
        ordered = sorted(value["value"], key=lambda item: str(item.get(name)), reverse=direction == "desc")
        return {**value, "value": ordered}

    _shown(app, "$orderby", change)


# -- which and with what ----------------------------------------------------------------------------------------------


@fault("filter-ignored", "list.options.filter", gates=False)
def filter_ignored(app: App) -> None:
    """$filter is accepted, and everything shown."""
    _without(app, "$filter")


def _filters(app: App, change: Callable[[str], str]) -> None:
    _asked(app, lambda asked: {n: change(v) if n == "$filter" else v for n, v in asked.items()})


@fault("filter-inverted", "list.options.filter", gates=False)
def filter_inverted(app: App) -> None:
    """$filter shows what doesn't match."""
    _filters(app, lambda text: f"not ({text})")


@fault("filter-looks-at-no-operator", "list.options.filter", gates=False)
def equal_alone(app: App) -> None:
    """$filter takes every comparison for `eq`."""
    _filters(app, lambda text: re.sub(r"^(\S+) (?:ne|lt|le|gt|ge) ", r"\1 eq ", text))


@fault("filter-and-is-or", "list.options.filter", gates=False)
def either(app: App) -> None:
    """$filter shows what matches one of two conditions that `and` joins."""
    _filters(app, lambda text: text.replace(" and ", " or "))


@fault("filter-looks-at-the-first-condition", "list.options.filter", gates=False)
def first_condition(app: App) -> None:
    """$filter leaves out what stands after `and`."""
    _filters(app, lambda text: text.partition(" and ")[0])


@fault("filter-range-leaves-out-its-end", "list.options.filter", gates=False)
def open_range(app: App) -> None:
    """$filter with `ge` is taken for `gt`."""
    _filters(app, lambda text: text.replace(" ge ", " gt "))


@fault("filter-finds-nothing", "list.options.filter", gates=False)
def finds_nothing(app: App) -> None:
    """A list with $filter is empty."""
    _shown(app, "$filter", lambda value, _: {**value, "value": []})


@fault("filter-on-the-page", "list.options.filter", gates=False)
def filter_on_page(app: App) -> None:
    """$filter is applied to the first two objects alone."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        reply: Reply = inner(request, asked, status)
        if "$filter" in asked:
            first = list(app.reads.visible(request))[:2]
            reply.value = {"value": [item for item in reply.value["value"] if str(item.get("id")) in first]}
        return reply


@fault("nothing-found-is-404", "list.status.empty", gates=False)
def not_found(app: App) -> None:
    """A list in which there is nothing is answered 404."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        reply: Reply = inner(request, asked, status)
        if not reply.value["value"]:
            raise Refusal(404, "ResourceNotFound", "Nothing was found.")
        return reply


@fault("select-ignored-in-lists", "list.options.select", gates=False)
def select_ignored(app: App) -> None:
    """A list with $select shows whole objects."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        shown, request.query = request.query, ""
        reply: Reply = inner(request, asked, status)
        request.query = shown
        return reply


@fault("select-shows-the-id-alone", "list.options.select", gates=False)
def id_alone(app: App) -> None:
    """A list with $select shows the ids and nothing else."""
    _shown(app, "$select", lambda value, _: {**value, "value": [{"id": item.get("id")} for item in value["value"]]})


@fault("skip-on-every-page", "list.options.skip", gates=False, about=OperationKind.LIST)
def skip_again(app: App) -> None:
    """A list has pages of two objects, and $skip is applied to each of them."""
    app.reads.page_size = lambda request: 2  # type: ignore[method-assign]

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        rest = {name: value for name, value in asked.items() if name != "$skip"}
        reply: Reply = inner(request, rest, status)
        left = int(asked.get("$skip", "0"))
        reply.value = {**reply.value, "value": reply.value["value"][left:]}
        link = reply.value.get("@odata.nextLink")
        if link and left:
            reply.value["@odata.nextLink"] = f"{link}&$skip={left}"
        return reply


# -- on the pages that follow -----------------------------------------------------------------------------------------


def _lost(app: App, option: str) -> None:
    """Leave an option out of the link to the next page; the page says where it goes on by how many were shown."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: dict[str, str], status: int) -> Reply:
        later = "$skiptoken" in asked
        if later and option == "$select":
            request.query = ""
        reply: Reply = inner(request, asked, status)
        if "@odata.nextLink" in reply.value:
            path, _, text = reply.value["@odata.nextLink"].partition("?")
            rest = {name: value for name, value in query.options(text).items() if name != option}
            reply.value["@odata.nextLink"] = f"{path}?{query.encoded(rest)}"
        return reply


@fault("filter-lost-on-the-next-page", "list.options.paged", gates=False)
def filter_lost(app: App) -> None:
    """The link to the next page doesn't have the $filter."""
    _lost(app, "$filter")


@fault("orderby-lost-on-the-next-page", "list.options.paged", gates=False)
def order_lost(app: App) -> None:
    """The link to the next page doesn't have the $orderby."""
    _lost(app, "$orderby")


@fault("select-lost-on-the-next-page", "list.options.paged", gates=False)
def select_lost(app: App) -> None:
    """The link to the next page doesn't have the $select."""
    _lost(app, "$select")


@fault("top-lost-on-the-next-page", "list.options.paged", gates=False, about=OperationKind.LIST)
def top_lost(app: App) -> None:
    """The link to the next page doesn't have the $top."""
    _lost(app, "$top")
