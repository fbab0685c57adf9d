"""A store as small servers of JSON files are: a list of objects, found by the id that each shows, updates assigned.

Its habits are those that did harm: an update gives an object another id, an array is spread over the object, and what
it can't write as JSON any more makes every answer about the store a 500.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from tests.peers import naive

FIRST, SECOND = naive.FIRST, naive.SECOND
HABITS = ("rekeys", "spreads arrays", "keeps nulls", "makes objects", "no list", "no read")
HOME = "/v1/things"


def document(*habits: str) -> dict[str, Any]:
    """The naive peer's document; with creations and deletions where it has those."""
    document = naive.document()
    if "makes objects" in habits:
        one = document["paths"]["/things/{thing-id}"]
        made = {"201": {**one["patch"]["responses"]["200"], "description": "The new one."}}
        post = {"operationId": "create", "requestBody": one["patch"]["requestBody"], "responses": made}
        document["paths"]["/things"] = {"post": post}
        gone = {"204": {"description": "It is gone."}}
        one["delete"] = {"operationId": "delete", "parameters": one["patch"]["parameters"], "responses": gone}
    return document


class Store(ThreadingHTTPServer):
    """The server with its objects."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, habits: tuple[str, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        assert set(habits) <= {*HABITS}
        self.habits = frozenset(habits)
        self.lock = threading.Lock()
        self.objects: list[dict[str, Any]] = [naive.thing(entity) for entity in (FIRST, SECOND)]
        self.sent: list[tuple[str, str, bytes]] = []
        """Method, path and body of each write."""
        self._made = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def state(self) -> str:
        """All that it holds, as one text."""
        return json.dumps(self.objects, sort_keys=True)

    def find(self, entity: str) -> dict[str, Any] | None:
        return next((each for each in self.objects if str(each.get("id")) == entity), None)

    def make(self, body: Any) -> dict[str, Any]:
        self._made += 1
        found: dict[str, Any] = {"id": f"33333333-3333-4333-8333-{self._made:012}"}
        self.assign(found, body)
        self.objects.append(found)
        return found

    def assign(self, found: dict[str, Any], body: Any) -> bool:
        """Take over what a body says; whether it was of a kind that can be."""
        if isinstance(body, list) and "spreads arrays" in self.habits:
            body = {str(place): item for place, item in enumerate(body)}
        if not isinstance(body, dict):
            return False
        for name, value in body.items():
            if name == "id" and "rekeys" not in self.habits:
                continue
            if value is None and "keeps nulls" not in self.habits and name not in {"id", "count"}:
                found.pop(name, None)
            elif isinstance(value, dict) and isinstance(found.get(name), dict):
                self.assign(found[name], value)
            else:
                found[name] = value
        return True


class Request(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: Store

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def reply(self, status: int, body: Any = None) -> None:
        try:
            octets = b"" if body is None else json.dumps(body).encode()
        except (RecursionError, ValueError):
            status, octets = 500, b'{"error": {"code": "internal", "message": "too deep"}}'
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        if octets:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def refuse(self, status: int) -> None:
        self.reply(status, {"error": {"code": "refused", "message": "no"}})

    def handle_request(self) -> None:
        """Serve any method."""
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != f"Bearer {naive.TOKEN}":
            self.refuse(401)
            return
        path = unquote(self.path)
        with self.server.lock:
            if self.command not in {"GET", "HEAD", "OPTIONS"}:
                self.server.sent.append((self.command, path, octets))
            if path == HOME:
                self.answer_about_all(octets)
            else:
                self.answer_about_one(path.removeprefix(f"{HOME}/"), octets)

    def answer_about_all(self, octets: bytes) -> None:
        if self.command == "GET" and "no list" not in self.server.habits:
            self.reply(200, {"value": self.server.objects})
        elif self.command == "POST" and "makes objects" in self.server.habits:
            body = parsed(octets)
            if isinstance(body, dict):
                self.reply(201, self.server.make(body))
            else:
                self.refuse(400)
        else:
            self.refuse(405)

    def answer_about_one(self, entity: str, octets: bytes) -> None:
        found = self.server.find(entity)
        reads = "no read" not in self.server.habits
        if found is None or (self.command == "GET" and not reads):
            self.refuse(404)
        elif self.command == "GET":
            self.reply(200, found)
        elif self.command == "DELETE" and "makes objects" in self.server.habits:
            self.server.objects.remove(found)
            self.reply(204)
        elif self.command != "PATCH":
            self.refuse(405)
        elif self.server.assign(found, parsed(octets)):
            self.reply(200, found)
        else:
            self.refuse(400)


def parsed(octets: bytes) -> Any:
    """A body, whatever its depth, as a parser reads it that doesn't recurse; None where it is no JSON."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        return json.loads(octets)
    except (ValueError, RecursionError):
        return None
    finally:
        sys.setrecursionlimit(before)


for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"):
    setattr(Request, f"do_{method}", Request.handle_request)


@contextmanager
def serving(*habits: str) -> Iterator[Store]:
    """Run the server with these habits."""
    with Store(habits) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
