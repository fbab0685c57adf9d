"""Everything that the reference can do differently and still be right."""

from __future__ import annotations

import gzip
import json
import re
import time
from datetime import UTC, datetime
from typing import Any

from contracts.contract import Kind, Type
from contracts.reference import validate
from contracts.reference.app import MAX_BODY, App, Refusal, Reply, Request, same
from contracts.reference.behaviours import variation
from contracts.reference.tools import change_shown, names, override, type_of
from contracts.reference.validators import strong, weak


def _walk(value: Any, type_: Type, change: Any) -> Any:
    """A shown value with `change(value, type)` applied to every complex value and leaf, innermost first."""
    if isinstance(value, dict):
        value = {
            n: _walk(v, type_.properties[n].type, change) if n in type_.properties else v for n, v in value.items()
        }
    elif isinstance(value, list) and type_.item:
        value = [_walk(item, type_.item, change) for item in value]
    return change(value, type_)


def _shown(app: App, change: Any) -> None:
    change_shown(app, lambda entity: _walk(entity, type_of(app), change))


def _dates(app: App, change: Any) -> None:
    _shown(app, lambda v, t: change(v) if t.kind is Kind.DATETIMEOFFSET and isinstance(v, str) else v)


def _parts(text: str) -> tuple[str, str, str]:
    match = re.fullmatch(r"(.*?)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)", text)
    assert match  # noqa: S101 (checked before it was stored)
    return match[1], match[2] or "", match[3]


# -- the object ------------------------------------------------------------------------------------------


@variation("q-odata-context")
def context(app: App) -> None:
    """@odata.context comes first."""
    change_shown(
        app, lambda entity: {"@odata.context": "https://graph.example/beta/$metadata#objects/$entity", **entity}
    )


@variation("q-odata-etag")
def etag(app: App) -> None:
    """@odata.etag and a weak ETag are sent and honoured."""
    weak(app)


@variation("strong-etag")
def strong_etag(app: App) -> None:
    """A strong ETag is sent and honoured."""
    strong(app)


@variation("weak-etag-never-checked")
def framework_etag(app: App) -> None:
    """A framework hashes its answers into weak ETags and checks no condition."""
    app.precondition = lambda request: None  # type: ignore[method-assign]

    @override(app, "headers")
    def headers(inner: Any, request: Request, reply: Reply, body: bytes) -> Any:
        fields = inner(request, reply, body)
        return [*fields, ("ETag", f'W/"{len(body):x}-{hash(body) & 0xFFFFFF:x}"')] if reply.status == 200 else fields


@variation("q-no-odata-type")
def no_type(app: App) -> None:
    """No @odata.type is ever returned."""

    def strip(value: Any, type_: Type) -> Any:
        return {n: v for n, v in value.items() if n != "@odata.type"} if isinstance(value, dict) else value

    _shown(app, strip)


@variation("q-odata-type-spelling")
def type_spelling(app: App) -> None:
    """Nested types are spelled with #, as an absolute URL, or with the alias graph."""
    spellings = ("#{}", "https://graph.example/beta/$metadata#{}", "{}")

    def annotate(value: Any, type_: Type) -> Any:
        if not isinstance(value, dict) or not type_.name:
            return value
        name = spellings[len(type_.name) % 3].format(type_.name)
        if len(type_.name) % 2:
            name = f"#{type_.name.replace('microsoft.graph.', 'graph.')}"
        return {**value, "@odata.type": name}

    _shown(app, annotate)


@variation("q-odata-type-renamed")
def type_renamed(app: App) -> None:
    """Nested types are shown under a newer name, or as a derived type."""

    def annotate(value: Any, type_: Type) -> Any:
        if isinstance(value, dict) and type_.also:
            return {**value, "@odata.type": f"#{type_.also[0]}"}
        return value

    _shown(app, annotate)


@variation("q-member-order")
def member_order(app: App) -> None:
    """Members come in another order, annotations in between."""

    def reorder(entity: dict[str, Any]) -> dict[str, Any]:
        turned = dict(reversed(entity.items()))
        name = next(name for name in turned if "@" not in name)
        return {**turned, f"{name}@odata.type": "#String", "id": turned.pop("id", None)} if "id" in turned else turned

    change_shown(app, reorder)


@variation("q-extra-properties")
def extra(app: App) -> None:
    """Members that the document doesn't name are returned."""
    more = {"changedBy": "vendor", "lastModifiedDateTime": "2024-01-02T03:04:05Z", "vendor": {"a": [1, None]}}
    change_shown(app, lambda entity: {**entity, **more})


