"""Faults that unusual but legal requests set off: header fields, queries, methods and bodies of no content."""

from __future__ import annotations

from collections.abc import Callable

from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Reply, Request
from graph_contracts.reference.tools import Step, override

WRITES = frozenset({"PATCH", "POST"})


def _crash(app: App, when: Callable[[Request], bool]) -> None:
    """Fail at some requests before anything is done."""

    @override(app, "perform")
    async def perform(inner: Step, request: Request) -> Reply:
        if when(request):
            raise RuntimeError("not foreseen")
        reply: Reply = await inner(request)
        return reply


@fault("weighted-languages-500", "req.unusual error.no5xx")
def languages(app: App) -> None:
    """Accept-Language with weights makes the server fail."""
    _crash(app, lambda request: ";q=" in request.headers.get("accept-language", ""))


@fault("long-field-500", "req.unusual error.no5xx")
def long_field(app: App) -> None:
    """A header field of more than two kilobytes makes the server fail."""
    _crash(app, lambda request: any(len(value) > 2048 for value in request.headers.values()))


@fault("many-fields-500", "req.unusual error.no5xx")
def many_fields(app: App) -> None:
    """More than forty header fields make the server fail."""
    _crash(app, lambda request: len(request.headers) > 40)


@fault("field-beyond-ascii-500", "req.unusual error.no5xx")
def beyond_ascii(app: App) -> None:
    """A header field with octets beyond ASCII makes the server fail."""
    _crash(app, lambda request: not all(value.isascii() for value in request.headers.values()))


@fault("unparsable-date-condition-500", "req.unusual error.no5xx")
def dates(app: App) -> None:
    """A condition on a date that is none makes the server fail."""
    _crash(app, lambda request: request.headers.get("if-modified-since", "GMT")[-3:] != "GMT")


@fault("query-without-value-500", "req.unusual error.no5xx")
def valueless(app: App) -> None:
    """A query option without a value makes the server fail."""
    _crash(app, lambda request: any("=" not in each for each in request.query.split("&") if each))


@fault("query-option-twice-500", "req.unusual error.no5xx")
def twice(app: App) -> None:
    """A query option that occurs twice makes the server fail."""

    def repeated(request: Request) -> bool:
        names = [each.partition("=")[0] for each in request.query.split("&")]
        return len(set(names)) < len(names)

    _crash(app, repeated)


@fault("unlabelled-empty-body-500", "req.emptybody error.no5xx")
def unlabelled(app: App) -> None:
    """A body that isn't there, and has no media type either, makes the server fail."""
    _crash(app, lambda request: request.method in WRITES and not request.body and "content-type" not in request.headers)


@fault("options-500", "error.no5xx")
def options(app: App) -> None:
    """OPTIONS makes the server fail."""
    _crash(app, lambda request: request.method == "OPTIONS")
