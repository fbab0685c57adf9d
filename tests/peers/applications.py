"""A server of applications with actions, made from nothing here: names that are qualified, and results of their own.

It is right, or wrong in one of these ways:

- `keeps`: a password that is removed stays.
- `forgets`: a name that is set isn't.
- `careless`: what a call must have isn't asked for.
- `eager`: a call without credentials is refused once it is performed.
- `numbers`: the id of a new password is a number.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from tests.peers.plain_server import Answering, served

TOKEN = "applications-token"
FIRST = "11111111-2222-4333-8444-555555555555"
NAMES = "microsoft.graph."


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/microsoft.graph.{name}"}


def _json(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _call(name: str, description: str, success: str, parameters: Any = None, result: Any = None) -> dict[str, Any]:
    answer = {"description": "Success", **(_json(result) if result else {})}
    call: dict[str, Any] = {
        "operationId": name,
        "description": description,
        "x-ms-docs-operation-type": "action",
        "responses": {success: answer},
    }
    if parameters:
        call["requestBody"] = {"required": True, **_json({"type": "object", **parameters})}
    return {"post": call}


def document() -> dict[str, Any]:
    """The server's document."""
    one = {"parameters": [{"name": "application-id", "in": "path", "required": True, "schema": {"type": "string"}}]}
    item = "/applications/{application-id}"
    text = {"type": "string", "nullable": True}
    guid = {"type": "string", "format": "uuid", "pattern": "^[0-9a-fA-F-]{36}$"}
    listed = {"type": "object", "properties": {"value": {"type": "array", "items": _ref("application")}}}
    body = {"requestBody": {"required": True, **_json(_ref("application"))}}
    made = {"201": {"description": "Created", **_json(_ref("application"))}}
    shown = {"200": {"description": "Success", **_json(_ref("application"))}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Applications", "version": "v1.0"},
        "servers": [{"url": "https://graph.example/v1.0"}],
        "security": [{"azure": []}],
        "paths": {
            "/applications": {
                "get": {"operationId": "list", "responses": {"200": {"description": "Success", **_json(listed)}}},
                "post": {"operationId": "create", **body, "responses": made},
            },
            item: {
                **one,
                "get": {"operationId": "get", "responses": shown},
                "delete": {"operationId": "delete", "responses": {"204": {"description": "Success"}}},
            },
            f"{item}/{NAMES}removePassword": {
                **one,
                **_call(
                    "removePassword",
                    "Remove a password from an application.",
                    "204",
                    {"required": ["keyId"], "properties": {"keyId": guid}},
                ),
            },
            f"{item}/{NAMES}rename": {
                **one,
                **_call(
                    "rename",
                    "Changes the name of an application.",
                    "204",
                    {"required": ["displayName"], "properties": {"displayName": text}},
                ),
            },
            f"{item}/{NAMES}addPassword": {
                **one,
                **_call(
                    "addPassword",
                    "Add a password to an application.",
                    "200",
                    {"properties": {"hint": text, "days": {"type": "integer", "format": "int32"}}},
                    _ref("passwordCredential"),
                ),
            },
            f"/applications/{NAMES}validateProperties": _call(
                "validateProperties", "Validate names.", "204", {"properties": {"displayName": text}}
            ),
        },
        "components": {
            "schemas": {
                "microsoft.graph.application": {
                    "title": "application",
                    "type": "object",
                    "properties": {
                        "id": {"type": "string", "readOnly": True},
                        "displayName": text,
                        "lastSeenDateTime": {**text, "format": "date-time", "readOnly": True},
                        "passwordCredentials": {"type": "array", "items": _ref("passwordCredential")},
                    },
                },
                "microsoft.graph.passwordCredential": {
                    "title": "passwordCredential",
                    "type": "object",
                    "required": ["keyId"],
                    "properties": {"keyId": guid, "hint": text},
                },
            },
            "securitySchemes": {"azure": {"type": "http", "scheme": "bearer"}},
        },
    }


@dataclass
class Applications:
    """What a server has, and what was asked of it."""

    mode: str = ""
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    validated: int = 0
    url: str = ""


