"""Faults of query options that a document names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference import query
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import Step, override

Options = Mapping[str, str]
LIST = OperationKind.LIST


def _filters(app: App, change: Callable[[str], str]) -> None:
    """Apply another `$filter` than was asked for."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: Options, status: int) -> Reply:
        reply: Reply = inner(request, {n: change(v) if n == "$filter" else v for n, v in asked.items()}, status)
        return reply


@fault("filter-gt-is-ge", "list.options.types", about=LIST)
def gt_is_ge(app: App) -> None:
    """$filter takes `gt` for `ge`."""
    _filters(app, lambda text: text.replace(" gt ", " ge "))


@fault("filter-moments-compared-the-other-way", "list.options.types", about=LIST)
def moments(app: App) -> None:
    """$filter compares date-times the other way round."""
    swapped = {" lt ": " ge ", " ge ": " lt "}
    _filters(app, lambda text: re.sub(r" (lt|ge) (?=\d{4}-)", lambda match: swapped[match[0]], text))


@fault("filter-true-is-anything", "list.options.types", about=LIST)
def true(app: App) -> None:
    """$filter by a Boolean shows everything."""
    _filters(app, lambda text: "1 eq 1" if text.endswith((" eq true", " eq false")) else text)


@fault("startswith-is-contains", "list.options.functions", about=LIST)
def anywhere(app: App) -> None:
    """$filter with `startswith` or `endswith` finds nothing, for it looks for the part between spaces."""
    _filters(app, lambda text: re.sub(r"^(?:starts|ends)with\((\w+),'(.*)'\)$", r"contains(\1,' \2 ')", text))


@fault("filter-functions-ignored", "list.options.functions", about=LIST)
def functions_ignored(app: App) -> None:
    """$filter with a function shows everything."""
    _filters(app, lambda text: "1 eq 1" if "(" in text and text[:1].islower() and text[:3] != "not" else text)


@fault("filter-or-is-and", "list.options.logic", about=LIST)
def or_is_and(app: App) -> None:
    """$filter shows what matches both of two conditions that `or` joins."""
    _filters(app, lambda text: text.replace(" or ", " and "))


@fault("filter-not-ignored", "list.options.logic", about=LIST)
def not_ignored(app: App) -> None:
    """$filter leaves out `not`."""
    _filters(app, lambda text: text.removeprefix("not "))


@fault("filter-in-looks-at-the-first-value", "list.options.logic", about=LIST)
def first_of_in(app: App) -> None:
    """$filter with `in` looks at the first value alone."""
    _filters(app, lambda text: re.sub(r" in \(('(?:[^']|'')*'),.*\)", r" in (\1)", text))


@fault("filter-null-matches-nothing", "list.options.null", about=LIST)
def null_is_nothing(app: App) -> None:
    """$filter with `ne null` shows nothing, as `<> NULL` does in SQL."""
    _filters(app, lambda text: "1 eq 2" if text.endswith(" null") else text)


@fault("search-ignored", "list.options.search", about=LIST)
def search_ignored(app: App) -> None:
    """$search is accepted, and everything shown."""

    @override(app, "listed")
    def listed(inner: Step, request: Request, asked: Options, status: int) -> Reply:
        reply: Reply = inner(request, {name: value for name, value in asked.items() if name != "$search"}, status)
        return reply


def _inline(app: App, change: Callable[[Json], Json]) -> None:
    @override(app, "inline")
    def inline(inner: Step, request: Request, entity: JsonObject) -> JsonObject:
        found: JsonObject = inner(request, entity)
        return {name: change(value) for name, value in found.items() if change(value) is not None}


@fault("expand-ignored", "list.options.expand read.options.expand", about=LIST)
def expand_ignored(app: App) -> None:
    """$expand is accepted, and nothing shown inline."""
    _inline(app, lambda value: None)


@fault("expand-shows-others", "list.options.expand read.options.expand", about=LIST)
def expands_others(app: App) -> None:
    """$expand shows objects that have no relation to the one that is asked for."""
    _inline(app, lambda value: [{**each, "id": f"other-{n}"} for n, each in enumerate(value)])


@fault("select-ignored-in-reads", "read.options.select", about=OperationKind.READ)
def select_ignored(app: App) -> None:
    """A read with $select shows the whole object."""

    @override(app, "shown")
    def shown(inner: Step, request: Request) -> JsonObject:
        asked = request.query
        request.query = query.encoded({n: v for n, v in query.options(asked).items() if n != "$select"})
        found: JsonObject = inner(request)
        request.query = asked
        return found
