"""The reference implementation: an ASGI app made from a contract alone, right in every step.

Each step from request to response is a method that a fault or variation may replace on one instance; the app itself
knows of none of them.
"""

from __future__ import annotations

import json
import re
import secrets
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes, urlsplit

from contracts.contract import Contract, Kind, Operation, Type
from contracts.reference import strictjson, validate
from contracts.reference.store import Store

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_BODY = 4 * 1024 * 1024
PREFERENCE = re.compile(r'(?:^|[,\s])(?i:return)\s*=\s*"?(minimal|representation)\b')
"""The first preference for what is returned (RFC 7240 §4.2)."""


@dataclass(frozen=True)
class Tokens:
    """Bearer tokens: one that may update, and those of identities that must be refused."""

    full: str = field(default_factory=lambda: f"full-{secrets.token_urlsafe(18)}")
    forbidden: str = field(default_factory=lambda: f"forbidden-{secrets.token_urlsafe(18)}")
    personal: str = field(default_factory=lambda: f"personal-{secrets.token_urlsafe(18)}")
    expired: str = field(default_factory=lambda: f"expired-{secrets.token_urlsafe(18)}")
    foreign: str = field(default_factory=lambda: f"foreign-{secrets.token_urlsafe(18)}")

    @property
    def all(self) -> tuple[str, ...]:
        """Every token."""
        return (self.full, self.forbidden, self.personal, self.expired, self.foreign)


@dataclass
class Request:
    """A request as the steps see it."""

    method: str
    path: str
    """Below the base, percent-decoded segment by segment."""
    segments: tuple[str, ...]
    query: str
    headers: Mapping[str, str]
    """By lower-case name; several lines of one field combined."""
    body: bytes = b""
    complete: bool = True
    """Whether as many octets came as were announced."""
    operation: Operation | None = None
    entity: str = ""
    """The id addressed; empty where the collection is."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    scope: Scope = field(default_factory=dict, repr=False)
    """What the server said of the request (ASGI)."""


@dataclass
class Reply:
    """A response before it is sent; `value` is rendered as JSON where there is no `body`."""

    status: int
    value: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    media: str = "application/json;odata.metadata=minimal;charset=utf-8"


class Refusal(Exception):  # noqa: N818 (an answer, not an accident)
    """A request that is not performed."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, {k.replace("_", "-"): v for k, v in headers.items()}


