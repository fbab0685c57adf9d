"""The stock behind keys: who it asks for what is in its document, `keyed()`, which differs by operation.

Reading is open, a list takes a key in the query or a cookie, and whoever writes needs a key in the query.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from tests.peers import stock

KEY = "s3cret/key+of=mine"
FAULTS = ("takes any key", "asks nobody")


def keyed() -> dict[str, Any]:
    """The stock's document with security."""
    document: dict[str, Any] = copy.deepcopy(yaml.safe_load(stock.DOCUMENT.read_text(encoding="utf-8")))
    document["security"] = [{"asked": []}]
    document["components"]["securitySchemes"] = {
        "asked": {"type": "apiKey", "in": "query", "name": "api_key"},
        "crumb": {"type": "apiKey", "in": "cookie", "name": "sid"},
    }
    document["paths"]["/stock/{item_sku}/"]["get"]["security"] = []
    document["paths"]["/stock/"]["get"]["security"] = [{"asked": []}, {"crumb": []}]
    return document


class Handler(stock.Handler):
    """One request."""

    def route(self, octets: bytes) -> None:
        parts = urlsplit(self.path)
        given = parse_qs(parts.query).get("api_key", [""])[0]
        faults = self.stock.faults
        shows_one = self.command in {"GET", "HEAD"} and parts.path != "/stock/"
        good = given == KEY or ("takes any key" in faults and given)
        if self.command != "OPTIONS" and not (good or shows_one or "asks nobody" in faults):
            return self.reply(401, {"detail": f"Not this key: {given}"}, **{"WWW-Authenticate": "Key"})
        return super().route(octets)


@contextmanager
def serving(*faults: str) -> Iterator[stock.Stock]:
    """Serve the stock until the block ends."""
    with stock.serving(*faults, handler=Handler) as served:
        yield served
