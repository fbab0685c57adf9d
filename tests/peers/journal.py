"""A service that keeps a journal of its letters and tells changes from it: OData 4.01, and nothing of Graph's.

The function's name is qualified, keys stand in parentheses, links are relative, and tokens are places in the journal.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.peers.plain_server import Answering, served

FAULTS = ("forgets deletions", "one place too far", "deletions without a sign", "tells changes once", "no empty rounds")
PAGE = 2
DELTA = "Post.Office.Delta()"
LETTER = {"$ref": "#/components/schemas/Letter"}


def _answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "What there is.", "content": {"application/json": {"schema": schema}}}


def _listed(*links: str) -> dict[str, Any]:
    members = {"value": {"type": "array", "items": LETTER}, **{link: {"type": "string"} for link in links}}
    return {"type": "object", "required": ["value"], "properties": members}


KEY = [{"name": "letterId", "in": "path", "required": True, "schema": {"type": "string"}}]
SENT = {"required": True, "content": {"application/json": {"schema": LETTER}}}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Post office", "version": "2"},
    "paths": {
        "/Letters": {
            "get": {"operationId": "list", "responses": {"200": _answer(_listed("@odata.nextLink"))}},
            "post": {"operationId": "post", "requestBody": SENT, "responses": {"201": _answer(LETTER)}},
        },
        "/Letters('{letterId}')": {
            "parameters": KEY,
            "get": {"operationId": "get", "responses": {"200": _answer(LETTER)}},
            "patch": {"operationId": "patch", "requestBody": SENT, "responses": {"200": _answer(LETTER)}},
            "delete": {"operationId": "delete", "responses": {"204": {"description": "Gone."}}},
        },
        f"/Letters/{DELTA}": {
            "get": {
                "operationId": "delta",
                "responses": {"200": _answer(_listed("@odata.nextLink", "@odata.deltaLink"))},
            }
        },
    },
    "components": {
        "schemas": {
            "Letter": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "subject": {"type": "string"},
                    "pages": {"type": "integer", "format": "int32"},
                },
            }
        }
    },
}


class Journal:
    """The letters, and which of them changed in which order."""

    def __init__(self, *faults: str) -> None:
        assert set(faults) <= {*FAULTS}
        self.faults = faults
        self.letters: dict[str, dict[str, Any]] = {}
        self.entries: list[str] = []
        self.numbers = count(1)
        self.spent: set[str] = set()
        for subject in ("Rent", "Water", "Heat"):
            self.write({"subject": subject, "pages": 1})

    def write(self, members: dict[str, Any], key: str = "") -> dict[str, Any]:
        key = key or f"L{next(self.numbers)}"
        before = self.letters.get(key, {"id": key, "subject": "", "pages": 0})
        self.letters[key] = {**before, **members, "id": key}
        self.entries.append(key)
        return self.letters[key]

    def remove(self, key: str) -> None:
        del self.letters[key]
        if "forgets deletions" not in self.faults:
            self.entries.append(key)

    def page(self, token: str) -> dict[str, Any] | None:
        """A page of what changed after a place in the journal; None where the token is none."""
        begin, end = 0, len(self.entries)
        if token:
            found = re.fullmatch(r"(\d+)\.(\d+)\.([0-9a-f]{8})", token)
            if found is None or found[3] != _sign(found[1], found[2]):
                return None
            begin, end = int(found[1]), int(found[2]) or end
        first = [n for n in range(begin, end) if self.entries[n] not in self.entries[n + 1 : end]]
        if "tells changes once" in self.faults and token:
            first = [] if token in self.spent else first
            self.spent.add(token)
        shown = [told for n in first[:PAGE] if (told := self.told(self.entries[n], begin=not token)) is not None]
        if len(first) > PAGE:
            return {"value": shown, "@odata.nextLink": _link(first[PAGE - 1] + 1, end)}
        further = end + ("one place too far" in self.faults)
        if "no empty rounds" in self.faults and not shown:
            return {"value": shown}
        return {"value": shown, "@odata.deltaLink": _link(further, 0)}

    def told(self, key: str, *, begin: bool) -> dict[str, Any] | None:
        if key in self.letters:
            return self.letters[key]
        if begin:
            return None
        named = {"@id": f"Letters('{key}')"}
        return named if "deletions without a sign" in self.faults else {"@removed": {"reason": "deleted"}, **named}


def _sign(*places: str) -> str:
    return f"{zlib.crc32('.'.join(places).encode()):08x}"


def _link(begin: int, end: int) -> str:
    return f"{DELTA}?at={begin}.{end}.{_sign(str(begin), str(end))}"


class Handler(Answering):
    """One request."""

    journal: Journal

    def get(self) -> None:
        url = urlsplit(self.path)
        path, letters = unquote(url.path), self.journal.letters
        if path == f"/Letters/{DELTA}":
            page = self.journal.page("".join(parse_qs(url.query).get("at", [])))
            return self.reply(200, page) if page is not None else self.refuse(400)
        if path == "/Letters":
            return self.reply(200, {"value": [*letters.values()]})
        key = self.key()
        return self.reply(200, letters[key]) if key in letters else self.refuse(404)

    def post(self) -> None:
        self.reply(201, self.journal.write(self.members()))

    def patch(self) -> None:
        members, key = self.members(), self.key()
        return self.reply(200, self.journal.write(members, key)) if key in self.journal.letters else self.refuse(404)

    def delete(self) -> None:
        if self.key() not in self.journal.letters:
            return self.refuse(404)
        self.journal.remove(self.key())
        return self.reply(204)

    def key(self) -> str:
        found = re.fullmatch(r"/Letters\('(.*)'\)", unquote(urlsplit(self.path).path))
        return found[1] if found else ""

    def members(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))))
        return {name: value[name] for name in ("subject", "pages") if name in value}

    do_GET, do_POST, do_PATCH, do_DELETE = get, post, patch, delete  # noqa: N815 (http.server's names)

    def refuse(self, status: int) -> None:
        self.reply(status, {"error": {"code": str(status), "message": "It can't be done."}})


def write(folder: Path) -> Path:
    """Write its document into a folder."""
    path = folder / "post-office.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return path


@contextmanager
def serving(*faults: str) -> Iterator[tuple[str, Journal]]:
    """Serve it; its URL and its journal."""
    journal = Journal(*faults)
    with served(Handler, journal=journal) as url:
        yield url, journal
