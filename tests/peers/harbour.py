"""A server of boats that knows PUT and no PATCH; none of the package's own code.

It keeps to `harbour.yaml`: plain JSON without envelopes, numbers as keys, one object without a key, one below each
boat, and a property with a path of its own. Each mode makes it wrong in one thing.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.peers.plain_server import Answering, served

DOCUMENT = Path(__file__).parent / "harbour.yaml"
BOAT = re.compile(r"/v3/boats/(\d{1,12})(?:/(name|berth))?")
TYPES: dict[str, dict[str, Any]] = {
    "boat": {"name": str, "length": (int, float), "crew": list, "motto": (str, type(None))},
    "name": {"value": str},
    "berth": {"pier": str, "depth": (int, float)},
    "settings": {"greeting": str, "lights": bool},
}
REQUIRED = {"boat": ("name", "length"), "name": ("value",), "berth": ("pier",), "settings": ("greeting", "lights")}
MODES = {
    "crew stays": "replace.persist.read",
    "motto everywhere": "replace.isolation.objects",
    "key from the body": "replace.req.id.mismatch",
    "half done": "replace.atomic.all",
    "name aside": "replace.persist.property",
}
"""The requirement that each mode breaks."""


class Harbour:
    """All boats, and the settings."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.numbers = itertools.count(7)
        self.boats: dict[int, dict[str, Any]] = {}
        self.berths: dict[int, dict[str, Any]] = {}
        self.names: dict[int, str] = {}
        self.settings: dict[str, Any] = {"greeting": "Ahoy", "lights": True}
        for name in ("Rosa", "Vera"):
            self.add({"name": name, "length": 9.5, "crew": ["Ada"], "motto": None})

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        made = {"crew": [], "motto": None, **body, "id": next(self.numbers), "inspections": 0}
        self.boats[made["id"]] = made
        return made


class Handler(Answering):
    """Answers one request."""

    harbour: Harbour

    def handle_request(self) -> None:
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.body: Any = None
        if self.command in {"PUT", "POST"}:
            try:
                self.body = json.loads(octets)
            except ValueError:
                return self.reply(400, {"error": "no JSON"})
        path = urlsplit(self.path).path
        if path == "/v3/settings":
            return self.one(self.harbour.settings, "settings")
        if path == "/v3/boats":
            return self.collection()
        match = BOAT.fullmatch(path)
        if match is None or int(match[1]) not in self.harbour.boats:
            return self.reply(404, {"error": "unknown"})
        number = int(match[1])
        if match[2] == "name":
            return self.name(number)
        if match[2] == "berth":
            return self.berth(number)
        return self.boat(number)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = handle_request  # noqa: N815 (as the library names them)

    def fits(self, kind: str) -> bool:
        """Whether the body is one of a kind; answers 422 where it isn't."""
        types = TYPES[kind]
        good = isinstance(self.body, dict) and all(name in self.body for name in REQUIRED[kind])
        good = good and all(isinstance(v, types.get(n, object)) for n, v in self.body.items())
        if good:
            self.body = {name: value for name, value in self.body.items() if name in types or name == "id"}
        else:
            self.reply(422, {"error": "that doesn't fit"})
        return good

    def collection(self) -> None:
        if self.command == "GET":
            return self.reply(200, [*self.harbour.boats.values()])
        if self.command != "POST":
            return self.reply(405, Allow="GET, POST")
        if self.fits("boat"):
            self.body.pop("id", None)
            return self.reply(201, self.harbour.add(self.body))
        return None

    def boat(self, number: int) -> None:
        boats, mode = self.harbour.boats, self.harbour.mode
        if self.command == "DELETE":
            del boats[number]
            return self.reply(204)
        if self.command == "GET":
            return self.reply(200, boats[number])
        if self.command != "PUT":
            return self.reply(405, Allow="DELETE, GET, PUT")
        before = boats[number]
        if mode == "half done" and isinstance(self.body, dict) and isinstance(self.body.get("name"), str):
            before["name"] = self.body["name"]
        if not self.fits("boat"):
            return None
        key = self.body.pop("id", number)
        made = {"crew": [], "motto": None, **self.body, "id": number, "inspections": before["inspections"]}
        if mode == "crew stays":
            made["crew"] = before["crew"]
        if mode == "key from the body":
            del boats[number]
            number = made["id"] = int(key)
        boats[number] = made
        if mode == "motto everywhere":
            for each in boats.values():
                each["motto"] = made["motto"]
        return self.reply(200, copy.deepcopy(made))

    def name(self, number: int) -> None:
        boat, names = self.harbour.boats[number], self.harbour.names
        if self.command == "GET":
            return self.reply(200, {"value": names.get(number, boat["name"])})
        if self.command != "PUT":
            return self.reply(405, Allow="GET, PUT")
        if not self.fits("name"):
            return None
        if self.harbour.mode == "name aside":
            names[number] = self.body["value"]
        else:
            boat["name"] = self.body["value"]
        return self.reply(204)

    def berth(self, number: int) -> None:
        known = self.harbour.berths
        if self.command == "GET":
            return self.reply(200, known[number]) if number in known else self.reply(404, {"error": "none"})
        if self.command != "PUT":
            return self.reply(405, Allow="GET, PUT")
        if not self.fits("berth"):
            return None
        status = 200 if number in known else 201
        known[number] = self.body
        return self.reply(status, self.body)

    def one(self, state: dict[str, Any], kind: str) -> None:
        if self.command == "GET":
            return self.reply(200, state)
        if self.command != "PUT":
            return self.reply(405, Allow="GET, PUT")
        if self.fits(kind):
            state.clear()
            state.update(self.body)
            return self.reply(200, state)
        return None


@contextmanager
def harbour(mode: str = "") -> Iterator[tuple[str, Harbour]]:
    """Serve a harbour until the block ends; yields its base URL, and what it holds."""
    known = Harbour(mode)
    with served(Handler, harbour=known) as url:
        yield f"{url}/v3", known
