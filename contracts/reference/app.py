"""The reference implementation: an ASGI app made from a contract alone, right in every step.

Each step from request to response is a method that a fault or variation may replace on one instance; the app itself
knows of none of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import quote, unquote_to_bytes, urlsplit

from contracts.contract import Contract, Kind, Shape
from contracts.reference import query, strictjson, validate
from contracts.reference.answering import Answering, empty, typed
from contracts.reference.message import Receive, Refusal, Reply, Request, Scope, Send, Tokens
from contracts.reference.routes import Place, Resource, Role, Routes
from contracts.reference.store import Objects, Store, completed, made, merge, new_id

MAX_BODY = 4 * 1024 * 1024
PREFERENCE = re.compile(r'(?:^|[,\s])(?i:return)\s*=\s*"?(minimal|representation)\b')
"""The first preference for what is returned (RFC 7240 §4.2)."""
PAGE_SIZE = re.compile(r"(?i:odata\.)?maxpagesize=([1-9][0-9]{0,5})\b")
"""The preference for how many objects a page has (OData 4.01 §8.2.8.5)."""
SAFE = "$'()*+,;=:@!~"
"""What stands in a path's segment as it is (RFC 3986 §3.3)."""
SENTINEL = frozenset({"unknownfuturevalue"})
"""The member of evolvable enumerations that only answers have."""
SINGLE = "-"
"""Stands for the id of an object that is alone and gone."""


