"""Kept connections that a watchdog can end, and answers read off them within limits of our own.

http.client and urllib3 bound a line of the head and the number of its fields, and trust the peer with the rest.
"""

from __future__ import annotations

import io
from http.client import HTTPException, HTTPResponse, RemoteDisconnected, parse_headers
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util.connection import is_connection_dropped

from graph_contracts.http import raw
from graph_contracts.http.exchange import Response
from graph_contracts.http.limits import MAX_BODY, MAX_HEAD, MAX_INTERIM, MAX_LINE
from graph_contracts.http.watchdog import Watch, Watchdog

BROKEN = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError, AttributeError)
"""What the libraries raise at a peer; AttributeError where the watchdog took the socket from under a read."""
CLOSED = "the connection was closed before an answer"
MAX_WORDS = 2000
"""Characters of an error that are kept: some quote what the peer sent."""


class _Lines(io.BufferedReader):
    """Octets of a peer that can't be asked for without a limit."""

    def readline(self, size: int | None = -1, /) -> bytes:
        bounded = size is not None and 0 <= size <= MAX_LINE
        line = super().readline(size if bounded else MAX_LINE)
        if not bounded and len(line) == MAX_LINE:
            raise HTTPException(f"a line of the message is longer than {MAX_LINE} octets")
        return line

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= MAX_BODY:
            raise HTTPException("a chunk has no valid size")
        return super().read(size)


class _Answer(HTTPResponse):
    """Skips interim responses (RFC 9110 §15.2), though not for ever, and refuses a head that is too long."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp = _Lines(self.fp.detach())

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(MAX_INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200 or status == 101:
                return version, status, reason
            parse_headers(self.fp)
        raise HTTPException(f"{MAX_INTERIM} interim responses and no final one")

    def begin(self) -> None:
        super().begin()
        fields = self.headers.items()
        if len(self.reason) + sum(len(name) + len(value) + 4 for name, value in fields) > MAX_HEAD:
            raise HTTPException(f"the header is longer than {MAX_HEAD} octets")


class _Adapter(HTTPAdapter):
    """Sends to one target in one way: what requests works out for each request anew is known after the first."""

    def __init__(self) -> None:
        super().__init__(pool_maxsize=32)
        self._pools: dict[tuple[str, str], Any] = {}

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        scheme, authority, *_ = urlsplit(str(request.url))
        pool = self._pools.get((scheme, authority))
        if pool is None:
            pool = super().get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
            self._pools[scheme, authority] = pool
        return pool

    def kept(self) -> list[Any]:
        """The connections that no request is on."""
        return [each for pool in self._pools.values() if pool.pool for each in list(pool.pool.queue) if each]

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:  # noqa: ARG002
        """Nothing but the message: no cookies are kept, and nobody asks for its encoding."""
        answer = requests.Response()
        answer.status_code, answer.reason, answer.raw = resp.status, resp.reason, resp
        return answer


def session(watchdog: Watchdog, proxy: str | None = None) -> requests.Session:
    """A session that reads no environment and whose sockets the watchdog can shut down."""
    made = requests.Session()
    made.trust_env = False
    adapter = _Adapter()
    adapter.poolmanager.pool_classes_by_scheme = _pools(watchdog)
    if proxy:
        adapter.proxy_manager_for(proxy).pool_classes_by_scheme = _pools(watchdog)
    made.mount("http://", adapter)
    made.mount("https://", adapter)
    return made


def _pools(watchdog: Watchdog) -> dict[str, Any]:
    def watched(base: type[HTTPConnection]) -> type[HTTPConnection]:
        class Watched(base):  # type: ignore[misc, valid-type]
            response_class = _Answer
            served = 0

            def _new_conn(self) -> Any:
                # before TLS takes the socket over: a handshake can be dragged out as well
                self.served = 0
                sock = super()._new_conn()
                self._announce(sock)
                return sock

            def request(self, *args: Any, **kwargs: Any) -> None:
                self._announce(self.sock)
                super().request(*args, **kwargs)
                self.served += 1

            def _announce(self, sock: Any) -> None:
                watch = watchdog.current()
                if watch is not None and sock is not None:
                    watch.attach(sock, self.served > 0)

        return Watched

    class Http(HTTPConnectionPool):
        ConnectionCls = watched(HTTPConnection)

    class Https(HTTPSConnectionPool):
        ConnectionCls = watched(HTTPSConnection)  # type: ignore[assignment]

    return {"http": Http, "https": Https}


def read(answer: requests.Response, watch: Watch) -> Response:
    """Read the message off the wire, up to `MAX_BODY`, and undo its content coding."""
    wire = answer.raw
    octets = bytearray()
    broken = ""
    try:
        for chunk in wire.stream(65536, decode_content=False):
            octets += chunk
            if len(octets) > MAX_BODY:
                broken = f"the body is longer than {MAX_BODY} octets and was cut there"
                wire.close()
                break
    except BROKEN as error:
        broken = "the body did not end in time" if watch.expired else f"the body ended early: {reason(error)}"
        wire.close()
    headers = tuple((str(name), str(value)) for name, value in wire.headers.iteritems())
    coding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    body, problem = raw.decode(bytes(octets), coding, MAX_BODY)
    framed = wire.headers.get("Transfer-Encoding") or wire.headers.get("Content-Length")
    if answer.status_code == 101 or (answer.status_code in {204, 304} and framed):
        wire.close()  # content that must not be there would be taken for the next answer
    wire.release_conn()
    return Response(
        status=answer.status_code,
        headers=headers,
        body=body,
        reason=str(answer.reason or ""),
        http_version="1.0" if wire.version == 10 else "1.1",
        broken=broken or problem or _misread(wire),
    )


def holds_connection(session: requests.Session) -> bool:
    """Whether the peer has left any kept connection of a session open."""
    adapters = [each for each in session.adapters.values() if isinstance(each, _Adapter)]
    kept = [connection for each in adapters for connection in each.kept()]
    return any(connection.sock is not None and not is_connection_dropped(connection) for connection in kept)


def _misread(wire: Any) -> str:
    """What http.client passed over in the head."""
    message = getattr(getattr(wire, "_original_response", None), "msg", None)
    defects = [type(each).__name__ for each in getattr(message, "defects", ())]
    return "a line of the head is no field" if "MissingHeaderBodySeparatorDefect" in defects else ""


def malformed(error: BaseException) -> bool:
    """Whether a message came whose fields the libraries refuse to read."""
    return isinstance(_root(error), (InvalidHeader, requests.exceptions.InvalidHeader))


def closed(error: BaseException) -> bool:
    """Whether it says that the peer closed the connection."""
    return isinstance(_root(error), (RemoteDisconnected, ConnectionResetError, BrokenPipeError, ConnectionAbortedError))


def reason(error: BaseException) -> str:
    """Why an exchange failed, in the words of whoever noticed first."""
    root = _root(error)
    if isinstance(root, RemoteDisconnected):
        return CLOSED
    if isinstance(root, OSError) and root.strerror:
        return root.strerror
    return str(root)[:MAX_WORDS] or type(root).__name__


def _root(error: BaseException) -> BaseException:
    """The innermost cause: what the socket said, not what three libraries made of it."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = error.__cause__ or error.__context__ or getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        if inner is None:
            break
        error = inner
    return error
