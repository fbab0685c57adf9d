"""A store that somebody would write in an afternoon: it keeps whatever members it is sent, and has no ETags.

Its habits say what it does otherwise than keep a member that is sent as null, and what its objects show from the start;
its bugs break the contract.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TOKEN = "naive-token-2b71"
FIRST, SECOND = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
HABITS = ("null removes", "refuses null", "etag header", "etag member", "versions", "checks values")
BUGS = ("silent", "replaces", "ignores null", "count as text", "forgets labels", "keeps nothing")
"""Answers 204; replaces nested values; ignores null; shows numbers as texts; doesn't keep a property; keeps nothing."""
OPTIONAL = ("adopts types",)
"""Keeps an `@odata.type` of any object that it is sent."""
KINDS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "label": (str,),
    "count": (int,),
    "bag": (dict,),
    "place": (dict,),
}


def thing(entity: str) -> dict[str, Any]:
    """An object as it is before a run."""
    return {"@odata.type": "#suite.thing", "id": entity, "name": "a name", "count": None, "bag": {}, "place": {}}


def document() -> dict[str, Any]:
    """What the document says of it: a text, a number, a value that is open, and one that isn't."""
    place = {"type": "object", "properties": {"city": {"type": "string"}, "street": {"type": "string"}}}
    properties: dict[str, Any] = {
        "name": {"type": "string"},
        "label": {"type": "string"},
        "count": {"type": "integer", "format": "int32"},
        "bag": {"type": "object", "x-graph-open": True},
        "place": place,
    }
    body = {"application/json": {"schema": {"type": "object", "properties": properties}}}
    shown = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}, **properties}}
    update = {
        "operationId": "update",
        "parameters": [{"name": "thing-id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": body},
        "responses": {"200": {"description": "OK", "content": {"application/json": {"schema": shown}}}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Naive", "version": "1.0"},
        "paths": {"/things/{thing-id}": {"patch": update}},
    }


def write_document(folder: Path) -> Path:
    """The document as a file."""
    path = folder / "naive.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    return path


class Naive(ThreadingHTTPServer):
    """The server with its objects."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, habits: tuple[str, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        assert set(habits) <= {*HABITS, *BUGS, *OPTIONAL}
        self.habits = frozenset(habits)
        self.lock = threading.Lock()
        self.objects = {entity: thing(entity) for entity in (FIRST, SECOND)}
        self.conditions: list[str] = []
        """Each If-Match that was sent."""
        if "etag member" in habits:
            for each in self.objects.values():
                each["@odata.etag"] = 'W/"1"'

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def shown(self, found: dict[str, Any]) -> dict[str, Any]:
        """An object as answers show it."""
        number = found.get("count")
        return {**found, "count": str(number)} if "count as text" in self.habits and number is not None else found

    def merge(self, into: dict[str, Any], body: dict[str, Any]) -> None:
        """Keep what is sent, whatever it is."""
        for name, value in body.items():
            if value is None and "ignores null" in self.habits:
                continue
            if isinstance(value, dict) and isinstance(into.get(name), dict) and "replaces" not in self.habits:
                self.merge(into[name], value)
            elif value is None and "null removes" in self.habits and name != "count":
                into.pop(name, None)
            else:
                into[name] = value


class Request(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: Naive

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def reply(self, status: int, body: Any) -> None:
        octets = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        if "etag header" in self.server.habits and isinstance(body.get("@odata.etag"), str):
            self.send_header("ETag", body["@odata.etag"])
        if status == 401:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        self.wfile.write(octets)

    def refuse(self, status: int) -> None:
        self.reply(status, {"error": {"code": "refused", "message": "no"}})

    def handle_request(self) -> None:
        """Serve any method."""
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.refuse(401)
            return
        if self.path == "/v1/things" and self.command == "GET":
            self.reply(200, {"value": [self.server.shown(each) for each in self.server.objects.values()]})
            return
        found = self.server.objects.get(self.path.removeprefix("/v1/things/"))
        if found is None or self.command not in {"GET", "PATCH"}:
            self.refuse(404 if found is None else 405)
            return
        with self.server.lock:
            if self.command == "PATCH" and not self.update(found, octets):
                self.refuse(400)
                return
            if self.command == "PATCH" and "silent" in self.server.habits:
                self.send_response(204)
                self.end_headers()
            else:
                self.reply(200, self.server.shown(found))

    def update(self, found: dict[str, Any], octets: bytes) -> bool:
        """Whether an update was taken."""
        self.server.conditions += self.headers.get_all("If-Match") or []
        try:
            body = json.loads(octets)
        except (ValueError, RecursionError):
            return False
        if not isinstance(body, dict):
            return False
        if "refuses null" in self.server.habits and any(v is None and "@" in n for n, v in body.items()):
            return False
        habits = self.server.habits
        if "checks values" in habits and not all(_fits(n, v) for n, v in body.items()):
            return False
        dropped = {"id"} if "adopts types" in habits else {"id", "@odata.type"}
        dropped |= {"label"} if "forgets labels" in habits else set()
        dropped |= body.keys() if "keeps nothing" in habits else set()
        self.server.merge(found, {n: v for n, v in body.items() if n not in dropped})
        if "versions" in self.server.habits:
            found["version"] = found.get("version", 0) + 1
            found["@odata.etag"] = f'W/"{found["version"]}"'
        return True


def _fits(name: str, value: Any) -> bool:
    """Whether a documented member has a value of its type."""
    if name not in KINDS or value is None:
        return True
    if name == "count" and (isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**31):
        return False
    inner = value.values() if name == "place" and isinstance(value, dict) else ()
    return isinstance(value, KINDS[name]) and all(each is None or isinstance(each, str) for each in inner)


for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"):
    setattr(Request, f"do_{method}", Request.handle_request)


@contextmanager
def serving(*habits: str) -> Iterator[Naive]:
    """Run the server with these habits."""
    with Naive(habits) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