class App:
    """The app for one contract and its store."""

    def __init__(self, contract: Contract, tokens: Tokens, auth: str = "enforced") -> None:
        self.contract = contract
        self.tokens = tokens
        self.auth = auth
        self.store = Store(contract)
        base = urlsplit(contract.servers[0]).path if contract.servers else ""
        self.base = [part for part in base.split("/") if part]
        self.nested_types = {operation.path: _nested_type(operation) for operation in contract.updates}
        self.routes = [(operation.path.strip("/").split("/"), operation) for operation in contract.updates]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http":
            return
        request = self.request(scope)
        try:
            await self.read(request, receive)
            reply = await self.perform(request)
        except Refusal as refusal:
            reply = self.refuse(request, refusal)
        except Exception as error:
            reply = self.crash(request, error)
        await self.send(request, reply, send)

    # -- the steps, in order --------------------------------------------------------------------------------------

    def request(self, scope: Scope) -> Request:
        """The request's head."""
        headers: dict[str, str] = {}
        for name, value in scope["headers"]:
            key, text = name.decode("latin-1").lower(), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        raw = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0]
        raw = re.sub(rb"^https?://[^/]*", b"", raw)  # the absolute form (RFC 9112 §3.2.2)
        segments = tuple(unquote_to_bytes(part).decode("utf-8", "replace") for part in raw.split(b"/") if part)
        below = list(segments[: len(self.base)]) == self.base
        segments = segments[len(self.base) :] if below else ("", *segments)
        return Request(
            method=scope["method"],
            path="/" + "/".join(segments),
            segments=segments,
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            scope=scope,
        )

    async def read(self, request: Request, receive: Receive) -> None:
        """The request's body, up to a limit."""
        chunks, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                request.complete = False
                break
            size += len(message.get("body", b""))
            if size <= MAX_BODY:
                chunks.append(message.get("body", b""))
            if not message.get("more_body"):
                break
        request.body = b"".join(chunks)
        if size > MAX_BODY:
            raise Refusal(413, "RequestEntityTooLarge", "The request is too large.")

    async def perform(self, request: Request) -> Reply:
        """All that follows once the request is read."""
        self.authenticate(request)
        self.route(request)
        self.authorize(request)
        self.method(request)
        if request.method in {"GET", "HEAD"}:
            return self.get(request)
        if request.method == "OPTIONS":
            return Reply(200, headers={"Allow": self.allow(request), "Accept-Patch": "application/json"}, body=b"")
        return await self.patch(request)

    def authenticate(self, request: Request) -> None:
        """401 for whoever can't be told."""
        if self.auth == "none":
            return
        given = request.headers.get("authorization", "")
        scheme, _, token = given.partition(" ")
        if not given:
            self.unauthenticated("Access token is empty.")
        if scheme.lower() != "bearer" or not token.strip():
            self.unauthenticated("A bearer token is needed.", error="invalid_request")
        if not self.known(token.strip()):
            self.unauthenticated("The access token is not valid.", error="invalid_token")

    def known(self, token: str) -> bool:
        """Whether a token is somebody's."""
        return self.auth == "any-token" or (token in self.tokens.all and token != self.tokens.expired)

    def unauthenticated(self, message: str, error: str = "") -> NoReturn:
        """Refuse with a challenge (RFC 6750 §3)."""
        challenge = 'Bearer realm="", authorization_uri="https://login.example/authorize"'
        challenge += f', error="{error}"' if error else ""
        raise Refusal(401, "InvalidAuthenticationToken", message, WWW_Authenticate=challenge)

    def route(self, request: Request) -> None:
        """Find the operation and the object; 404 where there is none."""
        for template, operation in self.routes:
            found = self.match(template, request.segments)
            if found is not None or same(template[:-1], request.segments):
                request.operation, request.entity = operation, found or ""
                break
        if request.operation is None:
            raise Refusal(404, "ResourceNotFound", "The resource does not exist.")
        if request.entity:
            self.find(request)

    def match(self, template: list[str], segments: tuple[str, ...]) -> str | None:
        """The id in a path, where the path is one of the template's."""
        return segments[-1] if same(template, segments) else None

    def find(self, request: Request) -> None:
        """404 where the object isn't there."""
        if request.entity not in self.objects(request):
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")

    def objects(self, request: Request) -> dict[str, dict[str, Any]]:
        """The objects that the request's operation addresses, by id."""
        assert request.operation is not None  # noqa: S101 (routed)
        return self.store.objects(request.operation)

    def authorize(self, request: Request) -> None:
        """403 for whoever may not."""
        token = request.headers.get("authorization", "").partition(" ")[2].strip()
        if token in {self.tokens.forbidden, self.tokens.personal}:
            raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        if token == self.tokens.foreign:
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")

    def method(self, request: Request) -> None:
        """405 for what an object or a collection doesn't do."""
        if request.method not in self.allow(request).split(", "):
            raise Refusal(405, "Request_BadRequest", "The method is not allowed here.", Allow=self.allow(request))

    def allow(self, request: Request) -> str:
        """The methods that an object or a collection has."""
        return "GET, HEAD, OPTIONS, PATCH" if request.entity else "GET, HEAD, OPTIONS"

    def get(self, request: Request) -> Reply:
        """An object, or all of them."""
        if request.entity:
            return Reply(200, self.shown(request))
        assert request.operation is not None  # noqa: S101 (routed)
        values = [self.represent(request, dict(entity)) for entity in self.visible(request).values()]
        return Reply(200, {"value": values})

    def visible(self, request: Request) -> dict[str, dict[str, Any]]:
        """The objects as reads see them."""
        return self.objects(request)

    def shown(self, request: Request) -> dict[str, Any]:
        """The addressed object as a read shows it."""
        return self.represent(request, dict(self.visible(request)[request.entity]))

    async def patch(self, request: Request) -> Reply:
        """An update, from its media type to its answer."""
        if not request.complete:
            raise Refusal(400, "BadRequest", "The request ended early.")
        self.media_type(request)
        body = self.check(request, self.parse(request.body))
        self.precondition(request)
        await self.write(request, body)
        return self.updated(request, body)

    def media_type(self, request: Request) -> None:
        """415 for what isn't plain JSON."""
        essence = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if essence != "application/json" or request.headers.get("content-encoding", "identity").lower() != "identity":
            hint = {"Accept_Patch": "application/json"}
            raise Refusal(415, "UnsupportedMediaType", "The content type must be application/json.", **hint)

    def parse(self, body: bytes) -> Any:
        """The body as strict JSON."""
        if not body:
            raise Refusal(400, "BadRequest", "Empty Payload. JSON content expected.")
        try:
            return strictjson.parse(body)
        except ValueError as error:
            raise Refusal(400, "BadRequest", "Unable to read JSON request payload.") from error

    def check(self, request: Request, value: Any) -> dict[str, Any]:
        """400 for what isn't an update of the type; nothing is written before all of it is known to be good."""
        if not isinstance(value, dict):
            raise Refusal(400, "BadRequest", "The request body must be a JSON object.")
        assert request.operation is not None  # noqa: S101 (routed)
        assert request.operation.body is not None  # noqa: S101 (updates have one)
        try:
            checked = validate.body(value, request.operation.body)
        except validate.InvalidError as error:
            raise Refusal(400, "Request_BadRequest", str(error)) from error
        self.check_id(request, checked)
        checked.pop("id", None)
        return checked

    def check_id(self, request: Request, body: Mapping[str, Any]) -> None:
        """400 for an id that isn't the object's."""
        if body.get("id", request.entity) != request.entity:
            raise Refusal(400, "Request_BadRequest", "The id can't be changed.")

    def precondition(self, request: Request) -> None:
        """412 where the object has no such tag: without validators only `*` matches (RFC 9110 §13.1)."""
        if (
            request.headers.get("if-match", "*").strip() != "*"
            or request.headers.get("if-none-match", "").strip() == "*"
        ):
            raise Refusal(412, "PreconditionFailed", "The precondition does not hold.")

    async def write(self, request: Request, body: Mapping[str, Any]) -> None:
        """Merge the body into the object."""
        assert request.operation is not None  # noqa: S101 (routed)
        self.store.merge(request.operation, request.entity, body)

    def updated(self, request: Request, body: Mapping[str, Any]) -> Reply:  # noqa: ARG002 (faults answer with it)
        """The answer to an update that was written."""
        wanted = PREFERENCE.search(request.headers.get("prefer", ""))
        if wanted and wanted[1] == "minimal":
            return Reply(204, headers={"Preference-Applied": "return=minimal"}, body=b"")
        applied = {"Preference-Applied": "return=representation"} if wanted else {}
        assert request.operation is not None  # noqa: S101 (routed)
        success = request.operation.success or 200
        if success == 204 and not wanted:
            return Reply(204, body=b"")
        return Reply(
            200 if success == 204 else success,
            self.represent(request, dict(self.objects(request)[request.entity])),
            applied,
        )

    def represent(self, request: Request, entity: dict[str, Any]) -> dict[str, Any]:
        """An object as it is shown, with types named where the documented example names them."""
        assert request.operation is not None  # noqa: S101 (routed)
        sent = request.operation.body
        shape = request.operation.response or sent
        assert shape is not None  # noqa: S101 (updates have a body)
        name = sent.name if sent and sent.name in shape.also else shape.name
        named = {"@odata.type": f"#{name}"} if name else {}
        selected = re.search(r"(?:^|&)(?:\$|%24)select=([^&]*)", request.query)
        if selected:
            wanted = {"id", *selected[1].replace("%2C", ",").split(",")}
            entity = {name: value for name, value in entity.items() if name in wanted}
        spelling = self.nested_types[request.operation.path]
        return {**named, **(typed(entity, shape, spelling) if spelling else entity), **named}

    # -- answers --------------------------------------------------------------------------------------------------

    def refuse(self, request: Request, refusal: Refusal) -> Reply:
        """Graph's error envelope."""
        return Reply(refusal.status, self.envelope(request, refusal.code, str(refusal)), refusal.headers)

    def envelope(self, request: Request, code: str, message: str) -> dict[str, Any]:
        """The body of an error."""
        inner = {
            "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
            "request-id": request.id,
            "client-request-id": self.client_id(request) or request.id,
        }
        return {"error": {"code": code, "message": message, "innerError": inner}}

    def crash(self, request: Request, error: Exception) -> Reply:  # noqa: ARG002 (faults show it)
        """What is said of a failure of our own."""
        return Reply(500, self.envelope(request, "InternalServerError", "An error occurred."))

    def client_id(self, request: Request) -> str:
        """The client's own id for the request, where it is fit to be sent back."""
        given = request.headers.get("client-request-id", "")
        return given if re.fullmatch(r"[0-9A-Za-z-]{1,64}", given) else ""

    def render(self, request: Request, reply: Reply) -> bytes:  # noqa: ARG002 (faults look at it)
        """The body's octets."""
        if reply.body is not None:
            return reply.body
        return json.dumps(reply.value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")

    def headers(self, request: Request, reply: Reply, body: bytes) -> list[tuple[str, str]]:
        """The response's fields."""
        fields = {"Date": format_datetime(datetime.now(UTC), usegmt=True), "request-id": request.id}
        if client := self.client_id(request):
            fields["client-request-id"] = client
        if body and reply.status != 204:
            fields |= {"Content-Type": reply.media, "OData-Version": "4.0", "Cache-Control": "no-store"}
            fields["X-Content-Type-Options"] = "nosniff"
        if reply.status != 204:
            fields["Content-Length"] = str(len(body))
        return [*fields.items(), *reply.headers.items()]

    async def send(self, request: Request, reply: Reply, send: Send) -> None:
        """The message itself."""
        body = self.render(request, reply)
        fields = [(n.encode("latin-1"), v.encode("latin-1", "replace")) for n, v in self.headers(request, reply, body)]
        await send({"type": "http.response.start", "status": reply.status, "headers": fields})
        await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})


def typed(value: Any, type_: Type, spelling: str) -> Any:
    """A value with the types of its complex parts named in front."""
    if isinstance(value, list) and type_.item:
        return [typed(item, type_.item, spelling) for item in value]
    if not isinstance(value, dict) or type_.kind is not Kind.COMPLEX:
        return value
    known = type_.properties
    members = {name: typed(item, known[name].type, spelling) if name in known else item for name, item in value.items()}
    return {"@odata.type": spelling.format(type_.name), **members} if type_.name else members


def _nested_type(operation: Operation) -> str:
    """How the documented example spells the types of nested values; empty where it doesn't name them."""
    body = operation.response_example.body if operation.response_example else None
    shown = [value for value in body.values() if isinstance(value, dict)] if isinstance(body, dict) else []
    names = [str(value["@odata.type"]) for value in shown if "@odata.type" in value]
    return ("#{}" if names[0].startswith("#") else "{}") if names else ""


def same(template: Sequence[str], segments: Sequence[str]) -> bool:
    """Whether a path is one of a template's: whatever stands for a parameter, the rest literally."""
    if len(template) != len(segments):
        return False
    return all(
        part == given or (given and part.startswith("{")) for part, given in zip(template, segments, strict=True)
    )
