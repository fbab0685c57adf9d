"""Faults that a fuzzer is likely to meet, beside those of the kill sheet: a server that fails at one kind of input.

They are chosen by what Schemathesis generates, so that `tests.benchmarks.peer` may find what no case of ours sends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from graph_contracts.json_types import Json
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import Step, override

WRITES = frozenset({"PATCH", "POST"})
DATE_TIME = re.compile(r"(\d{4,})-\d\d-\d\d[Tt]\d\d:\d\d.*")


def _crash(app: App, when: Callable[[Request], bool]) -> None:
    """Fail at some requests of those who may ask, before anything is done."""

    @override(app, "act")
    async def act(inner: Step, request: Request) -> Reply:
        if when(request):
            raise RuntimeError("not foreseen")
        reply: Reply = await inner(request)
        return reply


def _crash_at(app: App, odd: Callable[[Json], bool]) -> None:
    """Fail where a body has such a value, however deep."""

    def met(request: Request) -> bool:
        if request.method not in WRITES:
            return False
        try:
            body: Json = json.loads(request.body)
        except (ValueError, RecursionError):
            return False
        return any(map(odd, _walk(body)))

    _crash(app, met)


def _walk(value: Json) -> Iterator[Json]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _walk(each)


def _number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@fault("nul-in-a-text-500", "error.no5xx")
def nul(app: App) -> None:
    """A text with a NUL in it makes the server fail, as PostgreSQL does."""
    _crash_at(app, lambda value: isinstance(value, str) and "\0" in value)


@fault("half-pair-in-a-text-500", "error.no5xx")
def half_pair(app: App) -> None:
    """A text with half of a surrogate pair makes the server fail."""
    _crash_at(app, lambda value: isinstance(value, str) and re.search("[\ud800-\udfff]", value) is not None)


@fault("largest-int32-500", "error.no5xx")
def largest(app: App) -> None:
    """The largest Int32 makes the server fail."""
    _crash_at(app, lambda value: _number(value) and value == 2**31 - 1)


@fault("negative-number-500", "error.no5xx")
def negative(app: App) -> None:
    """A number below zero makes the server fail."""
    _crash_at(app, lambda value: isinstance(value, int | float) and value < 0)


@fault("number-beyond-int64-500", "error.no5xx")
def beyond_int64(app: App) -> None:
    """A number beyond Int64 makes the server fail."""
    _crash_at(app, lambda value: isinstance(value, int | float) and abs(value) >= 2**63)


@fault("date-before-1753-500", "error.no5xx")
def early(app: App) -> None:
    """A date-time before 1753 makes the server fail, as SQL Server's oldest type does."""

    def before(value: Json) -> bool:
        found = DATE_TIME.fullmatch(value) if isinstance(value, str) else None
        return found is not None and int(found[1]) < 1753

    _crash_at(app, before)


@fault("null-item-500", "error.no5xx")
def null_item(app: App) -> None:
    """A collection with null for an item makes the server fail."""
    _crash_at(app, lambda value: isinstance(value, list) and None in value)


@fault("list-in-a-list-500", "error.no5xx")
def nested_list(app: App) -> None:
    """A list within a list makes the server fail."""
    _crash_at(app, lambda value: isinstance(value, list) and any(isinstance(each, list) for each in value))


@fault("control-character-in-an-id-500", "error.no5xx")
def control(app: App) -> None:
    """An id with a control character makes the server fail."""
    _crash(app, lambda request: request.stored and any(ord(each) < 32 for each in request.entity))


@fault("trace-answered-200", "error.no5xx")
def trace(app: App) -> None:
    """TRACE is answered 200 with the request's head."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        if request.method != "TRACE":
            inner(request)

    @override(app, "act")
    async def act(inner: Step, request: Request) -> Reply:
        if request.method == "TRACE":
            return Reply(200, body=b"TRACE", media="message/http")
        reply: Reply = await inner(request)
        return reply
