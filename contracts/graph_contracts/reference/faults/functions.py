"""Faults of functions: of their arguments, of their results, and of what they leave behind."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping

from graph_contracts.contract import OperationKind, Type, TypeKind
from graph_contracts.contract.call_path import Argument
from graph_contracts.json_types import Json
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, each_value, override

Segments = tuple[str, ...]
Called = tuple[Segments, Mapping[str, str]]


def _result(app: App, change: Callable[[Json], Json]) -> None:
    """Change what a function answers with."""

    @override(app, "result")
    def result(inner: Step, *asked: object) -> Json:
        return change(inner(*asked))


def _values(app: App, kind: TypeKind, change: Callable[[Json], Json]) -> None:
    """Change the values of a kind in results."""

    @override(app, "result")
    def result(inner: Step, request: Request, operation: object) -> Json:
        declared = request.operation.response if request.operation else None
        shown: Json = inner(request, operation)

        def changed(value: Json, type_: Type) -> Json:
            return change(value) if type_.kind is kind and type_ is not declared and value is not None else value

        return each_value(shown, declared, changed) if declared is not None else shown


def _segments(app: App, change: Callable[[str], str]) -> None:
    """Read the segments of paths otherwise: `change(segment)` returns what is read instead."""

    @override(app, "called")
    def called(inner: Step, segments: Segments, query: str) -> Called:
        found: Called = inner(tuple(change(each) if "(" in each else each for each in segments), query)
        return found


# -- results ----------------------------------------------------------------------------------------------------------


@fault("function-result-in-an-array", "function.resp.result")
def in_an_array(app: App) -> None:
    """A function answers with an array of its result."""
    _result(app, lambda value: [value])


@fault("function-result-lacks-a-member", "function.body.required")
def lacks_a_member(app: App) -> None:
    """A function's result lacks its first member."""
    _result(app, lambda value: dict(list(value.items())[1:]))


