"""Faults that strike in a narrow place: one shape of body, one spelling, one kind of property, one forged token."""

from __future__ import annotations

import base64
import binascii
import json
import re
import unicodedata

from graph_contracts.contract import TypeKind
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import fault
from graph_contracts.reference.message import Refusal, Reply, Request
from graph_contracts.reference.tools import Step, change_stored, names, override, strings


def _stored(app: App, request: Request) -> JsonObject:
    return app.store.objects(request)[request.entity]


@fault("fullwidth-normalised", "value.unicode")
def nfkc(app: App) -> None:
    """Characters are replaced by their compatibility equivalents."""
    strings(app, lambda text: unicodedata.normalize("NFKC", text))


@fault("top-level-strings-escaped", "value.literal")
def escaped(app: App) -> None:
    """Markup is escaped in the object's own strings; nested ones are kept as they are."""
    wanted = names(app, TypeKind.STRING)

    def change(value: Json) -> Json:
        return value.replace("&", "&amp;").replace("<", "&lt;") if isinstance(value, str) else value

    change_stored(app, lambda body: {n: change(v) if n in wanted else v for n, v in body.items()})


@fault("top-level-strings-cut", "value.longstring")
def cut(app: App) -> None:
    """The object's own strings are cut at 4,000 characters; nested ones are kept whole."""
    wanted = names(app, TypeKind.STRING)
    change_stored(app, lambda body: {n: v[:4000] if n in wanted and isinstance(v, str) else v for n, v in body.items()})


@fault("exponents-become-zero", "value.int32.range")
def exponents(app: App) -> None:
    """A number beyond Int32 is stored as 0 where it is written with an exponent."""
    wanted = names(app, TypeKind.INT32)

    @override(app, "check")
    def check(inner: Step, request: Request, value: Json) -> Json:
        if isinstance(value, dict):
            value = {n: 0 if n in wanted and isinstance(v, float) and abs(v) > 2**31 else v for n, v in value.items()}
        return inner(request, value)


@fault("last-complex-null-ignored", "value.null.nullable", gates=False)
def null_ignored(app: App) -> None:
    """Null leaves the last complex property as it is; the others are cleared."""
    name = names(app, TypeKind.COMPLEX)[-1]
    change_stored(app, lambda body: {n: v for n, v in body.items() if n != name or v is not None})


@fault("larger-bodies-replace", "merge.siblings")
def larger_replace(app: App) -> None:
    """A body with several properties replaces the object; one with a single property is merged."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        if len(body) > 1:
            app.store.objects(request)[request.entity] = {"id": request.entity}
        await inner(request, body)


@fault("items-merged-in-place", "merge.collection")
def in_place(app: App) -> None:
    """An item of a collection keeps what the item before it had and it doesn't name."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        stored = _stored(app, request)

        def laid(name: str, sent: list[Json]) -> list[Json]:
            old = stored.get(name) or []
            return [
                {**old[i], **item} if i < len(old) and isinstance(item, dict) else item for i, item in enumerate(sent)
            ]

        await inner(request, {n: laid(n, v) if isinstance(v, list) else v for n, v in body.items()})


@fault("small-updates-cross", "isolation.objects")
def small_cross(app: App) -> None:
    """An update of a single property lands on every object; larger ones on their own."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        await inner(request, body)
        if len(body) == 1:
            for stored in app.store.objects(request).values():
                stored.update(body)


@fault("unmentioned-collections-shown-empty", "body.allproperties")
def shown_empty(app: App) -> None:
    """The answer shows collections that the request didn't name as empty."""
    wanted = names(app, TypeKind.COLLECTION)

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply = inner(request, body)
        if isinstance(reply.value, dict):
            reply.value = {n: [] if n in wanted and n not in body else v for n, v in reply.value.items()}
        return reply


@fault("partial-values-echoed", "merge.nested", gates=False)
def echoed(app: App) -> None:
    """Of a nested value the answer shows what the request named; reads show all of it."""

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply = inner(request, body)
        if isinstance(reply.value, dict):
            given = {n: v for n, v in body.items() if isinstance(v, dict) and isinstance(reply.value.get(n), dict)}
            reply.value = {**reply.value, **given}
        return reply


