"""An exchange that was recorded, with where it was and what the recording can't show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graph_contracts.engine.replay.left_out import LeftOut
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.redact import CREDENTIAL_HEADERS


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
    kind: str = "entries"
    """What they are called: entries or mocks."""
    mocks: bool = False
    """Whether people wrote the answers, so that file and line of each matter."""


def credentials(exchanges: Iterable[Exchange]) -> Iterator[str]:
    """Every secret that header fields show, whole and in parts: they must not come out again."""
    for exchange in exchanges:
        fields = (*exchange.request.headers, *(exchange.response.headers if exchange.response else ()))
        for name, value in fields:
            if name.lower() not in CREDENTIAL_HEADERS:
                continue
            if name.lower() == "cookie":
                yield from (cookie.partition("=")[2].strip() for cookie in value.split(";"))
            elif name.lower() == "set-cookie":  # what follows are words and dates
                yield value.partition(";")[0].partition("=")[2].strip()
            else:
                yield value
                yield value.partition(" ")[2].strip()
