"""A server of lockers: octets in them, badges on them, and which are beside which; none of the package's own code.

It keeps to `lockers.yaml`: keys in parentheses as well as in segments, no list envelope, no authentication, and no tags
for what is in a locker. Each mode makes it wrong in one thing.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.peers.plain_server import Answering, served

DOCUMENT = Path(__file__).parent / "lockers.yaml"
LOCKER = re.compile(r"/v2/lockers(?:/([^/()]+)|\('([^']*)'\))(/.*)?")
MODES = {
    "text": "media.persist.read",
    "range": "media.range.part",
    "mixed up": "media.isolation.objects",
    "last only": "reference.merge.others",
    "cascade": "reference.isolation.objects",
    "twice": "reference.idempotent",
    "first spare": "reference.merge.others",
}
"""The requirement that each mode breaks."""


class Lockers:
    """All lockers, and what is known of them."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.numbers = itertools.count(100)
        self.known: dict[str, dict[str, Any]] = {}
        self.octets: dict[str, tuple[bytes, str]] = {}
        self.beside: dict[str, list[str]] = {}
        self.spare: dict[str, str] = {}
        for label in ("oak", "ash"):
            self.add({"label": label})

    def add(self, body: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {"id": str(next(self.numbers)), "label": body.get("label")}
        self.known[made["id"]] = made
        return made

    def remove(self, number: str) -> None:
        del self.known[number]
        self.octets = {place: each for place, each in self.octets.items() if not place.startswith(f"{number}/")}
        self.beside.pop(number, None)
        self.spare.pop(number, None)


class Handler(Answering):
    """Answers one request."""

    lockers: Lockers

    def handle_request(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        if path == "/v2/lockers":
            return self.collection()
        match = LOCKER.fullmatch(path)
        number = (match[1] or match[2]) if match else ""
        if match is None or number not in self.lockers.known:
            return self.reply(404, {"error": {"code": "notFound", "message": "There is no such locker."}})
        below = match[3] or ""
        if not below:
            return self.locker(number)
        if below in {"/content", "/badge"}:
            return self.stream(number, below[1:])
        if below.startswith("/spare/$ref"):
            return self.single(number)
        return self.neighbours(number, below)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_request  # noqa: N815 (http.server's names)

    def collection(self) -> None:
        if self.command == "POST":
            made = self.lockers.add(self.parsed() or {})
            return self.reply(201, made)
        return self.reply(200, list(self.lockers.known.values()))

    def locker(self, number: str) -> None:
        if self.command == "DELETE":
            self.lockers.remove(number)
            return self.reply(204)
        return self.reply(200, self.lockers.known[number])

    def parsed(self) -> dict[str, Any] | None:
        try:
            found = json.loads(self.body)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    # -- octets

    def stream(self, number: str, name: str) -> None:
        place = name if self.lockers.mode == "mixed up" else f"{number}/{name}"
        known = self.lockers.octets
        if self.command in {"PUT", "PATCH"}:
            media = self.headers.get("Content-Type", "")
            if name == "badge" and media not in {"image/png", "image/gif"}:
                return self.reply(415, {"error": {"code": "mediaType", "message": "png or gif, please"}})
            octets = self.body
            if self.lockers.mode == "text":
                octets = octets.decode("utf-8", "ignore").encode()
            new = place not in known
            known[place] = (octets, media)
            if name == "badge":
                return self.reply(204)
            return self.reply(201 if new else 200, self.lockers.known[number])
        if place not in known:
            return self.reply(404, {"error": {"code": "empty", "message": "Nothing is in it."}})
        if self.command == "DELETE":
            del known[place]
            return self.reply(204)
        return self.show(*known[place])

    def show(self, octets: bytes, media: str) -> None:
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        part, status, extra = octets, 200, {}
        if asked and (asked[1] or asked[2]) and self.command == "GET":
            first = int(asked[1]) if asked[1] else max(len(octets) - int(asked[2]), 0)
            last = min(int(asked[2]), len(octets) - 1) if asked[1] and asked[2] else len(octets) - 1
            if first >= len(octets):
                self.reply(416)
                return
            part, status = octets[first : last + (self.lockers.mode != "range")], 206
            extra = {"Content-Range": f"bytes {first}-{last}/{len(octets)}"}
        self.send_response(status)
        for field, value in {"Content-Type": media, "Content-Length": str(len(part)), **extra}.items():
            self.send_header(field, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(part)

    # -- references

    def referred(self) -> str | None:
        """The locker that the body names; None once that was refused."""
        url = (self.parsed() or {}).get("@odata.id")
        path = urlsplit(url).path if isinstance(url, str) else ""
        match = LOCKER.fullmatch(path)
        if match is None or match[3]:
            self.reply(400, {"error": {"code": "badRequest", "message": "Name a locker by its URL."}})
            return None
        if (match[1] or match[2]) not in self.lockers.known:
            self.reply(404, {"error": {"code": "notFound", "message": "There is no such locker."}})
            return None
        return match[1] or match[2]

    def single(self, number: str) -> None:
        if self.command == "PUT":
            if (other := self.referred()) is not None:
                if self.lockers.mode != "first spare" or number not in self.lockers.spare:
                    self.lockers.spare[number] = other
                self.reply(204)
            return None
        found = self.lockers.spare.get(number)
        if found not in self.lockers.known:
            return self.reply(204)
        return self.reply(200, {"@odata.id": f"lockers('{found}')"})

    def neighbours(self, number: str, below: str) -> None:
        lockers = self.lockers
        beside = lockers.beside.setdefault(number, [])
        beside[:] = [each for each in beside if each in lockers.known]
        if below == "/neighbours" and self.command == "GET":
            return self.reply(200, {"value": [lockers.known[each] for each in beside]})
        if below == "/neighbours/$ref" and self.command == "POST":
            if (other := self.referred()) is None:
                return None
            if lockers.mode == "last only":
                beside.clear()
            if other not in beside or lockers.mode == "twice":
                beside.append(other)
            return self.reply(204)
        gone = re.fullmatch(r"/neighbours/([^/]+)/\$ref", below)
        if gone is None or self.command != "DELETE":
            return self.reply(405, {"error": {"code": "method", "message": "Not here."}}, Allow="GET, POST, DELETE")
        if gone[1] not in beside:
            return self.reply(404, {"error": {"code": "notFound", "message": "It is not beside it."}})
        beside.remove(gone[1])
        if lockers.mode == "cascade":
            lockers.remove(gone[1])
        return self.reply(204)


@contextmanager
def lockers(mode: str = "") -> Iterator[tuple[str, Lockers]]:
    """Serve lockers until the block ends; yields the base URL, and what is known of them."""
    known = Lockers(mode)
    with served(Handler, lockers=known) as url:
        yield f"{url}/v2", known
