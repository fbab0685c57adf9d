"""One request to the target and its answer: over a kept connection or a new one, as chosen octets where they matter.

Whatever the peer does ends in an `Exchange`, never in an exception.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from urllib3.connection import HTTPConnection

from graph_contracts.http import raw, tls
from graph_contracts.http.answer import CLOSED, AnswerReader, Malformed
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import REFUSED, Exchange, Request, Response
from graph_contracts.http.pool import FAILURES, Pool, is_closed_by_peer, reason

STALE = "the kept connection had been closed"
BODILESS = frozenset({"GET", "HEAD", "DELETE", "TRACE", "OPTIONS", "CONNECT"})
"""Methods that need no Content-Length where there is no body (RFC 9110 §8.6)."""
UNWRITABLE = re.compile("[\\r\\n]|[^\\x00-\\xff]")
URL_MARKS = "!$&'()*+,;=:@/?"
"""Characters of a path and a query that are sent as they are, beside letters, digits and `-._~` (RFC 3986 §3.4)."""
NO_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


class Transport:
    """Connections to one target; safe to use from several threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._base = connection.base.rstrip("/")
        self._pool = Pool(connection)

    def close(self) -> None:
        self._pool.close()

    def moved(self, connection: Connection) -> Transport:
        """Connections to where the target has moved to; these are closed."""
        self.close()
        return Transport(connection)

    def holds_connection(self) -> bool:
        """Whether the target still holds a connection that was kept: whoever ended holds none."""
        return self._pool.holds_connection

    def exchange(self, request: Request, timeout: float, *, fresh: bool) -> Exchange:
        """Send a request, on a connection of its own where that is to be `fresh`, and read its answer."""
        return make_exchange(request, lambda: self._asked(request, timeout, fresh=fresh))

    def talk(self, request: Request, timeout: float, *, half_close: bool) -> Exchange:
        """Send a request's chosen octets on a connection of their own, and read until the peer closes it."""
        wire, connect = request.wire or b"", self._connection.limits.connect_timeout
        context, proxy = tls.context(self._connection), self._connection.proxy
        return make_exchange(request, lambda: raw.talk(self._base, wire, context, timeout, connect, half_close, proxy))

    def line(self) -> raw.Line:
        """A connection that is kept for several requests with chosen octets."""
        connect = self._connection.limits.connect_timeout
        return raw.Line(self._base, tls.context(self._connection), connect, self._connection.proxy)

    def _asked(self, request: Request, timeout: float, *, fresh: bool) -> tuple[Response | None, str]:
        kept = None if fresh else self._pool.take(request.url)
        response, error = self._attempt(request, timeout, kept, fresh)
        if error == STALE:
            # the peer had closed a kept connection: not an answer to this request
            response, error = self._attempt(request, timeout, None, fresh)
            if error == REFUSED:
                error = CLOSED  # it may have had this request, and ended by it
        return response, error

    def _attempt(
        self, request: Request, timeout: float, kept: HTTPConnection | None, fresh: bool
    ) -> tuple[Response | None, str]:
        due = time.monotonic() + timeout
        connection, is_over = kept, True
        try:
            octets = self._octets(request)
            connection = connection or self._pool.open(request.url, timeout)
            reader = AnswerReader(connection.sock, due)
            response = reader.ask(octets, head_only=request.method == "HEAD")
            is_over = fresh or reader.is_over
        except (*FAILURES, Malformed) as error:
            if time.monotonic() >= due:
                return None, f"no complete answer within {timeout:g} s"
            return None, STALE if kept and is_closed_by_peer(error) else reason(error)
        else:
            return response, ""
        finally:
            if not is_over and connection is not None:
                self._pool.keep(request.url, connection)
            elif connection is not None:
                connection.close()

    def _octets(self, request: Request) -> bytes:
        """The message, with the fields that its framing takes.

        Raises:
            ValueError: a field would be two, or can't be written.
        """
        fields = request.headers
        if wrong := next((name for name, value in fields if UNWRITABLE.search(f"{name}{value}")), ""):
            raise ValueError(f"a field can't be written: {wrong!r}")
        given = {name.lower() for name, _ in fields}
        if "accept-encoding" not in given:
            fields = (("Accept-Encoding", "identity"), *fields)
        if "content-length" not in given and (request.body or request.method not in BODILESS):
            fields = (*fields, ("Content-Length", str(len(request.body))))
        url = _escaped(request.address)
        passing = self._pool.passing(url)
        target, fields = (None, fields) if passing is None else (url, (*fields, *passing))
        return raw.request_bytes(request.method, url, fields, request.body, host="host" not in given, target=target)


def _escaped(url: str) -> str:
    """A URL without characters that none has; what is escaped stays so, unless an escape is none."""
    parts = urlsplit(url)
    marks = URL_MARKS if NO_ESCAPE.search(url) else f"{URL_MARKS}%"
    return parts._replace(path=quote(parts.path, marks), query=quote(parts.query, marks), fragment="").geturl()


def make_exchange(request: Request, ask: Callable[[], tuple[Response | None, str]]) -> Exchange:
    """The exchange that a request and an answer to it make."""
    started, clock = time.time(), time.perf_counter()
    response, error = ask()
    return Exchange(0, request, response, error, started=started, seconds=time.perf_counter() - clock)
