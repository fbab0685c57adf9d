"""Which of the latest requests ended the target: the last one that is unlike all that it has outlived.

A server may answer what ends it, and end a moment later. The request that finds nobody, or whose answer breaks off, is
then a plain one that it has answered many times.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from urllib.parse import urlsplit

from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.json_types import Json

LATEST = 12
"""Requests that may have ended the target: it has outlived those before."""
USUAL = frozenset({"user-agent", "authorization", "content-length"})
NUMBERS = re.compile(r"[0-9A-Fa-f-]{2,}|\d")
PLAIN_SEGMENT = re.compile(r"[\w.-]+", re.ASCII)
LONG_TEXT = 256
SHOWN_OCTETS = 60


class Suspects:
    """The latest requests that reached the target; safe to use from several threads."""

    def __init__(self) -> None:
        self._latest: deque[Exchange] = deque()
        self._outlived: set[str] = set()
        self._lock = threading.Lock()

    def add(self, exchange: Exchange) -> None:
        """Record that a request reached the target."""
        with self._lock:
            self._latest.append(exchange)
            if len(self._latest) > LATEST:
                self._outlived.add(kind(self._latest.popleft()))

    def take(self) -> tuple[Exchange, ...]:
        """The requests that may have ended the target, the most probable first; from now on it is another process."""
        with self._lock:
            latest = [*reversed(self._latest)]
            self._latest.clear()
        new = [each for each in latest if kind(each) not in self._outlived]
        return (*new, *latest[:1])[: max(len(new), 1)]


def kind(exchange: Exchange) -> str:
    """What a request has in common with others that do the same to a server."""
    request = exchange.request
    if exchange.requirement == "observe" and request.method == "GET":
        return "observe"
    parts = urlsplit(request.url)
    *above, last = parts.path.split("/")
    place = "object" if exchange.entity else "/".join([*above, "ID" if PLAIN_SEGMENT.fullmatch(last) else last])
    if request.wire is not None:
        return f"octets {_normal(request.wire.decode('latin-1'))}"
    return f"{request.method} {place} {parts.query} {_fields(request)} {_shape(request.body)}"


def _fields(request: Request) -> str:
    return " ".join(sorted(f"{name}:{_normal(value)}" for name, value in request.headers if name.lower() not in USUAL))


def _shape(body: bytes) -> str:
    text = jsontext.parse(body) if body else None
    if text is None or text.problem:
        return f"{_normal(body[:SHOWN_OCTETS].decode('latin-1'))} {len(str(len(body)))}"
    return _of(text.value)


def _of(value: Json) -> str:
    """The form of a value: names, types, and the characters of texts that are neither letters nor digits."""
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{name}:{_of(member)}" for name, member in value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(sorted({_of(item) for item in value})) + "]"
    if isinstance(value, str):
        marks = "".join(sorted({char for char in value if not PLAIN_SEGMENT.fullmatch(char)} - {" ", ":"}))
        return f"text{marks}{'long' if len(value) > LONG_TEXT else ''}"
    return type(value).__name__


def _normal(text: str) -> str:
    return NUMBERS.sub("#", text)
