"""Where a target has moved paths of the document to on its own origin, learned while objects are looked for.

Followed are redirects that add or take away a final slash, or lead from http to https on the same host: nothing else
changes in a URL, so credentials never go to another host or a plainer scheme. 307 and 308 keep method and body, so a
request that was redirected was not performed and is sent again as it is. 301 and 302 do so for GET only (RFC 9110
15.4), so they teach by GET alone. What is learned holds for a path of the document, whatever the method: later requests
go straight to the new address. A redirect that doesn't come every time is not learned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from graph_contracts.http.exchange import SAFE, Exchange

SAME_REQUEST = frozenset({307, 308})
"""Redirects of any request: its method and body stay."""
FOR_READS = SAME_REQUEST | {301, 302}
TRIES = 2
"""How often a redirect must come again before it is learned."""
MAX_MOVES = 3
"""Redirects that are followed one after the other."""
PORTS = {"http": 80, "https": 443}


class Movable(Protocol):
    """What sends requests below a base URL."""

    base: str

    def move(self, base: str) -> None:
        """Send everything to another base URL from now on."""


@dataclass(frozen=True)
class Move:
    """What is other at the address that a redirect leads to."""

    slash: bool | None = None
    """Whether the path there ends in a slash; None where it is the same."""
    https: int | None = None
    """The port, where it is https instead of http."""

    def __str__(self) -> str:
        secure = "https" if self.https else ""
        end = "" if self.slash is None else f"paths that end in {'a' if self.slash else 'no'} slash"
        return " and ".join(filter(None, (secure, end)))


@dataclass
class Redirects:
    """The moves of a target's paths."""

    templates: Callable[[], Iterable[str]] = tuple
    """The path templates of the document."""
    learning: bool = False
    """Whether redirects are learned now."""
    notes: list[str] = field(default_factory=list)
    """What was learned, a line each."""
    _slashes: dict[re.Pattern[str], bool] = field(default_factory=dict)
    _former: list[str] = field(default_factory=list)
    """Base URLs from which the target redirects all requests."""

    @contextmanager
    def learn(self) -> Iterator[None]:
        """Let the block learn where the target redirects paths of the document to."""
        before, self.learning = self.learning, True
        try:
            yield
        finally:
            self.learning = before

    def follow(self, send: Callable[[], Exchange], client: Movable) -> Exchange:
        """The answer to a request where its path has moved to, where that may be learned; else the first answer.

        What is redirected was not performed: it is sent again, at first to the same URL, to see that it always is.

        Args:
            send: sends the request to where its path has moved to by then.
            client: sends it.
        """
        exchange = send()
        for _ in range(MAX_MOVES):
            move = self.move(exchange, client.base)
            if move is None:
                break
            for _ in range(TRIES):
                again = send()
                if self.move(again, client.base) != move:
                    self._note(exchange, client.base, "only sometimes", "it is not followed")
                    return again
            if not self.take(exchange, client.base, move):
                break
            if move.https is not None:
                self._former.append(client.base)
                client.move(secured(client.base, move.https))
            exchange = send()
        return exchange

    def url(self, path: str, base: str) -> str:
        """The URL that requests for a path below a base URL go to; a URL of elsewhere stays as it is."""
        if "://" in path:
            known = next((each for each in (base, *self._former) if path.startswith(f"{each}/")), None)
            if known is None:
                return path
            path = path.removeprefix(known)
        return f"{base}{self.path(path)}"

    def path(self, path: str) -> str:
        """The path below the base that requests for a path go to."""
        inner, mark, query = path.partition("?")
        if not any(pattern.fullmatch(inner) for pattern in self._slashes):
            return path
        slash = self._slashes.get(_pattern(self._template_of(inner)))  # of /things/{id} nothing holds for /things/mine
        return path if slash is None else f"{inner.rstrip('/')}{'/' * slash}{mark}{query}"

    def move(self, exchange: Exchange, base: str) -> Move | None:
        """Where an answer redirects to, where that is followed."""
        statuses = FOR_READS if exchange.request.method in SAFE else SAME_REQUEST
        if not self.learning or exchange.status not in statuses or not self._template(exchange, base):
            return None
        return moved(exchange)

    def take(self, exchange: Exchange, base: str, move: Move) -> bool:
        """Send requests for the path of a redirected one to where it leads; False where it leads back."""
        pattern = _pattern(self._template(exchange, base))
        if pattern in self._slashes and move.slash is not None:
            del self._slashes[pattern]
            self._note(exchange, base, "in a circle", "it is not followed")
            return False
        if move.slash is not None:
            self._slashes[pattern] = move.slash
        self._note(exchange, base, "", f"the run sends {'all requests' if move.https else 'requests for it'} to {move}")
        return True

    def _note(self, exchange: Exchange, base: str, how: str, so: str) -> None:
        redirected = f"is redirected {how}".strip()
        self.notes.append(f"{self._template(exchange, base)} {redirected} ({exchange.status}): {so}")

    def _template(self, exchange: Exchange, base: str) -> str:
        """The template of a request's path, the one that spells out most; empty where the document has none."""
        return self._template_of(exchange.request.url.partition("?")[0].removeprefix(base))

    def _template_of(self, path: str) -> str:
        found = [each for each in self.templates() if _pattern(each).fullmatch(path)]
        return min(found, key=lambda each: each.count("{"), default="")


def secured(base: str, port: int) -> str:
    """A base URL by https, at a port."""
    parts = urlsplit(base)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else str(parts.hostname)
    return parts._replace(scheme="https", netloc=host if port == PORTS["https"] else f"{host}:{port}").geturl()


def moved(exchange: Exchange) -> Move | None:
    """What is other at the address that an answer redirects to; None where that is not followed."""
    location = exchange.response.header("Location") if exchange.response else None
    try:
        own = urlsplit(exchange.request.url)
        there = urlsplit(urljoin(exchange.request.url, location or ""))
        secure = _secured(own, there)
        here = bool(secure) or _origin(own) == _origin(there)
        if not location or not here or there.username is not None or there.query != own.query:
            return None
    except ValueError:
        return None
    before, after = unquote(own.path), unquote(there.path)
    if before == after:
        return Move(https=secure) if secure else None
    if {before, after} != {before.rstrip("/"), f"{before.rstrip('/')}/"}:
        return None
    return Move(after.endswith("/"), secure)


def _secured(own: SplitResult, there: SplitResult) -> int | None:
    """The port of a URL that is the same host's by https: the usual one instead of the usual one, or the same."""
    upgraded = (own.scheme, there.scheme) == ("http", "https") and own.hostname == there.hostname is not None
    port = there.port or PORTS["https"]
    usual = (own.port or PORTS["http"], port) == (PORTS["http"], PORTS["https"])
    return port if upgraded and (usual or port == own.port) else None


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or PORTS.get(url.scheme)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Matches the paths of a template, and those with a final slash more or less."""
    pieces = re.split(r"\{[^{}]*\}", template.rstrip("/"))
    return re.compile("([^/]+?)".join(map(re.escape, pieces)) + "/?")