class App(Answering):
    """The app for one contract and its store."""

    def __init__(self, contract: Contract, tokens: Tokens, auth: str = "enforced", objects: int = 2) -> None:
        self.contract = contract
        self.tokens = tokens
        self.auth = auth
        self.store = Store(objects)
        base = urlsplit(contract.servers[0]).path if contract.servers else ""
        self.base = [part for part in base.split("/") if part]
        self.routes = Routes(contract)

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
        reply = await self.act(request)
        return self.success(request, reply) if request.documented else reply

    async def act(self, request: Request) -> Reply:
        """What the method asks for."""
        if request.method == "OPTIONS" and not request.documented:
            return Reply(200, headers={"Allow": self.allow(request), "Accept-Patch": "application/json"}, body=b"")
        if request.resource is None or (request.documented and request.shape is None):
            return await self.other(request)
        if request.method in {"GET", "HEAD"}:
            return self.get(request)
        return await self.change(request)

    async def change(self, request: Request) -> Reply:
        """An update, a creation or a deletion."""
        match request.method:
            case "POST":
                return await self.post(request)
            case "DELETE":
                return await self.delete(request)
        return await self.patch(request)

    def success(self, request: Request, reply: Reply) -> Reply:  # noqa: ARG002 (faults look at it)
        """The last word on a documented operation that was performed."""
        return reply

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
        request.place = self.locate(request.segments)
        if request.place is None:
            raise Refusal(404, "ResourceNotFound", "The resource does not exist.")
        request.operation = request.place.operation(request.method)
        if request.place.role is Role.ITEM:
            request.entity = request.segments[-1]
        elif request.place.role is Role.SINGLE:
            request.entity = next(iter(self.objects(request)), SINGLE)
        if request.entity:
            self.find(request)

    def locate(self, segments: tuple[str, ...]) -> Place | None:
        """What a path leads to."""
        return self.routes.find(segments)

    def find(self, request: Request) -> None:
        """404 where the object isn't there."""
        if request.entity not in self.objects(request):
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")

    def objects(self, request: Request) -> Objects:
        """The objects that the request's operation addresses, by id."""
        return self.store.objects(self.resource(request), request.tenant)

    def resource(self, request: Request) -> Resource:
        """The resource that is addressed."""
        assert request.resource is not None  # noqa: S101 (what has none is answered before)
        return request.resource

    def authorize(self, request: Request) -> None:
        """403 for whoever may not."""
        token = request.headers.get("authorization", "").partition(" ")[2].strip()
        if token in {self.tokens.forbidden, self.tokens.personal}:
            raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        if token == self.tokens.foreign:
            if request.shape in {Shape.LIST, Shape.CREATE}:
                request.tenant = token
                return
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")

    def method(self, request: Request) -> None:
        """405 for what an object or a collection doesn't do."""
        if request.method not in self.allow(request).split(", "):
            raise Refusal(405, "Request_BadRequest", "The method is not allowed here.", Allow=self.allow(request))

    def allow(self, request: Request) -> str:
        """The methods that a path has: objects can be looked at, whatever the document has for them."""
        assert request.place is not None  # noqa: S101 (routed)
        methods = {"OPTIONS", *request.place.operations}
        if "GET" in methods or request.resource is not None:
            methods |= {"GET", "HEAD"}
        return ", ".join(sorted(methods))

    def get(self, request: Request) -> Reply:
        """An object, or all of them."""
        status = self.documented_status(request, 200)
        try:
            asked = query.options(request.query)
            query.check(asked, query.KNOWN - query.LISTS if request.entity else query.KNOWN)
            return Reply(status, self.shown(request)) if request.entity else self.listed(request, asked, status)
        except query.QueryError as error:
            raise Refusal(400, "BadRequest", str(error)) from error

    def documented_status(self, request: Request, default: int) -> int:
        """The status that the document has for success."""
        documented = request.operation.success if request.documented and request.operation else None
        return documented or default

    def listed(self, request: Request, asked: Mapping[str, str], status: int) -> Reply:
        """A page of the collection's objects."""
        prefer = PAGE_SIZE.search(request.headers.get("prefer", ""))
        size = int(prefer[1]) if prefer else self.page_size(request)
        page = query.page(self.visible(request), asked, self.resource(request).type, size)
        applied = {"Preference-Applied": prefer[0]} if prefer else {}
        shown = [self.represent(request, dict(entity)) for _, entity in page.objects]
        answer = request.operation.response if request.documented and request.operation else None
        if answer is not None and answer.kind is Kind.COLLECTION:
            return Reply(status, shown, applied)
        value: dict[str, Any] = {} if page.count is None else {"@odata.count": page.count}
        value["value"] = shown
        if page.following:
            value["@odata.nextLink"] = f"{self.url(request)}?{page.following}"
        return Reply(status, value, applied)

    def page_size(self, request: Request) -> int | None:  # noqa: ARG002 (variations have one)
        """How many objects a page has where nothing else is asked; None for all."""
        return None

    def url(self, request: Request, *more: str) -> str:
        """The address of what a request is for, or of something below it."""
        segments = (*self.base, *request.segments, *more)
        path = "".join(f"/{quote(segment, safe=SAFE)}" for segment in segments)
        host = request.headers.get("host", "")
        return f"{request.scope.get('scheme', 'http')}://{host}{path}" if host else path

    def visible(self, request: Request) -> Objects:
        """The objects as reads see them."""
        return self.objects(request)

    def shown(self, request: Request) -> dict[str, Any]:
        """The addressed object as a read shows it."""
        visible = self.visible(request)
        if request.entity not in visible:
            raise Refusal(404, "Request_ResourceNotFound", "The object does not exist.")
        return self.represent(request, dict(visible[request.entity]))

    # -- changes --------------------------------------------------------------------------------------------------

    async def patch(self, request: Request) -> Reply:
        """An update, from its media type to its answer."""
        body = self.accept(request)
        self.precondition(request)
        await self.write(request, body)
        return self.updated(request, body)

    async def post(self, request: Request) -> Reply:
        """A creation: an object with nothing in it, updated before anybody sees it."""
        body = self.accept(request)
        await self.create(request, body)
        return self.updated(request, body)

    async def create(self, request: Request, body: Mapping[str, Any]) -> None:
        """Make an object and write the body into it."""
        self.add(request)
        try:
            await self.write(request, body)
        except Exception:
            self.remove(request)
            raise

    def add(self, request: Request) -> None:
        """Make an object of no properties; the request is about it from here on."""
        identity = self.new_id(request)
        request.entity = str(identity)
        self.objects(request)[request.entity] = {**empty(self.resource(request).type), "id": identity}

    def new_id(self, request: Request) -> Any:
        """An id that no object has had."""
        return new_id(self.resource(request))

    async def delete(self, request: Request) -> Reply:
        """A deletion."""
        self.precondition(request)
        before = dict(self.objects(request)[request.entity])
        self.remove(request)
        return self.deleted(request, before)

    def remove(self, request: Request) -> None:
        """Take the object away."""
        self.objects(request).pop(request.entity, None)

    def deleted(self, request: Request, before: dict[str, Any]) -> Reply:
        """The answer to a deletion that was done."""
        status = self.documented_status(request, 204)
        shows = status != 204 and request.operation is not None and request.operation.response is not None
        return Reply(status, self.represent(request, before)) if shows else Reply(status, body=b"")

    async def other(self, request: Request) -> Reply:
        """What is none of the five: nothing is kept, and the answer is the document's example or one like it."""
        operation = request.operation
        assert operation is not None  # noqa: S101 (routed, and no resource's)
        if not request.complete:
            raise Refusal(400, "BadRequest", "The request ended early.")
        if request.body and operation.body is not None:
            self.media_type(request)
            self.parse(request.body)
        status = self.documented_status(request, 204 if operation.response is None else 200)
        if status == 204 or operation.response is None:
            return Reply(status, body=b"")
        if operation.response_example is not None:
            return Reply(status, operation.response_example.body)
        return Reply(status, made(operation.response, None, 1))

    def accept(self, request: Request) -> dict[str, Any]:
        """What a body says, where it can be taken."""
        if not request.complete:
            raise Refusal(400, "BadRequest", "The request ended early.")
        self.media_type(request)
        return self.check(request, self.parse(request.body))

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
        try:
            checked = validate.body(value, self.resource(request).body(request.operation), rules=self.rules(request))
        except validate.InvalidError as error:
            raise Refusal(400, "Request_BadRequest", str(error)) from error
        if request.entity:
            self.check_id(request, checked)
        else:
            self.complete(request, value)
        checked.pop("id", None)
        return checked

    def complete(self, request: Request, value: Mapping[str, Any]) -> None:
        """400 for a new object without what the document requires of one, and its own example has."""
        assert request.operation is not None  # noqa: S101 (routed)
        sent, example = self.resource(request).body(request.operation), request.operation.request_example
        shown = example.body if example and isinstance(example.body, Mapping) else sent.properties
        for name in sent.required:
            declared = sent.properties.get(name)
            if name in shown and name not in value and name != "id" and not (declared and declared.read_only):
                raise Refusal(400, "Request_BadRequest", f"The property '{name}' is required.")

    def rules(self, request: Request) -> validate.Rules:
        """What a body has to keep to besides its type."""
        example = request.operation.request_example if request.operation else None
        return validate.Rules(
            never=SENTINEL if request.shape is Shape.CREATE else frozenset(),
            named=frozenset(validate.named(example.body)) if example else frozenset(),
        )

    def check_id(self, request: Request, body: Mapping[str, Any]) -> None:
        """400 for an id that isn't the object's."""
        if str(body.get("id", request.entity)) != request.entity:
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
        objects, resource = self.objects(request), self.resource(request)
        merged = merge(objects[request.entity], body, resource.type)
        objects[request.entity] = completed(merged, self.store.first(resource, request.entity), resource.type)

    def updated(self, request: Request, body: Mapping[str, Any]) -> Reply:  # noqa: ARG002 (faults answer with it)
        """The answer to an update or a creation that was written."""
        new = request.method == "POST"
        where = {"Location": self.url(request, request.entity)} if new else {}
        wanted = PREFERENCE.search(request.headers.get("prefer", ""))
        if wanted and wanted[1] == "minimal":
            entity = {"OData-EntityId": where["Location"]} if new else {}
            return Reply(204, headers={**where, **entity, "Preference-Applied": "return=minimal"}, body=b"")
        applied = {"Preference-Applied": "return=representation"} if wanted else {}
        status = self.documented_status(request, 201 if new else 200)
        assert request.operation is not None  # noqa: S101 (routed)
        if not wanted and (status == 204 or (status == 202 and request.operation.response is None)):
            return Reply(status, headers=where, body=b"")
        if status == 204:
            status = 201 if new else 200
        return Reply(status, self.represent(request, dict(self.objects(request)[request.entity])), {**where, **applied})

    def represent(self, request: Request, entity: dict[str, Any]) -> dict[str, Any]:
        """An object as it is shown, with types named where the documented example names them."""
        resource = self.resource(request)
        shape = resource.type
        named = {"@odata.type": f"#{shape.name}"} if shape.name else {}
        if resource.secret:
            entity = {name: value for name, value in entity.items() if name not in resource.secret}
        wanted = query.selected(query.options(request.query))
        if wanted is not None:
            entity = {name: value for name, value in entity.items() if name in wanted}
        spelling = resource.nested_type
        return {**named, **(typed(entity, shape, spelling) if spelling else entity), **named}
