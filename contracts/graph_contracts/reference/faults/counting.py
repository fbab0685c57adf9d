"""Faults of counts."""

from __future__ import annotations

import re
from collections.abc import Callable

from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import Step, override


def _total(app: App, change: Callable[[int], int]) -> None:
    @override(app, "total")
    def total(inner: Step, request: Request, asked: dict[str, str]) -> int:
        return change(inner(request, asked))


@fault("count-in-an-object", "count.resp.number")
def in_an_object(app: App) -> None:
    """A count is answered as the member of an object."""

    @override(app, "counted")
    def counted(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        return Reply(reply.status, {"value": int(reply.body or b"0")})


@fault("count-labelled-as-html", "count.resp.ct", gates=False)
def as_html(app: App) -> None:
    """A count is labelled text/html."""

    @override(app, "counted")
    def counted(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        return Reply(reply.status, body=reply.body, media="text/html")


@fault("count-one-off", "count.value.total")
def one_off(app: App) -> None:
    """A count leaves out one object."""
    _total(app, lambda number: number - 1)


@fault("count-remembered", "count.persist.create")
def remembered(app: App) -> None:
    """A count stays as it was when somebody asked first, unless it has a filter."""
    first: dict[str, int] = {}

    @override(app, "total")
    def total(inner: Step, request: Request, asked: dict[str, str]) -> int:
        return inner(request, asked) if asked else first.setdefault(request.path, inner(request, asked))


@fault("count-only-grows", "count.persist.create")
def grows(app: App) -> None:
    """A count never goes down again."""
    most: dict[str, int] = {}

    @override(app, "total")
    def total(inner: Step, request: Request, asked: dict[str, str]) -> int:
        number: int = inner(request, asked)
        if asked:
            return number
        most[request.path] = max(number, most.get(request.path, 0))
        return most[request.path]


@fault("count-ignores-the-filter", "count.options.filter")
def ignores_filter(app: App) -> None:
    """A count with $filter counts everything."""

    @override(app, "total")
    def total(inner: Step, request: Request, asked: dict[str, str]) -> int:
        number: int = inner(request, {})
        return number


@fault("count-filters-by-eq-alone", "count.options.filter")
def by_eq(app: App) -> None:
    """A count with $filter takes every comparison for `eq`."""

    @override(app, "total")
    def total(inner: Step, request: Request, asked: dict[str, str]) -> int:
        number: int = inner(request, {n: re.sub(r" (ne|lt|le|gt|ge) ", " eq ", v) for n, v in asked.items()})
        return number
