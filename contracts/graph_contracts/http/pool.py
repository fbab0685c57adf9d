"""Connections to one target: requests opens them, with its certificates and proxies, and they are kept for later."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import Headers

FAILURES = (requests.RequestException, HTTPError, HTTPException, OSError, ValueError)
"""What opening a connection may raise."""


class Pool:
    """Kept connections; safe to use from several threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._adapter = HTTPAdapter()
        self._kept: defaultdict[tuple[str, str], list[HTTPConnection]] = defaultdict(list)
        """Connections that no request is on, by scheme and authority."""

    def open(self, url: str, timeout: float) -> HTTPConnection:
        """A new connection to the origin of a URL, or to the proxy that passes requests on to it.

        Raises:
            FAILURES: there is none.
        """
        settings = self._connection
        asked = requests.PreparedRequest()
        asked.url = url
        proxies = {"http": settings.proxy, "https": settings.proxy} if settings.proxy else None
        adapter: Any = self._adapter
        pool = adapter.get_connection_with_tls_context(asked, settings.verify, proxies, settings.cert)
        adapter.cert_verify(pool, url, settings.verify, settings.cert)
        made: HTTPConnection = pool._new_conn()  # without a request: there is no public way
        made.timeout = min(settings.limits.connect_timeout, timeout)
        try:
            if proxies and url.startswith("https:"):
                pool._prepare_proxy(made)
            else:
                made.connect()
        except BaseException:
            made.close()
            raise
        return made

    def passing(self, url: str) -> Headers | None:
        """What a proxy that is sent requests for a URL is told in their heads; None where no proxy reads them."""
        proxy = self._connection.proxy
        if not proxy or not url.startswith("http:"):
            return None
        return tuple(self._adapter.proxy_headers(proxy).items())

    def take(self, url: str) -> HTTPConnection | None:
        """A kept connection to the origin of a URL that the peer has left open, where there is one."""
        kept = self._kept[urlsplit(url)[:2]]
        with suppress(IndexError):  # another thread may take the last one
            while kept:
                connection = kept.pop()
                if connection.is_connected:
                    return connection
                connection.close()
        return None

    def keep(self, url: str, connection: HTTPConnection) -> None:
        """Keep a connection on which no more of an answer will come."""
        self._kept[urlsplit(url)[:2]].append(connection)

    @property
    def holds_connection(self) -> bool:
        """Whether the peer has left any kept connection open."""
        return any(each.is_connected for kept in list(self._kept.values()) for each in list(kept))

    def close(self) -> None:
        """Close the kept connections."""
        for kept in self._kept.values():
            while kept:
                kept.pop().close()


def is_closed_by_peer(error: BaseException) -> bool:
    """Whether an error says that the peer closed the connection."""
    return isinstance(_root(error), (ConnectionResetError, BrokenPipeError, ConnectionAbortedError))


def reason(error: BaseException) -> str:
    """Why an exchange failed, in the words of whoever noticed first."""
    root = _root(error)
    if isinstance(root, OSError) and root.strerror:
        return root.strerror
    return str(root) or type(root).__name__


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
