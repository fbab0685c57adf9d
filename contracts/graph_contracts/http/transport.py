"""One request to the target and its answer: over a kept connection or a new one, as chosen octets where they matter.

Whatever the peer does ends in an `Exchange`, never in an exception.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from graph_contracts.http import pool, raw, tls
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import REFUSED, SAFE, Exchange, Request, Response
from graph_contracts.http.watchdog import Watchdog

STALE = "the kept connection had been closed"


class Transport:
    """Connections to one target; safe to use from several threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._base = connection.base.rstrip("/")
        self._watchdog = Watchdog()
        self._session = self._opened()
        self._strange = False
        """Whether the target sent a message, on a new connection, that only reading its octets shows."""

    def close(self) -> None:
        self._session.close()

    def moved(self, connection: Connection) -> Transport:
        """Connections to where the target has moved to; these are closed."""
        self.close()
        return Transport(connection)

    def _opened(self) -> requests.Session:
        return pool.session(self._watchdog, self._connection.proxy)

    def holds_connection(self) -> bool:
        """Whether the target still holds a connection that was kept: whoever ended holds none."""
        return pool.holds_connection(self._session)

    def exchange(self, request: Request, timeout: float, *, fresh: bool) -> Exchange:
        """Send a request, on a connection of its own where that is to be `fresh`, and read its answer."""
        if self._strange:
            return make_exchange(request, lambda: self._by_octets(request, timeout))
        if not fresh:
            return make_exchange(request, lambda: self._kept(request, timeout))
        session = self._opened()
        try:
            return make_exchange(request, lambda: self._attempt(session, request, timeout))
        finally:
            session.close()

    def talk(self, request: Request, timeout: float, *, half_close: bool) -> Exchange:
        """Send a request's chosen octets on a connection of their own, and read until the peer closes it."""
        wire, connect = request.wire or b"", self._connection.limits.connect_timeout
        context, proxy = tls.context(self._connection), self._connection.proxy
        return make_exchange(request, lambda: raw.talk(self._base, wire, context, timeout, connect, half_close, proxy))

    def line(self) -> raw.Line:
        """A connection that is kept for several requests with chosen octets."""
        connect = self._connection.limits.connect_timeout
        return raw.Line(self._base, tls.context(self._connection), connect, self._connection.proxy)

    def _kept(self, request: Request, timeout: float) -> tuple[Response | None, str]:
        response, error = self._attempt(self._session, request, timeout)
        if response is None and error == STALE:
            # the peer had closed a kept connection: not an answer to this request
            response, error = self._attempt(self._session, request, timeout)
            if response is None and error == REFUSED:
                error = pool.CLOSED  # it may have had this request, and ended by it
            return response, error
        if response is None and self._strange and _may_repeat(request):
            return self._by_octets(request, timeout)
        return response, error

    def _by_octets(self, request: Request, timeout: float) -> tuple[Response | None, str]:
        """Send a request on a connection of its own, and read what comes for what it is."""
        framing = [("Content-Length", str(len(request.body)))] if request.body or request.method not in SAFE else []
        fields = (*request.headers, *framing, ("Connection", "close"))
        wire = raw.request_bytes(request.method, request.address, fields, request.body)
        context, connect = tls.context(self._connection), self._connection.limits.connect_timeout
        return raw.talk(self._base, wire, context, timeout, connect, proxy=self._connection.proxy)

    def _attempt(self, session: requests.Session, request: Request, timeout: float) -> tuple[Response | None, str]:
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = request.address
        prepared.headers = CaseInsensitiveDict(request.headers)
        if request.body:
            # without it requests would send the body chunked
            prepared.headers.setdefault("Content-Length", str(len(request.body)))
            prepared.body = request.body
        with self._watchdog.watch(timeout) as watch:
            try:
                adapter = session.get_adapter(request.url)
                proxy = self._connection.proxy
                if proxy and request.url.startswith("http:"):
                    # to the proxy alone: no part of the request as recorded
                    prepared.headers.update(HTTPAdapter().proxy_headers(proxy))
                answer = adapter.send(
                    prepared,
                    stream=True,
                    timeout=(self._connection.limits.connect_timeout, timeout),
                    verify=self._connection.verify,
                    cert=self._connection.cert,
                    proxies={"http": proxy, "https": proxy} if proxy else None,
                )
                response = pool.read(answer, watch)
                if not watch.expired or response.broken:
                    return response, ""
                return None, f"no complete answer within {timeout:g} s"  # its head was cut, which looks like its end
            except pool.BROKEN as error:
                if watch.expired:
                    return None, f"no complete answer within {timeout:g} s"
                self._strange = self._strange or (pool.malformed(error) and not watch.reused)
                return None, STALE if watch.reused and pool.closed(error) else pool.reason(error)


def _may_repeat(request: Request) -> bool:
    """Whether a request that was performed already does the same once more."""
    conditional = any(name.lower().startswith("if-") for name, _ in request.headers)
    return request.method in SAFE or (request.method in {"PATCH", "PUT"} and not conditional)


def make_exchange(request: Request, ask: Callable[[], tuple[Response | None, str]]) -> Exchange:
    """The exchange that a request and an answer to it make."""
    started, clock = time.time(), time.perf_counter()
    response, error = ask()
    return Exchange(0, request, response, error, started=started, seconds=time.perf_counter() - clock)
