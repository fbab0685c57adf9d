"""Batches: many requests sent as one (OData 4.01 JSON §19, Graph's JSON batching)."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from graph_contracts.json_types import Json, JsonObject
from graph_contracts.reference.addresses import Addresses
from graph_contracts.reference.bodies import Bodies
from graph_contracts.reference.message import Refusal, Reply, Request

LIMIT = 20
"""Requests in a batch, as Graph has it."""
INHERITED = frozenset({"authorization", "host", "odata-version", "odata-maxversion"})
"""Header fields of the batch that hold for each of its requests."""


class Batches:
    """The steps that take batches apart."""

    def __init__(self, addresses: Addresses, bodies: Bodies, answered: Callable[[Request], Awaitable[Reply]]) -> None:
        self.addresses = addresses
        self.bodies = bodies
        self.inner = answered
        """Answers a request that comes alone."""

    async def batch(self, request: Request) -> Reply:
        """All requests of a batch, in their order, and an answer to each."""
        if not request.complete:
            raise Refusal(400, "BadRequest", "The request ended early.")
        self.bodies.media_type(request)
        requests = self.requests(self.bodies.parse(request.body))
        answers: dict[str, JsonObject] = {}
        for each in requests:
            answers[each["id"]] = await self.answer(request, each, answers)
        return Reply(request.documented_status(200), {"responses": self.ordered(list(answers.values()))})

    def ordered(self, answers: list[JsonObject]) -> list[JsonObject]:
        """The answers as they come in the batch's answer."""
        return answers

    def requests(self, body: Json) -> list[JsonObject]:
        """The requests of a batch; 400 where it can't be read."""
        requests = body.get("requests") if isinstance(body, Mapping) else None
        if not isinstance(requests, list) or not requests:
            raise Refusal(400, "BadRequest", "A batch is an object with an array of requests.")
        if len(requests) > LIMIT:
            raise Refusal(400, "BadRequest", f"A batch has {LIMIT} requests at most.")
        known: set[str] = set()
        for each in requests:
            self.check_part(each, known)
            known.add(each["id"])
        return requests

    def check_part(self, part: Json, known: set[str]) -> None:
        """400 where a request of a batch lacks what it needs."""
        named = isinstance(part, Mapping) and all(isinstance(part.get(name), str) for name in ("id", "method", "url"))
        if not named or part["id"] in known:
            raise Refusal(400, "BadRequest", "A request of a batch has an id of its own, a method and a URL.")
        depends = part.get("dependsOn", [])
        if not isinstance(depends, list) or not set(map(str, depends)) <= known:
            raise Refusal(400, "BadRequest", "A request depends on requests before it.")
        if urlsplit(part["url"]).path.rstrip("/").endswith("$batch"):
            raise Refusal(400, "BadRequest", "A batch holds no batch.")

    async def answer(self, batch: Request, part: JsonObject, before: Mapping[str, JsonObject]) -> JsonObject:
        """The answer to one request of a batch."""
        if any(before[each]["status"] >= 400 for each in part.get("dependsOn", ())):
            error = {"code": "FailedDependency", "message": "A request that this one depends on failed."}
            return {"id": part["id"], "status": 424, "body": {"error": error}}
        reply = await self.inner(self.part(batch, part))
        shown: JsonObject = {"id": part["id"], "status": reply.status, "headers": {**reply.headers}}
        if reply.body is None:
            return {**shown, "headers": {**reply.headers, "Content-Type": reply.media}, "body": reply.value}
        return {**shown, "body": base64.b64encode(reply.body).decode()} if reply.body else shown

    def part(self, batch: Request, part: JsonObject) -> Request:
        """A request of a batch as one that comes alone."""
        url = urlsplit(part["url"])
        base = "".join(f"/{each}" for each in self.addresses.base)
        path = url.path if url.netloc else f"{base}/{url.path.lstrip('/')}"
        own = {str(name).lower(): str(value) for name, value in (part.get("headers") or {}).items()}
        kept = {name: value for name, value in batch.headers.items() if name in INHERITED}
        fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in {**kept, **own}.items()]
        scope = {**batch.scope, "method": part["method"].upper(), "path": path, "raw_path": path.encode()}
        request = self.addresses.request({**scope, "query_string": url.query.encode(), "headers": fields})
        body = part.get("body")
        request.body = b"" if body is None else json.dumps(body).encode()
        return request
