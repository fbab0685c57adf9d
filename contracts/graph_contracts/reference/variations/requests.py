"""Requests read in a more lenient or a stricter way."""

from __future__ import annotations

import gzip
import re

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import variation
from graph_contracts.reference.message import Receive, Refusal, Reply, Request
from graph_contracts.reference.routes import Routes
from graph_contracts.reference.tools import Step, names, override, type_of


@variation("q-case-insensitive")
def case_insensitive(app: App) -> None:
    """Paths and property names are matched in any letter case."""

    app.addresses.routes = Routes(app.contract, str.lower)

    real = {name.lower(): name for name in type_of(app).properties}

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict):
            value = {real.get(name.lower(), name): item for name, item in value.items()}
        return inner(request, value)


@variation("q-parens-and-slash")
def parentheses(app: App) -> None:
    """The key may stand in parentheses."""

    @override(app, "route")
    def route(inner: Step, request: Request) -> None:
        found = re.fullmatch(r"(.+)\('(.+)'\)", request.segments[-1]) if request.segments else None
        if found and app.addresses.locate(request.segments) is None:
            request.segments = (*request.segments[:-1], found[1], found[2])
        inner(request)


@variation("q-prefer-204")
def prefer_204(app: App) -> None:
    """Prefer: return=minimal is answered 204 with Preference-Applied: what the reference does anyway."""


@variation("q-prefer-ignored")
def prefer_ignored(app: App) -> None:
    """Prefer is ignored."""

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        request.headers = {name: value for name, value in request.headers.items() if name != "prefer"}
        return inner(request, body)


@variation("q-lenient-parser")
def lenient(app: App) -> None:
    """A byte order mark, a trailing comma and a missing Content-Type are accepted."""

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        return inner(re.sub(rb",\s*}\s*$", b"}", body.removeprefix(b"\xef\xbb\xbf")))

    @override(app, "media_type")
    def media_type(inner: Step, request: Request) -> None:
        if "content-type" in request.headers or "content-encoding" in request.headers:
            inner(request)


@variation("gzip-requests-accepted")
def gzip_accepted(app: App) -> None:
    """A gzip-coded body is decoded."""

    @override(app, "media_type")
    def media_type(inner: Step, request: Request) -> None:
        if request.headers.get("content-encoding") == "gzip":
            request.body = gzip.decompress(request.body)
            request.headers = {n: v for n, v in request.headers.items() if n != "content-encoding"}
        inner(request)


@variation("scalars-coerced")
def scalars(app: App) -> None:
    """Numbers written as strings, and strings written as numbers, are taken for what they mean."""

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict):
            value = {name: _coerced(item, type_of(app), name) for name, item in value.items()}
        return inner(request, value)


def _coerced(value: Json, type_: Type, name: str) -> Json:
    declared = type_.properties.get(name)
    if (
        declared
        and declared.type.kind is TypeKind.INT32
        and isinstance(value, str)
        and re.fullmatch(r"-?\d{1,9}", value)
    ):
        return int(value)
    if declared and declared.type.kind is TypeKind.STRING and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


@variation("q-limits")
def limits(app: App) -> None:
    """Bodies over 50 KB are answered 413 and the connection closed."""

    @override(app, "read")
    async def read(inner: Step, request: Request, receive: Receive) -> None:
        if int(request.headers.get("content-length", "0") or 0) > 50_000:
            raise Refusal(413, "RequestEntityTooLarge", "The request is too large.", Connection="close")
        await inner(request, receive)


@variation("q-no-get")
def no_get(app: App) -> None:
    """Only what the document has is implemented: where it has no GET, that is answered 405 with Allow."""

    @override(app, "allow")
    def allow(_: Step, request: Request) -> str:
        return _documented(request)


def _documented(request: Request) -> str:
    return ", ".join(sorted(request.place.operations)) if request.place else ""


@variation("only-the-collection-is-readable")
def collection_only(app: App) -> None:
    """GET on an object is answered 405 with Allow where the document has none; the collection shows every object."""

    @override(app, "allow")
    def allow(inner: Step, request: Request) -> str:
        return _documented(request) if request.entity else inner(request)


@variation("date-alone-taken")
def date_alone(app: App) -> None:
    """A date without a time is taken for its midnight in UTC."""
    dates = names(app, TypeKind.DATETIMEOFFSET)

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict):
            alone = [n for n in dates if re.fullmatch(r"\d{4}-\d\d-\d\d", str(value.get(n)))]
            value = {**value, **{name: f"{value[name]}T00:00:00Z" for name in alone}}
        return inner(request, value)