@variation("q-null-absent")
def null_absent(app: App) -> None:
    """Properties that are null, or nothing but null, are left out."""

    def drop(value: Any, type_: Type) -> Any:
        if not isinstance(value, dict):
            return value
        return {n: v for n, v in value.items() if v is not None and not _unset(v)}

    _shown(app, drop)


def _unset(value: Any) -> bool:
    return isinstance(value, dict) and all("@" in name for name in value)


@variation("q-null-explicit")
def null_explicit(app: App) -> None:
    """Every property that isn't set is an explicit null, or an empty object."""

    def fill(value: Any, type_: Type) -> Any:
        if isinstance(value, dict):
            return {**dict.fromkeys(type_.properties), **value}
        return {} if value is None and type_.kind is Kind.COMPLEX else value

    _shown(app, fill)


@variation("q-enum-casing")
def enum_casing(app: App) -> None:
    """Members of enumerations begin with a capital."""
    _shown(app, lambda v, t: v[:1].upper() + v[1:] if t.members and isinstance(v, str) else v)


@variation("collections-reordered")
def reordered(app: App) -> None:
    """The items of a collection come in another order."""
    _shown(app, lambda v, _: v[::-1] if isinstance(v, list) else v)


@variation("empty-collections-null")
def empty_null(app: App) -> None:
    """An empty collection is shown as null."""
    _shown(app, lambda v, t: None if v == [] and t.kind is Kind.COLLECTION else v)


@variation("read-has-fewer-properties")
def fewer(app: App) -> None:
    """The collection shows ids and one string; the object itself is shown whole."""
    wanted = {"id", *names(app, Kind.STRING)[:1]}

    @override(app, "get")
    def get(inner: Any, request: Request) -> Reply:
        reply = inner(request)
        if not request.entity and isinstance(reply.value, dict):
            reply.value = {"value": [{n: v for n, v in e.items() if n in wanted} for e in reply.value["value"]]}
        return reply


# -- dates -----------------------------------------------------------------------------------------------


@variation("q-date-z")
def date_z(app: App) -> None:
    """+00:00 is shown as Z."""
    _dates(app, lambda text: re.sub(r"\+00:00$", "Z", text))


@variation("q-date-fraction")
def date_fraction(app: App) -> None:
    """Fractions are padded to seven digits, cut to three, or dropped when zero."""

    def change(text: str) -> str:
        clock, fraction, zone = _parts(text)
        kept = fraction.rstrip("0")[:3]
        return f"{clock}.{kept.ljust(7, '0')}{zone}" if kept else f"{clock}{zone}"

    _dates(app, change)


@variation("q-date-utc-normalised")
def date_utc(app: App) -> None:
    """Every date-time is shown in UTC."""

    def change(text: str) -> str:
        clock, fraction, zone = _parts(text)
        try:
            moment = datetime.fromisoformat(f"{clock.upper()}{'+00:00' if zone in 'Zz' else zone}").astimezone(UTC)
        except OverflowError:
            return text
        return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}.{fraction or '0'}Z"

    _dates(app, change)


@variation("q-date-offset-kept")
def date_kept(app: App) -> None:
    """UTC is shown as +00:00, other offsets as they were sent."""
    _dates(app, lambda text: re.sub(r"[Zz]$", "+00:00", text))


# -- the message -----------------------------------------------------------------------------------------


@variation("q-ct-parameters")
def media_parameters(app: App) -> None:
    """Content-Type carries all of OData's parameters."""

    @override(app, "updated")
    def updated(inner: Any, request: Request, body: dict[str, Any]) -> Reply:
        reply = inner(request, body)
        reply.media = (
            "Application/JSON; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8"
        )
        return reply


@variation("q-header-case")
def header_case(app: App) -> None:
    """Header names are in odd letter case."""

    @override(app, "headers")
    def headers(inner: Any, request: Request, reply: Reply, body: bytes) -> Any:
        return [(name.swapcase(), value) for name, value in inner(request, reply, body)]


@variation("q-gzip")
def gzipped(app: App) -> None:
    """Answers are gzip-coded when that is accepted."""

    def wanted(request: Request, body: bytes) -> bool:
        return bool(body) and "gzip" in request.headers.get("accept-encoding", "")

    @override(app, "render")
    def render(inner: Any, request: Request, reply: Reply) -> bytes:
        body = inner(request, reply)
        return gzip.compress(body) if wanted(request, body) else body

    @override(app, "headers")
    def headers(inner: Any, request: Request, reply: Reply, body: bytes) -> Any:
        fields = [*inner(request, reply, body), ("Vary", "Accept-Encoding")]
        return [*fields, ("Content-Encoding", "gzip")] if wanted(request, body) else fields


