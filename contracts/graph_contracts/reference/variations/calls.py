"""Functions and counts answered differently, and rightly."""

from __future__ import annotations

import itertools
import time

from graph_contracts.contract import OperationKind, Type, TypeKind
from graph_contracts.contract.call_path import Argument
from graph_contracts.json_types import Json
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.call_segments import NO_CALL
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, override


@variation("function-aliases-refused", about=OperationKind.FUNCTION)
def no_aliases(app: App) -> None:
    """A call with aliases for its arguments is answered 501."""

    @override(app, "route")
    def route(inner: Step, request: Request) -> None:
        if "@a1=" in request.query:
            raise Refusal(501, "NotImplemented", "Parameter aliases are not supported.")
        inner(request)


@variation("function-not-found-is-400", about=OperationKind.FUNCTION)
def bad_request(app: App) -> None:
    """A call with arguments that no function has is answered 400."""

    @override(app, "route")
    def route(inner: Step, request: Request) -> None:
        if NO_CALL in request.segments:
            raise Refusal(400, "BadRequest", "The request URI is not valid.")
        inner(request)


@variation("function-knows-its-texts", about=OperationKind.FUNCTION)
def known_texts(app: App) -> None:
    """A function refuses a text that it knows nothing of."""

    @override(app, "argument_value")
    def argument(inner: Step, argument: Argument, literal: str, declared: Type) -> Json:
        value = inner(argument, literal, declared)
        if declared.kind is TypeKind.STRING and not declared.limits and value not in {"for the bill", "D7"}:
            raise Refusal(400, "BadRequest", f"'{argument.name}' is not valid.")
        return value


@variation("function-results-move", about=OperationKind.FUNCTION)
def moving(app: App) -> None:
    """A function's result has another number and another moment each time."""
    turns = itertools.count(1)

    @override(app, "result")
    def result(inner: Step, *asked: object) -> Json:
        value, turn = inner(*asked), next(turns)
        if isinstance(value, dict) and "wattHours" in value:
            return {**value, "wattHours": turn, "since": f"2021-03-04T05:{turn % 60:02}:07Z"}
        return value


@variation("count-lags", about=OperationKind.COUNT)
def lagging(app: App) -> None:
    """A count shows what was made or deleted a tenth of a second later."""
    known: dict[str, tuple[float, int]] = {}

    @override(app, "total")
    def total(inner: Step, request: Request, asked: dict[str, str]) -> int:
        number: int = inner(request, asked)
        if asked:
            return number
        since, before = known.get(request.path, (0.0, number))
        if number == before:
            known[request.path] = (0.0, number)
        elif not since:
            known[request.path] = (time.monotonic(), before)
        elif time.monotonic() - since > 0.1:
            known[request.path] = (0.0, number)
        return known[request.path][1]


@variation("count-with-a-charset", about=OperationKind.COUNT)
def with_charset(app: App) -> None:
    """A count is labelled with a charset, and begins with a byte order mark."""

    @override(app, "counted")
    def counted(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        return Reply(reply.status, body=b"\xef\xbb\xbf" + (reply.body or b""), media="text/plain; charset=utf-8")


@variation("count-filters-refused", about=OperationKind.COUNT)
def no_filters(app: App) -> None:
    """A count with $filter is answered 400."""

    @override(app, "total")
    def total(inner: Step, request: Request, asked: dict[str, str]) -> int:
        if asked:
            raise Refusal(400, "BadRequest", "The filter is not supported.")
        number: int = inner(request, asked)
        return number
