"""A service whose teams take a while to make, in the manner of Graph's: 202, a monitor below the version, and batches.

The object is there only once the operation has succeeded; keys in links stand in parentheses, those in paths don't.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.peers.plain_server import Answering, served

FAULTS = (
    *("no monitor", "succeeds too early"),
    *("answers by place", "forgets what depends"),
)
BASE = "/v1.0"
LOOKS = 2
"""How often a monitor is asked before its operation has succeeded."""
TEAM = {"$ref": "#/components/schemas/team"}
KEY = [{"name": "team-id", "in": "path", "required": True, "schema": {"type": "string"}}]
JSON = "application/json"


def _shows(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "What there is.", "content": {JSON: {"schema": schema}}}


LINK = {"Location": {"schema": {"type": "string"}}}
BATCH = {
    "type": "object",
    "properties": {"requests": {"type": "array", "items": {"type": "object"}}},
}
BATCHED = {
    "type": "object",
    "properties": {"responses": {"type": "array", "items": {"type": "object"}}},
}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Teams", "version": "v1.0"},
    "servers": [{"url": "https://graph.microsoft.com/v1.0"}],
    "paths": {
        "/teams": {
            "get": {
                "operationId": "list",
                "responses": {
                    "200": _shows({"type": "object", "properties": {"value": {"type": "array", "items": TEAM}}})
                },
            },
            "post": {
                "operationId": "post",
                "requestBody": {"required": True, "content": {JSON: {"schema": TEAM}}},
                "responses": {"202": {"description": "A link to the teamsAsyncOperation.", "headers": LINK}},
            },
        },
        "/teams/{team-id}": {
            "parameters": KEY,
            "get": {"operationId": "get", "responses": {"200": _shows(TEAM)}},
            "delete": {"operationId": "delete", "responses": {"204": {"description": "Gone."}}},
        },
        "/$batch": {
            "post": {
                "operationId": "batch",
                "requestBody": {"required": True, "content": {JSON: {"schema": BATCH}}},
                "responses": {"200": _shows(BATCHED)},
            }
        },
    },
    "components": {
        "schemas": {
            "team": {
                "title": "team",
                "type": "object",
                "properties": {
                    "id": {"type": "string", "readOnly": True},
                    "displayName": {"type": "string"},
                    "description": {"type": "string"},
                },
            }
        }
    },
}


class Teams:
    """The teams, and those that are being made."""

    def __init__(self, *faults: str) -> None:
        assert set(faults) <= {*FAULTS}
        self.faults = faults
        self.numbers = count(1)
        self.teams: dict[str, dict[str, Any]] = {}
        self.begun: dict[str, tuple[int, dict[str, Any]]] = {}
        for name in ("Sales", "Support"):
            self.keep({"id": f"t{next(self.numbers)}", "displayName": name, "description": "A team."})

    def keep(self, team: dict[str, Any]) -> None:
        self.teams[team["id"]] = team

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any, dict[str, str]]:
        """The status, the content and the header fields that a request is answered with."""
        if method == "POST" and path == "/$batch":
            return self.batch(body)
        if path == "/teams":
            if method == "POST":
                return self.begin(body)
            return 200, {"value": [*self.teams.values()]}, {}
        if found := re.fullmatch(r"/teams\('(\w+)'\)/operations\('(\w+)'\)", path):
            return self.look(found[1], found[2])
        found = re.fullmatch(r"/teams(?:/(\w+)|\('(\w+)'\))", path)
        key = (found[1] or found[2]) if found else ""
        if key not in self.teams:
            return 404, _error("NotFound"), {}
        return (200, self.teams[key], {}) if method == "GET" else (204, self.teams.pop(key) and None, {})

    def begin(self, body: Any) -> tuple[int, Any, dict[str, str]]:
        if not isinstance(body, dict) or not isinstance(body.get("displayName"), str):
            return 400, _error("BadRequest"), {}
        key = f"t{next(self.numbers)}"
        members = {name: body.get(name) for name in ("displayName", "description")}
        self.begun[key] = (LOOKS, {"id": key, **members})
        where = f"/teams('{key}')/operations('o{key}')"
        return 202, None, {} if "no monitor" in self.faults else {"Location": where}

    def look(self, key: str, operation: str) -> tuple[int, Any, dict[str, str]]:
        if key not in self.begun or operation != f"o{key}":
            return 404, _error("NotFound"), {}
        left, team = self.begun[key]
        early = "succeeds too early" in self.faults
        if left == 0 and not early:
            self.teams.setdefault(key, team)
        self.begun[key] = (max(left - 1, 0), team)
        done = left == 0 or early
        status = "succeeded" if done else "inProgress"
        shown = {"id": operation, "operationType": "createTeam", "status": status}
        return 200, {**shown, "targetResourceLocation": f"/teams('{key}')" if done else None}, {}

    def batch(self, body: Any) -> tuple[int, Any, dict[str, str]]:
        requests = body.get("requests") if isinstance(body, dict) else None
        if not isinstance(requests, list) or not _readable(requests):
            return 400, _error("BadRequest"), {}
        statuses: dict[str, int] = {}
        answers = []
        for number, each in enumerate(requests):
            failed = any(statuses[name] >= 400 for name in each.get("dependsOn") or ())
            path = unquote(urlsplit(each["url"]).path)
            status, shown, fields = self.answer(each["method"], f"/{path.lstrip('/')}", each.get("body"))
            if failed and "forgets what depends" not in self.faults:
                status, shown, fields = 424, _error("FailedDependency"), {}
            if path.endswith("$batch"):
                status, shown, fields = 400, _error("BadRequest"), {}
            statuses[each["id"]] = status
            name = str(number) if "answers by place" in self.faults else each["id"]
            answers.append({"id": name, "status": status, "headers": fields, "body": shown})
        return 200, {"responses": answers[::-1]}, {}


def _readable(requests: list[Any]) -> bool:
    """Whether each request of a batch has what it needs."""
    known: list[str] = []
    for each in requests:
        whole = isinstance(each, dict) and all(isinstance(each.get(name), str) for name in ("id", "method", "url"))
        if not whole or each["id"] in known or not set(each.get("dependsOn") or ()) <= {*known}:
            return False
        known.append(each["id"])
    return bool(known)


def _error(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "It can't be done."}}


class Handler(Answering):
    """One request."""

    known: Teams

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        try:
            body = json.loads(self.rfile.read(length)) if length else None
        except ValueError:
            return self.reply(400, _error("BadRequest"))
        path = unquote(urlsplit(self.path).path)
        if not path.startswith(f"{BASE}/"):
            return self.reply(404, _error("NotFound"))
        status, shown, fields = self.known.answer(self.command, path.removeprefix(BASE), body)
        return self.reply(status, shown, **fields)

    do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 (http.server's names)


def write(folder: Path) -> Path:
    """Write its document into a folder."""
    path = folder / "teams.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return path


@contextmanager
def serving(*faults: str) -> Iterator[tuple[str, Teams]]:
    """Serve it; the URL of its version, and its teams."""
    known = Teams(*faults)
    with served(Handler, known=known) as url:
        yield f"{url}{BASE}", known