@fault("id-suffix-match", "route.exactid")
def suffix(app: App) -> None:
    """Objects are looked up by the end of their id."""

    @override(app, "find")
    def find(inner: Step, request: Request) -> None:
        known = (
            entity
            for entity in app.store.objects(request)
            if len(request.entity) > 8 and entity.endswith(request.entity)
        )
        request.entity = next(known, request.entity)
        inner(request)


@fault("collection-path-says-done", "route.nokey", gates=False)
def says_done(app: App) -> None:
    """An update of the collection's path is answered 200 and does nothing."""

    @override(app, "method")
    def method(inner: Step, request: Request) -> None:
        if request.entity or request.method != "PATCH":
            inner(request)

    @override(app, "patch")
    async def patch(inner: Step, request: Request) -> Reply:
        return await inner(request) if request.entity else Reply(200, {"value": []})


@fault("charset-empties-the-body", "req.ct.params")
def charset(app: App) -> None:
    """A body is read only where its media type has no parameter; any other counts as {}."""

    @override(app, "change")
    async def change(inner: Step, request: Request) -> Reply:
        if ";" in request.headers.get("content-type", ""):
            request.body = b"{}"
        return await inner(request)


@fault("representation-before-the-write", "req.prefer.representation")
def before_write(app: App) -> None:
    """With Prefer: return=representation the answer shows the object before the update."""

    @override(app, "write")
    async def write(inner: Step, request: Request, body: JsonObject) -> None:
        request.before = app.reads.represent(request, dict(_stored(app, request)))  # type: ignore[attr-defined]
        await inner(request, body)

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply: Reply = inner(request, body)
        if "representation" in request.headers.get("prefer", "") and reply.value is not None:
            reply.value = request.before  # type: ignore[attr-defined]
        return reply


@fault("space-before-colons-refused", "json.grammar")
def colons(app: App) -> None:
    """White space between a name and its colon is taken for broken JSON."""

    @override(app, "parse")
    def parse(inner: Step, body: bytes) -> Json:
        if re.search(rb'"\s+:', body):
            raise Refusal(400, "BadRequest", "Unable to read JSON request payload.")
        return inner(body)


@fault("signatures-unchecked", "auth.invalid")
def unchecked_signature(app: App) -> None:
    """A token that is shaped like a signed one and has not expired is taken at its word."""

    @override(app, "known")
    def known(inner: Step, token: str) -> bool:
        parts = token.split(".")
        if len(parts) != 3 or token in app.access.tokens.all:
            return bool(inner(token))
        try:
            claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (binascii.Error, ValueError):
            return False
        return isinstance(claims, dict) and "exp" in claims


@fault("token-under-basic-accepted", "auth.wrongscheme")
def basic(app: App) -> None:
    """The token is accepted under Basic as well."""

    @override(app, "authenticate")
    def authenticate(inner: Step, request: Request) -> None:
        if request.headers.get("authorization") != f"Basic {app.access.tokens.full}":
            inner(request)


@fault("missing-permission-401", "authz.status", gates=False)
def permission_401(app: App) -> None:
    """Who lacks the permission is told that the token is not valid."""

    @override(app, "authorize")
    def authorize(inner: Step, request: Request) -> None:
        try:
            inner(request)
        except Refusal as refusal:
            if refusal.status != 403:
                raise
            app.access.unauthenticated("The access token is not valid.", error="invalid_token")


@fault("large-creation-made-twice", "create.persist.once")
def large_twice(app: App) -> None:
    """A creation of many properties makes two objects."""

    @override(app, "create")
    async def create(inner: Step, request: Request, body: JsonObject) -> None:
        if len(body) > 5:
            await inner(request, body)
        await inner(request, body)


@fault("location-of-another-version", "create.resp.location", gates=False)
def another_version(app: App) -> None:
    """The Location of a creation's answer has the new id, below a prefix where nothing is."""

    @override(app, "updated")
    def updated(inner: Step, request: Request, body: JsonObject) -> Reply:
        reply: Reply = inner(request, body)
        if "Location" in reply.headers:
            reply.headers["Location"] = f"/v0/nowhere/{request.entity}"
        return reply
