"""An exchange that was recorded, with where it was and what the recording can't show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from graph_contracts.engine.replay.left_out import LeftOut
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.redact import CREDENTIAL_HEADERS
from graph_contracts.report.scope import RECORDING

NAMES = (
    "access_?token|refresh_?token|id_?token|client_?secret|secret_?text|password|passwd|api_?key|code|assertion|"
    "sig|signature"
)
SECRET = re.compile(f"(?i){NAMES}")
"""Names of what is usually a secret in queries and forms."""
MEMBER = re.compile(rf'(?i)"(?:{NAMES.replace("code|", "")})"\s*:\s*"([^"\\]{{4,}})"'.encode())
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


def credentials(exchanges: Iterable[Exchange]) -> Iterator[str]:
    """Every secret that header fields, queries and bodies show, whole and in parts: they must not come out again."""
    for exchange in exchanges:
        answered = exchange.response
        for name, value in (*exchange.request.headers, *(answered.headers if answered else ())):
            yield from _of_field(name.lower(), value)
        with suppress(ValueError):
            query = parse_qsl(urlsplit(exchange.request.url).query)
            yield from (value for name, value in query if SECRET.fullmatch(name))
        for body in (exchange.request.body, answered.body if answered else b""):
            yield from (found[1].decode("utf-8", "replace") for found in MEMBER.finditer(body))
            yield from (found[0].decode() for found in JWT.finditer(body))


def _of_field(name: str, value: str) -> Iterator[str]:
    if name not in CREDENTIAL_HEADERS:
        return
    if name == "cookie":
        yield from (cookie.partition("=")[2].strip() for cookie in value.split(";"))
    elif name == "set-cookie":  # what follows are words and dates
        yield value.partition(";")[0].partition("=")[2].strip()
    else:
        yield value
        yield value.partition(" ")[2].strip()
