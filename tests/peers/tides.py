"""A tide table in the manner of OData: functions with qualified names, aliases and dates for arguments, and a count.

It is no relative of the reference, and keeps to its own document but for the faults that it is given.
"""

from __future__ import annotations

import datetime
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.peers.plain_server import Answering, served

FAULTS = ("any day", "any zone", "notes its visitors", "a bare list", "counts a page", "reads texts to a quote")
STRING, ID = {"type": "string"}, {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
HARBOUR = {"type": "object", "properties": {"id": STRING, "name": STRING, "note": STRING}}
WATER = {
    "type": "object",
    "properties": {"at": {"type": "string", "format": "date-time"}, "metres": {"type": "number"}},
}


def _parameter(name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema, **more}


def _shows(schema: dict[str, Any], media: str = "application/json") -> dict[str, Any]:
    return {"200": {"description": "As asked.", "content": {media: {"schema": schema}}}}


def _many(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": ["value"], "properties": {"value": {"type": "array", "items": item}}}


DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Tides", "version": "1"},
    "paths": {
        "/harbours": {
            "get": {"operationId": "list", "responses": _shows(_many(HARBOUR))},
            "post": {
                "operationId": "make",
                "requestBody": {"content": {"application/json": {"schema": HARBOUR, "example": {"name": "Lerwick"}}}},
                "responses": {"201": {"description": "Made.", "content": {"application/json": {"schema": HARBOUR}}}},
            },
        },
        "/harbours/{id}": {
            "parameters": [ID],
            "get": {"operationId": "read", "responses": _shows(HARBOUR)},
            "delete": {"operationId": "remove", "responses": {"204": {"description": "Gone."}}},
        },
        "/harbours/$count": {"get": {"operationId": "count", "responses": _shows({"type": "integer"}, "text/plain")}},
        "/harbours/{id}/tides.highWater(day={day},zone='{zone}')": {
            "parameters": [
                ID,
                _parameter("day", {"type": "string", "format": "date"}, example="2024-02-29"),
                _parameter("zone", {"type": "string", "enum": ["UTC", "local"]}),
            ],
            "get": {"operationId": "highWater", "responses": _shows(_many(WATER))},
        },
        "/tides.greet(name='{name}')": {
            "parameters": [_parameter("name", STRING)],
            "get": {
                "operationId": "greet",
                "responses": _shows({"type": "object", "required": ["text"], "properties": {"text": STRING}}),
            },
        },
    },
}
LITERALS = re.compile(r"(\w+)=('(?:[^']|'')*'|[^',]*)(?:,|$)")


class Tides:
    """The harbours, by their id."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        self.url = ""
        self.lock = threading.Lock()
        self.harbours = {n: {"id": n, "name": name, "note": "quiet"} for n, name in (("h1", "Oban"), ("h2", "Wick"))}
        self.last = 2


class Handler(Answering):
    """One request."""

    tides: Tides

    def refuse(self, status: int) -> None:
        self.reply(status, {"error": {"code": "Refused", "message": "It was refused."}})

    def text(self, number: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(str(number))))
        self.end_headers()
        self.wfile.write(str(number).encode())

    def handle_any(self) -> None:
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        segments = [unquote(each) for each in parts.path.strip("/").split("/")]
        with self.tides.lock:
            match segments:
                case ["harbours"]:
                    self.collection(octets)
                case ["harbours", "$count"]:
                    page = "counts a page" in self.tides.faults
                    self.text(min(2, len(self.tides.harbours)) if page else len(self.tides.harbours))
                case ["harbours", key, *more] if key in self.tides.harbours:
                    self.harbour(key, more, parts.query)
                case [call] if found := re.fullmatch(r"tides\.greet\((.*)\)", call):
                    self.greet(self.arguments(found[1], parts.query))
                case _:
                    self.refuse(404)

    def collection(self, octets: bytes) -> None:
        if self.command != "POST":
            return self.reply(200, {"value": list(self.tides.harbours.values())})
        body = json.loads(octets)
        self.tides.last += 1
        made = {"id": f"h{self.tides.last}", "name": body.get("name"), "note": body.get("note")}
        self.tides.harbours[made["id"]] = made
        return self.reply(201, made)

    def harbour(self, key: str, more: list[str], query: str) -> None:
        if not more and self.command == "DELETE":
            del self.tides.harbours[key]
            return self.reply(204)
        if not more:
            return self.reply(200, self.tides.harbours[key])
        found = re.fullmatch(r"tides\.highWater\((.*)\)", more[0])
        arguments = self.arguments(found[1], query) if found and len(more) == 1 else None
        if arguments is None or {*arguments} != {"day", "zone"}:
            return self.refuse(404)
        if "any zone" not in self.tides.faults and arguments["zone"] not in {"'UTC'", "'local'"}:
            return self.refuse(400)
        try:
            day = datetime.date.fromisoformat(arguments["day"])
        except ValueError:
            if "any day" not in self.tides.faults:
                return self.refuse(400)
            day = datetime.date(2000, 1, 1)
        if "notes its visitors" in self.tides.faults:
            self.tides.harbours[key] = {
                **self.tides.harbours[key],
                "note": f"visited {self.tides.harbours[key]['note']}",
            }
        water = [{"at": f"{day}T{hour:02}:00:00Z", "metres": 3.5} for hour in (4, 16)]
        return self.reply(200, water if "a bare list" in self.tides.faults else {"value": water})

    def greet(self, arguments: dict[str, str] | None) -> None:
        if arguments is None or {*arguments} != {"name"} or not arguments["name"].startswith("'"):
            return self.refuse(404)
        return self.reply(200, {"text": f"Hello, {arguments['name'][1:-1].replace(chr(39) * 2, chr(39))}"})

    def arguments(self, text: str, query: str) -> dict[str, str] | None:
        """The literals of a call, aliases looked up; None where they can't be read."""
        if "reads texts to a quote" in self.tides.faults and "''" in text:
            return None
        aliases, found, at = dict(parse_qsl(query)), dict[str, str](), 0
        while at < len(text):
            match = LITERALS.match(text, at)
            if match is None or (match[2].startswith("@") and match[2] not in aliases):
                return None
            found[match[1]] = aliases[match[2]] if match[2].startswith("@") else match[2]
            at = match.end()
        return found

    do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 (http.server's names)


@contextmanager
def serving(*faults: str) -> Iterator[Tides]:
    """Serve the tide table until the block ends."""
    tides = Tides(*faults)
    with served(Handler, tides=tides) as tides.url:
        yield tides
