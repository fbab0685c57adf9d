"""What requests have in common that do the same to a server: where they go, and the form of what they send."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.json_types import Json

USUAL = frozenset({"user-agent", "authorization", "content-length"})
NUMBERS = re.compile(r"[0-9A-Fa-f-]{2,}|\d")
PLAIN_SEGMENT = re.compile(r"[\w.-]+", re.ASCII)
LONG_TEXT = 256
LONG_BODY = 64 * 1024
SHOWN_OCTETS = 60
OBSERVE = "observe"


def kind(exchange: Exchange) -> str:
    """What a request has in common with others that do the same to a server."""
    request = exchange.request
    if exchange.requirement == "observe" and request.method == "GET":
        return OBSERVE
    if request.wire is not None:
        return f"octets {_normal(request.wire[:LONG_BODY].decode('latin-1'))}"
    return f"{place(exchange)} {urlsplit(request.url).query} {_fields(request)} {_shape(request.body)}"


def place(exchange: Exchange) -> str:
    """The method, and where the request goes, whichever object that is."""
    path = urlsplit(exchange.request.url).path
    *above, last = path.split("/")
    where = "object" if exchange.entity else "/".join([*above, "ID" if PLAIN_SEGMENT.fullmatch(last) else last])
    return f"{exchange.request.method} {where}"


def malformation(exchange: Exchange) -> str:
    """In which way a request is malformed; empty where it is not."""
    request = exchange.request
    if request.wire is not None or not request.body or len(request.body) > LONG_BODY:
        return ""
    text = jsontext.parse(request.body)
    if text.limited:
        return "JSON nested too deep"
    if text.problem:
        return "no JSON"
    return "" if isinstance(text.value, dict) else "JSON that is no object"


def _fields(request: Request) -> str:
    return " ".join(sorted(f"{name}:{_normal(value)}" for name, value in request.headers if name.lower() not in USUAL))


def _shape(body: bytes) -> str:
    text = jsontext.parse(body) if 0 < len(body) <= LONG_BODY else None
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