class Handler(Answering):
    """One request."""

    known: ClassVar[Applications]

    def handle_any(self) -> None:
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body = json.loads(octets) if octets else {}
        except ValueError:
            self.refuse(400, "the body is no JSON")
            return
        self.answer(body)

    do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 (http.server's names)

    def refuse(self, status: int, message: str) -> None:
        fields = {"WWW_Authenticate": "Bearer"} if status == 401 else {}
        self.reply(status, {"error": {"code": f"e{status}", "message": message}}, **fields)

    def answer(self, body: Any) -> None:
        allowed = self.headers.get("Authorization") == f"Bearer {TOKEN}"
        parts: list[str] = [part for part in self.path.partition("?")[0].split("/") if part][1:]
        if not allowed and not (self.known.mode == "eager" and parts[-1].startswith(NAMES)):
            self.refuse(401, "who is it")
        elif parts[:1] != ["applications"] or len(parts) > 3:
            self.refuse(404, "no such path")
        elif self.command == "POST" and not isinstance(body, dict):
            self.refuse(400, "the body is no object")
        elif len(parts) == 1:
            self.collection(body)
        elif parts[1] == f"{NAMES}validateProperties" and self.command == "POST":
            self.known.validated += 1
            self.reply(204)
        elif parts[1] not in self.known.items:
            self.refuse(404, "no such application")
        elif len(parts) == 2:
            self.one(parts[1])
        else:
            self.call(self.known.items[parts[1]], parts[2].removeprefix(NAMES), body, allowed=allowed)

    def collection(self, body: Any) -> None:
        if self.command == "GET":
            self.reply(200, {"value": list(self.known.items.values())})
            return
        name, passwords = body.get("displayName"), body.get("passwordCredentials") or []
        if not isinstance(name, str | None) or not isinstance(passwords, list):
            self.refuse(400, "wrong type")
            return
        made: dict[str, Any] = {"id": str(uuid.uuid4()), "displayName": name, "passwordCredentials": passwords}
        self.known.items[made["id"]] = made
        self.reply(201, made)

    def one(self, entity: str) -> None:
        if self.command == "DELETE":
            del self.known.items[entity]
            self.reply(204)
        else:
            self.reply(200, {**self.known.items[entity], "lastSeenDateTime": datetime.now(UTC).isoformat()})

    def call(self, item: dict[str, Any], name: str, body: dict[str, Any], *, allowed: bool) -> None:
        calls = {
            "rename": self.call_rename,
            "removePassword": self.call_remove_password,
            "addPassword": self.call_add_password,
        }
        done = calls[name](item, body)
        if not allowed:
            self.refuse(401, "who is it")
        elif isinstance(done, str):
            self.refuse(404 if "no such" in done else 400, done)
        else:
            self.reply(200 if done else 204, done)

    def call_rename(self, item: dict[str, Any], body: dict[str, Any]) -> Any:
        name = body.get("displayName")
        if self.known.mode != "careless" and "displayName" not in body:
            return "displayName is required"
        if not isinstance(name, str | None):
            return "displayName is a text"
        if self.known.mode != "forgets":
            item["displayName"] = name
        return None

    def call_remove_password(self, item: dict[str, Any], body: dict[str, Any]) -> Any:
        key: Any = body.get("keyId")
        if not isinstance(key, str):
            return None if self.known.mode == "careless" and key is None else "keyId is a GUID"
        kept = [each for each in item["passwordCredentials"] if each.get("keyId") != key]
        if len(kept) == len(item["passwordCredentials"]):
            return "no such password"
        if self.known.mode != "keeps":
            item["passwordCredentials"] = kept
        return None

    def call_add_password(self, item: dict[str, Any], body: dict[str, Any]) -> Any:
        hint, days = body.get("hint"), body.get("days")
        if not isinstance(hint, str | None) or isinstance(days, bool) or not isinstance(days, int | None):
            return "wrong type"
        key: Any = 7 if self.known.mode == "numbers" else str(uuid.uuid4())
        item["passwordCredentials"] = [*item["passwordCredentials"], {"keyId": str(key), "hint": hint}]
        return {"keyId": key, "hint": hint}


@contextmanager
def serving(mode: str = "") -> Iterator[Applications]:
    """Serve one application until the block ends."""
    known = Applications(mode)
    known.items[FIRST] = {"id": FIRST, "displayName": "First", "passwordCredentials": []}
    with served(Handler, known=known) as url:
        known.url = f"{url}/v1.0"
        yield known
