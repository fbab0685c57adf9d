"""A small server with a whole collection: GET, POST, PATCH and DELETE, and a hook to misbehave with.

It is not written to conform in everything; it is what the tests of probing, restoring and credentials point a run at.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.peers.plain_server import Answering, served

FIRST = {"id": "11111111-1111-4111-8111-111111111111", "name": "first", "label": "red", "count": 1}
SECOND = {"id": "22222222-2222-4222-8222-222222222222", "name": "second", "label": "blue", "count": 2}
TOKEN = "a-good-token"


@dataclass
class Shelf:
    """What is on the shelf, and who may touch it."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    allowed: set[str] = field(default_factory=lambda: {f"Bearer {TOKEN}"})
    header: str = "Authorization"
    """The header that authenticates."""
    hook: Callable[[Request], bool] = lambda _request: False
    """Is given each request first; where it answers itself it returns True."""
    seen: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def put(self, *objects: dict[str, Any]) -> Shelf:
        self.objects = {each["id"]: dict(each) for each in objects}
        return self


class Request(Answering):
    """One request."""

    shelf: Shelf
    octets = b""

    def error(self, status: int, code: str, **headers: str) -> None:
        self.reply(status, {"error": {"code": code, "message": code}}, **headers)

    def handle_any(self) -> None:
        self.octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.shelf.seen.append((self.command, self.path))
        if self.shelf.hook(self):
            return None
        if self.headers.get(self.shelf.header) not in self.shelf.allowed:
            return self.error(401, "unauthorized", WWW_Authenticate='Bearer realm=""')
        _, _, rest = self.path.partition("/things")
        entity = rest.strip("/")
        if not entity:
            return self.collection()
        if entity not in self.shelf.objects:
            return self.error(404, "itemNotFound")
        return self.item(entity)

    do_GET = do_POST = do_PATCH = do_DELETE = do_OPTIONS = do_PUT = handle_any  # noqa: N815 (http.server's names)

    def collection(self) -> None:
        if self.command == "GET":
            return self.reply(200, {"value": list(self.shelf.objects.values())})
        if self.command == "POST" and (body := self.object()) is not None:
            made = {**FIRST, **body, "id": str(uuid.uuid4())}
            self.shelf.objects[made["id"]] = made
            return self.reply(201, made)
        return self.error(405 if self.command != "POST" else 400, "badRequest", Allow="GET, POST")

    def item(self, entity: str) -> None:
        match self.command:
            case "GET":
                return self.reply(200, self.shelf.objects[entity])
            case "DELETE":
                del self.shelf.objects[entity]
                return self.reply(204)
            case "PATCH" if (body := self.object()) is not None:
                typed = all(type(value) is type(FIRST[name]) for name, value in body.items() if name in FIRST)
                if not typed or not -(2**31) <= body.get("count", 0) < 2**31:
                    return self.error(400, "badRequest")
                self.shelf.objects[entity] |= {name: body[name] for name in FIRST if name in body and name != "id"}
                return self.reply(200, self.shelf.objects[entity])
        return self.error(400 if self.command == "PATCH" else 405, "badRequest", Allow="GET, PATCH, DELETE")

    def object(self) -> dict[str, Any] | None:
        try:
            body = json.loads(self.octets)
        except ValueError:
            return None
        return body if isinstance(body, dict) else None


def document(*, post: bool = True, delete: bool = True, example: bool = False) -> dict[str, Any]:
    """An OpenAPI document of the shelf."""
    properties = {
        "id": {"type": "string", "format": "uuid", "readOnly": True},
        "name": {"type": "string"},
        "label": {"type": "string"},
        "count": {"type": "integer", "format": "int32"},
    }
    thing = {"type": "object", "properties": properties}
    content: dict[str, Any] = {"application/json": {"schema": thing}}
    answer: dict[str, Any] = {"application/json": {"schema": thing}}
    if example:
        answer["application/json"]["example"] = FIRST
    item: dict[str, Any] = {
        "patch": {"requestBody": {"content": content}, "responses": {"200": {"description": "", "content": answer}}}
    }
    paths: dict[str, Any] = {"/things/{thing-id}": item}
    if delete:
        item["delete"] = {"responses": {"204": {"description": ""}}}
    if post:
        made = {"201": {"description": "", "content": content}}
        paths["/things"] = {"post": {"requestBody": {"content": content}, "responses": made}}
    return {"openapi": "3.1.0", "info": {"title": "shelf", "version": "1"}, "paths": paths}


def write_document(folder: Path, **how: bool) -> Path:
    """The document as a file."""
    path = folder / "shelf.json"
    path.write_text(json.dumps(document(**how)), encoding="utf-8")
    return path


@contextmanager
def serving(*objects: dict[str, Any]) -> Iterator[Shelf]:
    """A shelf with objects on it, served until the block ends."""
    shelf = Shelf().put(*objects)
    with served(Request, shelf=shelf) as url:
        shelf.url = f"{url}/beta"
        yield shelf
