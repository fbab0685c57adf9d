"""Operations that are answered 202, and the monitors that show how far they have come."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

from graph_contracts.json_types import JsonObject
from graph_contracts.reference.addresses import Addresses
from graph_contracts.reference.message import Refusal, Reply, Request

ACCEPTED = 202
HOME = "operations"
"""The segment below the base that monitors are at."""
MAX_WORKS = 2_000


@dataclass
class Work:
    """An operation that was begun."""

    result: str
    """The URL of what it makes or changes."""
    tenant: str
    left: int = 1
    """How often its monitor shows it running before it has succeeded."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Monitors:
    """The steps that watch what was only begun."""

    def __init__(self, addresses: Addresses) -> None:
        self.addresses = addresses
        self.works: dict[str, Work] = {}

    def begun(self, request: Request, reply: Reply) -> Reply:
        """An answer with the monitor of what was only begun, where that is so."""
        if reply.status != ACCEPTED or request.operation is None or request.method == "DELETE":
            return reply
        work = Work(self.made_by(request), request.tenant)
        self.works[work.id] = work
        while len(self.works) > MAX_WORKS:
            del self.works[next(iter(self.works))]
        name = "Operation-Location" if "operation-location" in request.operation.answer_fields else "Location"
        where = {name: self.where(request, work)}
        if request.operation.response is None:
            return Reply(ACCEPTED, headers=where, body=b"")
        return replace(reply, headers={**reply.headers, **where})

    def made_by(self, request: Request) -> str:
        """The URL of what a request makes or changes."""
        if request.bound is not None:
            return self.addresses.url(request.bound)
        return self.addresses.url(request, *([request.entity] if request.entity not in request.segments else []))

    def where(self, request: Request, work: Work) -> str:
        """The URL of an operation's monitor."""
        return self.addresses.url(replace(request, segments=(HOME, work.id)))

    def monitored(self, request: Request) -> Work | None:
        """The operation whose monitor a request is for."""
        home, _, name = "/".join(request.segments).rpartition("/")
        return self.works.get(name) if home == HOME else None

    def look(self, request: Request, work: Work) -> Reply:
        """How far an operation has come."""
        if request.method not in {"GET", "HEAD"}:
            raise Refusal(405, "Request_BadRequest", "The method is not allowed here.", Allow="GET, HEAD")
        if work.tenant != request.tenant:
            raise Refusal(404, "ResourceNotFound", "The resource does not exist.")
        if work.left > 0:
            work.left -= 1
            return Reply(200, self.running(work), {"Retry-After": "0"})
        return Reply(200, self.ended(work))

    def running(self, work: Work) -> JsonObject:
        """What the monitor of an operation shows that has not ended."""
        return {"id": work.id, "status": "running"}

    def ended(self, work: Work) -> JsonObject:
        """What the monitor of an operation shows that has."""
        return {"id": work.id, "status": "succeeded", "targetResourceLocation": work.result, "error": None}
