"""The servers of a document: what a reader tries out goes to this machine until the reader chooses another."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from graph_contracts.json_types import JsonObject
from graph_contracts.packaged import USUAL_PORT

EMBEDDED = f"http://127.0.0.1:{USUAL_PORT}"
VARIABLE = "host"


def server_list(urls: Iterable[str]) -> list[JsonObject]:
    """A server for each version of the API, with a variable for the host; one without a version where none is known."""
    hosts: dict[str, list[str]] = {}
    for url in urls:
        parts = urlsplit(url)
        hosts.setdefault(parts.path, []).append(f"{parts.scheme}://{parts.netloc}")
    return [_server(path, found) for path, found in (hosts or {"": []}).items()]


def _server(path: str, hosts: list[str]) -> JsonObject:
    return {
        "url": f"{{{VARIABLE}}}{path}",
        "description": "The embedded reference, or a host that the pages name.",
        "variables": {
            VARIABLE: {
                "default": EMBEDDED,
                "enum": [EMBEDDED, *hosts],
                "description": "By default where `graph-contracts serve` listens.",
            }
        },
    }