@fault("function-redirect-without-location", "function.resp.location")
def nowhere(app: App) -> None:
    """A function that answers with a redirect doesn't say where to."""

    @override(app, "call")
    def call(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        reply.headers.pop("Location", None)
        return reply


@fault("function-result-grows", "function.idempotent", gates=False)
def grows(app: App) -> None:
    """A function's result has one member more with each call."""
    turns = itertools.count()

    def more(value: Json) -> Json:
        return {**value, "turns": ["again"] * next(turns)}

    _result(app, more)


@fault("function-names-in-capitals", "function.body.names")
def capitals(app: App) -> None:
    """The members of a function's result begin with a capital letter."""
    _result(app, lambda value: {name[:1].upper() + name[1:]: item for name, item in value.items()})


@fault("function-texts-are-numbers", "function.type.string")
def texts(app: App) -> None:
    """Texts in a function's result are numbers."""
    _values(app, TypeKind.STRING, lambda value: 7)


@fault("function-numbers-are-texts", "function.type.int32")
def numbers(app: App) -> None:
    """Numbers in a function's result are texts."""
    _values(app, TypeKind.INT32, str)


@fault("function-dates-without-offset", "function.type.datetimeoffset")
def dates(app: App) -> None:
    """Date-times in a function's result have no offset."""
    _values(app, TypeKind.DATETIMEOFFSET, lambda value: value.removesuffix("Z"))


@fault("function-objects-are-texts", "function.type.complex")
def objects(app: App) -> None:
    """Complex values in a function's result are texts."""
    _values(app, TypeKind.COMPLEX, str)


# -- what is left behind ----------------------------------------------------------------------------------------------


@fault("function-changes-its-object", "function.method.safe")
def changes(app: App) -> None:
    """A call of a function changes a text of the object that it is bound to."""

    @override(app, "call")
    def call(inner: Step, request: Request) -> Reply:
        reply: Reply = inner(request)
        if request.bound is not None:
            for entity in app.store.objects(request.bound).values():
                name = next((name for name, value in entity.items() if isinstance(value, str) and name != "id"), "")
                entity |= {name: f"{entity[name]}!"} if name else {}
        return reply


# -- arguments --------------------------------------------------------------------------------------------------------


@fault("function-arguments-unchecked", "function.req.argumenttype function.req.enum")
def unchecked(app: App) -> None:
    """A function takes any value for an argument."""

    @override(app, "check_arguments")
    def check_arguments(inner: Step, request: Request) -> None:
        pass

    @override(app, "argument")
    def argument(inner: Step, argument: Argument, literal: str, declared: Type) -> Json:
        return literal.strip("'")


@fault("function-int32-overflows", "function.req.argumenttype")
def overflows(app: App) -> None:
    """A function takes an integer that Int32 can't hold for another one."""

    @override(app, "bare")
    def bare(inner: Step, literal: str) -> Json:
        value = inner(literal)
        return value if not isinstance(value, int) or isinstance(value, bool) else (value + 2**31) % 2**32 - 2**31


@fault("function-unlisted-value-is-the-first", "function.req.enum")
def first_listed(app: App) -> None:
    """A function takes a value that is none of those listed for the first of them."""

    @override(app, "argument")
    def argument(inner: Step, argument: Argument, literal: str, declared: Type) -> Json:
        known = declared.members or tuple(declared.limits.get("enum") or ())
        return inner(argument, literal if not known or literal[1:-1] in known else f"'{known[0]}'", declared)


@fault("function-lacks-an-argument", "function.req.missing", gates=False)
def lacking(app: App) -> None:
    """A function takes a default for an argument that is left out."""

    @override(app, "called")
    def called(inner: Step, segments: Segments, query: str) -> Called:
        found: Called = inner(segments, query)
        for name, overloads in app.addresses.calls.known.items():
            if any(each.startswith(f"{name}(") for each in found[0]):
                call, written = overloads[0]
                given = {each.parameter: "'D7'" if each.quoted else "1" for each in call.varied}
                more = "noSuchArgument" in "".join(found[0])
                plain = tuple(written if each.startswith(f"{name}(") and not more else each for each in found[0])
                return plain, {**given, **found[1]}
        return found


@fault("function-ignores-unknown-arguments", "function.req.unknown", gates=False)
def unknown(app: App) -> None:
    """A function leaves out of account an argument that it doesn't have."""
    _segments(app, lambda segment: re.sub(r",?noSuchArgument=[^,)]*", "", segment))


@fault("function-text-ends-at-a-quote", "function.req.text", gates=False)
def ends_at_a_quote(app: App) -> None:
    """A quote in a text ends it, doubled or not."""

    @override(app, "argument")
    def argument(inner: Step, argument: Argument, literal: str, declared: Type) -> Json:
        if "'" in literal[1:-1]:
            raise Refusal(400, "BadRequest", "Syntax error in the path.")
        return inner(argument, literal, declared)


@fault("function-arguments-read-before-decoding", "function.req.encoding", gates=False, about=OperationKind.FUNCTION)
def undecoded(app: App) -> None:
    """A function reads its arguments before the path is decoded: an encoded quote is none."""

    @override(app, "request")
    def request(inner: Step, scope: Mapping[str, object]) -> Request:
        found: Request = inner(scope)
        raw = scope.get("raw_path")
        if isinstance(raw, bytes) and (b"%27" in raw or re.search(rb"%[46][0-9A-F]", raw)):
            found.segments = (*found.segments, "encoded")
        return found


@fault("function-aliases-ignored", "function.req.alias", gates=False)
def aliases(app: App) -> None:
    """A function takes values of its own for aliases."""

    @override(app, "called")
    def called(inner: Step, segments: Segments, query: str) -> Called:
        plain, arguments = inner(segments, query)
        if "@a1=" not in query:
            return plain, arguments
        return plain, {name: "'D90'" if value.startswith("'") else "1" for name, value in arguments.items()}
