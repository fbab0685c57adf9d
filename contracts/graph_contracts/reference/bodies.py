"""From a body's octets to properties that may be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from graph_contracts.contract import OperationKind
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.reference import strictjson, validate
from graph_contracts.reference.message import Receive, Refusal, Request

MAX_BODY = 4 * 1024 * 1024
SENTINEL = frozenset({"unknownfuturevalue"})
"""The member of evolvable enumerations that only answers have."""


class Bodies:
    """The steps that read a body and check it."""

    def __init__(self) -> None:
        self._by_example: dict[str, validate.Rules] = {}
        """What the example of an operation's body says of all its bodies, by the operation's id."""

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

    def accept(self, request: Request) -> JsonObject:
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

    def parse(self, body: bytes) -> Json:
        """The body as strict JSON."""
        if not body:
            raise Refusal(400, "BadRequest", "Empty Payload. JSON content expected.")
        try:
            return strictjson.parse(body)
        except ValueError as error:
            raise Refusal(400, "BadRequest", "Unable to read JSON request payload.") from error

    def check(self, request: Request, value: Json) -> JsonObject:
        """400 for what isn't an update of the type; nothing is written before all of it is known to be good."""
        if not isinstance(value, dict):
            raise Refusal(400, "BadRequest", "The request body must be a JSON object.")
        assert request.operation is not None  # noqa: S101 (routed)
        try:
            checked = validate.body(value, request.resource.body(request.operation), rules=self.rules(request))
        except validate.InvalidError as error:
            raise Refusal(400, "Request_BadRequest", str(error)) from error
        if request.entity:
            self.check_id(request, checked)
        else:
            self.complete(request, value)
        for key in request.resource.shape.keys:
            if request.entity or key not in request.resource.body(request.operation).required:
                checked.pop(key, None)
        return checked

    def complete(self, request: Request, value: JsonMapping) -> None:
        """400 for a new object without what the document requires of one, and its own example has."""
        assert request.operation is not None  # noqa: S101 (routed)
        sent, example = request.resource.body(request.operation), request.operation.request_example
        shown = example.body if example and isinstance(example.body, Mapping) else sent.properties
        for name in sent.required:
            declared = sent.properties.get(name)
            if (
                name in shown
                and name not in value
                and name not in request.resource.shape.keys
                and not (declared and declared.read_only)
            ):
                raise Refusal(400, "Request_BadRequest", f"The property '{name}' is required.")

    def rules(self, request: Request) -> validate.Rules:
        """What a body has to keep to besides its type."""
        operation = request.operation
        assert operation is not None  # noqa: S101 (routed)
        if operation.id not in self._by_example:
            example = operation.request_example
            self._by_example[operation.id] = validate.Rules(
                named=frozenset(validate.named(example.body)) if example else frozenset(),
                replaced=frozenset(map(validate.plain, example.replaced)) if example else frozenset(),
            )
        never = SENTINEL if request.kind is OperationKind.CREATE else frozenset()
        return replace(self._by_example[operation.id], keys=request.resource.shape.keys, never=never)

    def check_id(self, request: Request, body: JsonMapping) -> None:
        """400 for an id that isn't the object's."""
        shape = request.resource.shape
        own = shape.in_body(request.entity)
        if any(str(body.get(name, own.get(name))) != str(own.get(name)) for name in shape.keys):
            raise Refusal(400, "Request_BadRequest", "The id can't be changed.")
