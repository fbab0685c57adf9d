"""An exchange that was recorded, with where it was and what the recording can't show."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from graph_contracts.engine.replay.left_out import LeftOut
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.redact import CREDENTIAL_HEADERS
from graph_contracts.report.scope import RECORDING

NAMES = (
    "(access|refresh|id|auth|session)_?token|token|client_?secret|secret_?text|password|passwd|api[_-]?key|"
    "subscription-key|code|assertion|sig|signature"
)
SECRET = re.compile(f"(?i){NAMES}")
"""Names of what is usually a secret in queries and forms."""
MEMBER = re.compile(rf'(?i)"(?:{NAMES.replace("code|", "")})"\s*:\s*"(?P<secret>[^"\\]{{4,}})"'.encode())
"""The same in JSON, where `code` is that of an error."""
JWT = re.compile(rb"eyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*")


@dataclass(frozen=True)
class Recorded:
    """An exchange of a recording."""

    exchange: Exchange
    place: str
    """Where it was recorded: `entries[6]`, or file and line; empty where it is only just over."""
    unseen: frozenset[str] = frozenset()
    """The requirements, without the kind of operation, that the recording can't show."""


@dataclass(frozen=True)
class Recording:
    """What a file or folder holds."""

    exchanges: tuple[Recorded, ...]
    left_out: tuple[LeftOut, ...]
    """Those that hold too little to judge anything."""
    source: str = RECORDING
    """What it is, as the results' scope names it."""


def credentials(exchanges: Iterable[Exchange], keys: Container[str]) -> Iterator[str]:
    """Every secret that header fields, queries and bodies show, whole and in parts: they must not come out again.

    Args:
        exchanges: what was recorded.
        keys: the names of header fields, query parameters and cookies that the document has keys in, in lower case.
    """
    for exchange in exchanges:
        answered = exchange.response
        for name, value in (*exchange.request.headers, *(answered.headers if answered else ())):
            yield from _of_field(name.lower(), value, keys)
        with suppress(ValueError):
            yield from _of_query(urlsplit(exchange.request.url).query, keys)
        for body in (exchange.request.body, answered.body if answered else b""):
            yield from (found["secret"].decode("utf-8", "replace") for found in MEMBER.finditer(body))
            yield from (found[0].decode() for found in JWT.finditer(body))


def _of_query(query: str, keys: Container[str]) -> Iterator[str]:
    """The secrets among parameters, and each as it stands there: a plus sign may be a space or itself."""
    for (name, value), (_, plain) in zip(parse_qsl(query), parse_qsl(query.replace("+", "%2B")), strict=True):
        if SECRET.fullmatch(name) or name.lower() in keys:
            yield value
            yield plain


def _of_field(name: str, value: str, keys: Container[str]) -> Iterator[str]:
    if name not in CREDENTIAL_HEADERS and name not in keys:
        return
    if name == "cookie":
        yield from (cookie.partition("=")[2].strip() for cookie in value.split(";"))
    elif name == "set-cookie":  # what follows are words and dates
        yield value.partition(";")[0].partition("=")[2].strip()
    else:
        yield value
        yield value.partition(" ")[2].strip()