@variation("q-chunked-response")
def chunked(app: App) -> None:
    """Answers are chunked, without Content-Length, and the connection is closed after each."""

    @override(app, "headers")
    def headers(inner: Any, request: Request, reply: Reply, body: bytes) -> Any:
        fields = [(n, v) for n, v in inner(request, reply, body) if n != "Content-Length"]
        return [*fields, ("Connection", "close")]


@variation("q-json-escapes")
def escapes(app: App) -> None:
    """Non-ASCII characters and slashes are escaped, and the body is indented."""

    @override(app, "render")
    def render(inner: Any, request: Request, reply: Reply) -> bytes:
        if reply.body is not None:
            return inner(request, reply)
        return json.dumps(reply.value, indent=2).replace("/", "\\/").encode()


# -- refusals --------------------------------------------------------------------------------------------


def _refused(app: App, change: Any) -> None:
    """Change refusals: `change(request, refusal, reply)` returns the reply."""

    @override(app, "refuse")
    def refuse(inner: Any, request: Request, refusal: Refusal) -> Reply:
        return change(request, refusal, inner(request, refusal))


def _status(reply: Reply, status: int) -> Reply:
    reply.status = status
    return reply


@variation("q-malformed-id-400")
def malformed_400(app: App) -> None:
    """An id that is no GUID is answered 400."""

    @override(app, "find")
    def find(inner: Any, request: Request) -> None:
        if not re.fullmatch(r"[0-9a-fA-F-]{36}", request.entity):
            raise Refusal(400, "BadRequest", "The id is not valid.")
        inner(request)


@variation("q-semantic-422")
def semantic_422(app: App) -> None:
    """Values that can't be taken are answered 422."""
    _refused(
        app,
        lambda _, refusal, reply: (
            _status(reply, 422) if refusal.code == "Request_BadRequest" and reply.status == 400 else reply
        ),
    )


@variation("q-401-bare")
def bare_401(app: App) -> None:
    """401 has no content."""
    _refused(
        app, lambda _, refusal, reply: Reply(401, headers=reply.headers, body=b"") if refusal.status == 401 else reply
    )


@variation("q-auth-400")
def auth_400(app: App) -> None:
    """A malformed Authorization is answered 400."""
    _refused(app, lambda _, refusal, reply: _status(reply, 400) if "invalid_request" in str(refusal.headers) else reply)


@variation("q-404-hides-403")
def hidden(app: App) -> None:
    """Without permission the object is not found."""

    @override(app, "authorize")
    def authorize(inner: Any, request: Request) -> None:
        try:
            inner(request)
        except Refusal as refusal:
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.") from refusal


@variation("q-id-in-body-ignored")
def id_ignored(app: App) -> None:
    """Another id in the body is ignored."""
    app.check_id = lambda request, body: None  # type: ignore[method-assign]


@variation("q-id-in-body-400")
def id_409(app: App) -> None:
    """Another id in the body is answered 409."""

    @override(app, "check_id")
    def check_id(inner: Any, request: Request, body: Any) -> None:
        try:
            inner(request, body)
        except Refusal as refusal:
            raise Refusal(409, "Conflict", str(refusal)) from refusal


@variation("q-unknown-prop-400")
def unknown_400(app: App) -> None:
    """An unknown property is answered 400, also in values that are open."""

    @override(app, "check")
    def check(inner: Any, request: Request, value: Any) -> Any:
        if isinstance(value, dict) and any("@" not in n and n not in type_of(app).properties for n in value):
            raise Refusal(400, "BadRequest", "Unknown property.")
        return inner(request, value)


@variation("q-unknown-prop-ignored")
def unknown_ignored(app: App) -> None:
    """An unknown property is ignored."""

    @override(app, "check")
    def check(inner: Any, request: Request, value: Any) -> Any:
        if isinstance(value, dict):
            value = {n: v for n, v in value.items() if "@" in n or n in type_of(app).properties}
        return inner(request, value)


@variation("unknown-properties-kept")
def unknown_kept(app: App) -> None:
    """An unknown property is kept and returned: the type is open."""

    @override(app, "check")
    def check(inner: Any, request: Request, value: Any) -> Any:
        odd: dict[str, Any] = {}
        if isinstance(value, dict):
            folded = {n.lower() for n in type_of(app).properties}
            odd = {n: v for n, v in value.items() if "@" not in n and n.lower() not in folded}
            value = {n: v for n, v in value.items() if n not in odd}
        return {**inner(request, value), **odd}


