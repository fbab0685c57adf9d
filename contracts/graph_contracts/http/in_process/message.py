"""A request as an application gets it, and what it answers, read as octets of a connection would be."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from graph_contracts.http import raw
from graph_contracts.http.exchange import Request, Response
from graph_contracts.http.limits import MAX_BODY

BODILESS = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "TRACE"})
"""Methods whose requests say nothing of a body where they have none."""
TEXT = [(b"content-type", b"text/plain; charset=utf-8")]
FAILED = b"Internal Server Error"
"""What servers answer for an application that fails."""
MAX_WORDS = 200


@dataclass(frozen=True)
class Incoming:
    """A request, with the header fields that a client adds on a connection."""

    method: str
    url: str
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @classmethod
    def of(cls, request: Request) -> Incoming:
        """The request as it would come through a server."""
        named = {name.lower() for name, _ in request.headers}
        usual = {"Host": urlsplit(request.url).netloc.rpartition("@")[2], "Accept-Encoding": "identity"}
        if request.body or request.method not in BODILESS:
            usual["Content-Length"] = str(len(request.body))
        added = [(name, value) for name, value in usual.items() if name.lower() not in named]
        fields = tuple((n.encode("latin-1"), v.encode("latin-1", "replace")) for n, v in (*added, *request.headers))
        return cls(request.method, request.address, fields, request.body)

    @property
    def raw_path(self) -> bytes:
        """The path as it is sent."""
        return (urlsplit(self.url).path or "/").encode("latin-1", "replace")

    @property
    def path(self) -> str:
        """The path without percent-encoding."""
        return unquote(self.raw_path.decode("latin-1"))

    @property
    def octets(self) -> bytes:
        """The octets of the path without percent-encoding."""
        return unquote_to_bytes(self.raw_path)

    @property
    def query(self) -> bytes:
        return urlsplit(self.url).query.encode("latin-1", "replace")

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


@dataclass
class Outgoing:
    """What an application has sent so far in answer to a request."""

    is_head: bool = False
    status: int = 0
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)
    is_over: bool = False
    problem: str = ""
    """How the application failed: the exception, and where it was raised."""

    def begin(self, status: int, fields: Iterable[tuple[bytes, bytes]]) -> None:
        """Take the head of the answer."""
        self.status, self.fields = status, list(fields)

    def add(self, octets: bytes) -> None:
        """Take a part of the body, as far as a run reads one; none where there may be no body."""
        if not self.is_head and len(self.body) <= MAX_BODY:
            self.body += octets

    def end(self) -> None:
        self.is_over = True

    def fail(self, error: BaseException) -> None:
        """Take down that the application raised an exception; before an answer, that is a 500."""
        (*_, last) = [*traceback.extract_tb(error.__traceback__)]
        words = " ".join(str(error).split())[:MAX_WORDS]
        where = f"{last.filename.replace(chr(92), '/').rpartition('/')[2]}:{last.lineno}"
        self.problem = f"{type(error).__name__}: {words} ({where})" if words else f"{type(error).__name__} ({where})"
        if not self.status:
            self.begin(HTTPStatus.INTERNAL_SERVER_ERROR, TEXT)
            self.add(FAILED)
            self.end()

    def response(self) -> Response | None:
        """The answer; None where there was none.

        It is read as it would be off a connection that ends with it, so that what is wrong with it shows alike.
        """
        if not self.status:
            return None
        if not 200 <= self.status <= 999:
            return Response(self.status, broken=f"{self.status} is no final status")
        known = {each.value: each.phrase for each in HTTPStatus}
        head = [f"HTTP/1.1 {self.status:03} {known.get(self.status, '')}".encode()]
        # servers frame answers, whatever an application says of that
        fields = [(name, value) for name, value in self.fields if name.lower() != b"transfer-encoding"]
        head += [name + b": " + value for name, value in fields]
        data = b"\r\n".join(head) + b"\r\n\r\n" + bytes(self.body)
        response = raw.parse(data, ended=True, head_only=self.is_head)
        broken = self._broken()
        if response is None:
            return Response(self.status, broken=broken or "the head of the answer is none of HTTP")
        return Response(
            response.status,
            response.headers,
            response.body,
            response.reason,
            response.http_version,
            broken or response.broken,
        )

    def _broken(self) -> str:
        if len(self.body) > MAX_BODY:
            return f"the body is longer than {MAX_BODY} octets and was cut there"
        return "" if self.is_over else "the body ended early: the application did not end its answer"
