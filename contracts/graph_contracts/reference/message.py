"""Requests, replies and refusals as the steps of the reference pass them on."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from graph_contracts.contract import Operation, OperationKind
from graph_contracts.json_types import Json
from graph_contracts.reference.routes import Place, Resource

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Tokens:
    """Bearer tokens: one that may do everything, and those of identities that must be refused."""

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
    place: Place | None = None
    """What the path leads to."""
    operation: Operation | None = None
    """The operation addressed; where the document has none of the method, one that stands for its path."""
    entity: str = ""
    """The id of the object addressed, or made; empty where a collection is."""
    key_property: str = ""
    """The property whose value addresses the object, where the path names another one than the id."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """The arguments of functions in the path: OData literals by the parameters of the path template."""
    below: tuple[str, ...] = ()
    """The keys of the objects that the addressed collection is below, outermost first, where the document has those."""
    bound: Request | None = None
    """A request for the object or collection that what is called or counted is bound to, if the document has that."""
    tenant: str = ""
    """Whose objects are meant; empty for those of everybody with a right token."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    scope: Scope = field(default_factory=dict, repr=False)
    """What the server said of the request (ASGI)."""

    @property
    def stored(self) -> bool:
        """Whether the path leads to a resource, which has objects."""
        return self.place is not None and self.place.resource is not None

    @property
    def resource(self) -> Resource:
        """The resource whose objects are addressed; to be asked for where the path leads to one."""
        assert self.place is not None  # noqa: S101 (routed)
        assert self.place.resource is not None  # noqa: S101 (what has none is answered before)
        return self.place.resource

    @property
    def documented(self) -> bool:
        """Whether the document has an operation of this method on this path."""
        return self.place is not None and self.method in self.place.operations

    @property
    def kind(self) -> OperationKind | None:
        """What the documented operation does; HEAD of octets is about them as GET is."""
        if self.place is None:
            return None
        read = self.place.kinds.get("GET") if self.method == "HEAD" else None
        return self.place.kinds.get(self.method) or (read if read is OperationKind.MEDIA else None)

    def documented_status(self, default: int) -> int:
        """The status that the document has for success."""
        documented = self.operation.success if self.documented and self.operation else None
        return documented or default


@dataclass
class Reply:
    """A response before it is sent; `value` is rendered as JSON where there is no `body`."""

    status: int
    value: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    media: str = "application/json;odata.metadata=minimal;charset=utf-8"


class Refusal(Exception):  # noqa: N818 (an answer, not an accident)
    """A request that is not performed."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, {k.replace("_", "-"): v for k, v in headers.items()}