@variation("q-strict-values")
def strict(app: App) -> None:
    """Ids must be GUIDs, numbers must not be negative, enumerations must be known."""
    ids = [name for name in names(app, Kind.STRING, least=0) if name.endswith("Id")]
    numbers = names(app, Kind.INT32, least=0)
    for objects in app.store.collections.values():
        for entity in objects.values():
            entity.update(dict.fromkeys(ids, entity["id"]))

    @override(app, "check")
    def check(inner: Any, request: Request, value: Any) -> Any:
        checked = inner(request, value)
        for name in ids:
            if checked.get(name) is not None and not validate.CHECKS[Kind.GUID](checked[name]):
                raise Refusal(400, "Request_BadRequest", f"'{name}' is no GUID.")
        if any((checked.get(name) or 0) < 0 for name in numbers):
            raise Refusal(400, "Request_BadRequest", "A duration can't be negative.")
        return checked


@variation("q-empty-object-400")
def empty_400(app: App) -> None:
    """{} is answered 400."""

    @override(app, "check")
    def check(inner: Any, request: Request, value: Any) -> Any:
        if value == {}:
            raise Refusal(400, "BadRequest", "Empty Payload.")
        return inner(request, value)


@variation("bare-challenge")
def bare_challenge(app: App) -> None:
    """The challenge is Bearer and nothing else."""

    def bare(_: Request, refusal: Refusal, reply: Reply) -> Reply:
        if refusal.status == 401:
            reply.headers["WWW-Authenticate"] = "Bearer"
        return reply

    _refused(app, bare)


@variation("unsupported-methods-501")
def not_implemented(app: App) -> None:
    """A method that an object doesn't have is answered 501."""
    _refused(app, lambda _, refusal, reply: _status(reply, 501) if refusal.status == 405 else reply)


@variation("no-collection")
def no_collection(app: App) -> None:
    """The collection is not there; only the objects are."""

    @override(app, "route")
    def route(inner: Any, request: Request) -> None:
        inner(request)
        if not request.entity:
            raise Refusal(404, "ResourceNotFound", "The resource does not exist.")


# -- requests --------------------------------------------------------------------------------------------


@variation("q-case-insensitive")
def case_insensitive(app: App) -> None:
    """Paths and property names are matched in any letter case."""

    @override(app, "match")
    def match(inner: Any, template: list[str], segments: tuple[str, ...]) -> Any:
        if same([part.lower() for part in template[:-1]], [part.lower() for part in segments[:-1]]):
            return inner(template, (*template[:-1], segments[-1]))
        return None

    real = {name.lower(): name for name in type_of(app).properties}

    @override(app, "check")
    def check(inner: Any, request: Request, value: Any) -> Any:
        if isinstance(value, dict):
            value = {real.get(name.lower(), name): item for name, item in value.items()}
        return inner(request, value)


@variation("q-parens-and-slash")
def parentheses(app: App) -> None:
    """The key may stand in parentheses."""

    @override(app, "match")
    def match(inner: Any, template: list[str], segments: tuple[str, ...]) -> Any:
        found = re.fullmatch(r"(.+)\('(.+)'\)", segments[-1]) if segments else None
        return inner(template, (*segments[:-1], found[1], found[2])) if found else inner(template, segments)


@variation("q-prefer-204")
def prefer_204(app: App) -> None:
    """Prefer: return=minimal is answered 204 with Preference-Applied: what the reference does anyway."""


@variation("q-prefer-ignored")
def prefer_ignored(app: App) -> None:
    """Prefer is ignored."""

    @override(app, "updated")
    def updated(inner: Any, request: Request, body: dict[str, Any]) -> Reply:
        request.headers = {name: value for name, value in request.headers.items() if name != "prefer"}
        return inner(request, body)


@variation("q-lenient-parser")
def lenient(app: App) -> None:
    """A byte order mark, a trailing comma and a missing Content-Type are accepted."""

    @override(app, "parse")
    def parse(inner: Any, body: bytes) -> Any:
        return inner(re.sub(rb",\s*}\s*$", b"}", body.removeprefix(b"\xef\xbb\xbf")))

    @override(app, "media_type")
    def media_type(inner: Any, request: Request) -> None:
        if "content-type" in request.headers or "content-encoding" in request.headers:
            inner(request)


