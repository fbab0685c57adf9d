"""A client of the server."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen


class NotesError(Exception):
    """The server refuses, or answers what it should not."""


def titles(base: str) -> list[str]:
    """The titles of all notes."""
    return [note.get("title") or "" for note in _asked("GET", f"{base}/notes")["value"]]


def _asked(method: str, url: str) -> dict:
    try:
        with urlopen(Request(url, method=method), timeout=30) as answer:
            found = json.loads(answer.read())
    except (HTTPError, ValueError) as error:
        raise NotesError(f"{method} {url}: {error}") from error
    if not isinstance(found, dict):
        raise NotesError(f"{method} {url}: no object came")
    return found