@variation("gzip-requests-accepted")
def gzip_accepted(app: App) -> None:
    """A gzip-coded body is decoded."""

    @override(app, "media_type")
    def media_type(inner: Any, request: Request) -> None:
        if request.headers.get("content-encoding") == "gzip":
            request.body = gzip.decompress(request.body)
            request.headers = {n: v for n, v in request.headers.items() if n != "content-encoding"}
        inner(request)


@variation("scalars-coerced")
def scalars(app: App) -> None:
    """Numbers written as strings, and strings written as numbers, are taken for what they mean."""

    @override(app, "check")
    def check(inner: Any, request: Request, value: Any) -> Any:
        if isinstance(value, dict):
            value = {name: _coerced(item, type_of(app), name) for name, item in value.items()}
        return inner(request, value)


def _coerced(value: Any, type_: Type, name: str) -> Any:
    declared = type_.properties.get(name)
    if declared and declared.type.kind is Kind.INT32 and isinstance(value, str) and re.fullmatch(r"-?\d{1,9}", value):
        return int(value)
    if declared and declared.type.kind is Kind.STRING and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


@variation("q-limits")
def limits(app: App) -> None:
    """Bodies over 50 KB are answered 413 and the connection closed."""

    @override(app, "read")
    async def read(inner: Any, request: Request, receive: Any) -> None:
        if int(request.headers.get("content-length", "0") or 0) > 50_000 <= MAX_BODY:
            raise Refusal(413, "RequestEntityTooLarge", "The request is too large.", Connection="close")
        await inner(request, receive)


@variation("q-no-get")
def no_get(app: App) -> None:
    """Only PATCH is implemented: GET is answered 405 with Allow."""

    @override(app, "allow")
    def allow(_: Any, request: Request) -> str:
        return "PATCH" if request.entity else ""


app_alias_no_get = variation("no-get")(no_get)


# -- time ------------------------------------------------------------------------------------------------


@variation("q-eventual")
def eventual(app: App) -> None:
    """Reads show an update a fifth of a second after it was answered."""
    lag = 0.2
    history: dict[int, dict[str, list[tuple[float, Any]]]] = {}

    @override(app, "write")
    async def write(inner: Any, request: Request, body: dict[str, Any]) -> None:
        objects = app.objects(request)
        states = history.setdefault(id(objects), {}).setdefault(request.entity, [(0.0, objects[request.entity])])
        await inner(request, body)
        states.append((time.monotonic() + lag, objects[request.entity]))
        del states[:-200]

    @override(app, "visible")
    def visible(inner: Any, request: Request) -> Any:
        objects = inner(request)
        now = time.monotonic()
        known = history.get(id(objects), {})
        return {
            entity: next((state for due, state in reversed(known.get(entity, [])) if due <= now), stored)
            for entity, stored in objects.items()
        }


@variation("q-throttles")
def throttles(app: App) -> None:
    """Every twentieth update is answered 429 or 503 with Retry-After, and the next try succeeds."""
    counted = {"updates": 0}

    @override(app, "patch")
    async def patch(inner: Any, request: Request) -> Reply:
        counted["updates"] += 1
        if counted["updates"] % 20 == 0:
            status = 429 if counted["updates"] % 40 else 503
            raise Refusal(status, "TooManyRequests", "Slow down.", Retry_After="0")
        return await inner(request)


@variation("q-server-maintained")
def maintained(app: App) -> None:
    """lastModifiedDateTime and version change with every update."""
    version: dict[str, int] = {}

    @override(app, "write")
    async def write(inner: Any, request: Request, body: dict[str, Any]) -> None:
        version[request.entity] = version.get(request.entity, 0) + 1
        await inner(request, body)

    @override(app, "represent")
    def represent(inner: Any, request: Request, entity: dict[str, Any]) -> Any:
        more = {
            "lastModifiedDateTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "version": version.get(request.entity, 0),
        }
        return {**inner(request, entity), **more}


@variation("documented-date-maintained")
def date_maintained(app: App) -> None:
    """A documented date-time is set to now by every update, whatever is sent."""
    wanted = names(app, Kind.DATETIMEOFFSET)

    @override(app, "write")
    async def write(inner: Any, request: Request, body: dict[str, Any]) -> None:
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        await inner(request, {**body, **dict.fromkeys(wanted, now)})


@variation("slow-answers")
def slow(app: App) -> None:
    """Every answer takes five milliseconds."""
    import asyncio  # noqa: PLC0415 (this variation alone)

    @override(app, "patch")
    async def patch(inner: Any, request: Request) -> Reply:
        await asyncio.sleep(0.005)
        return await inner(request)
