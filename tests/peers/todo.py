"""A small server of lists, tasks below them, and steps below those: each can be made, read, changed and deleted.

It refuses what is below a list or task that isn't there. It is not written to conform in everything; it is what the
tests of parents point a run at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.peers.plain_server import Answering, served

LEVELS = ("lists", "tasks", "steps")
ROOT = "/v1/me/todo"


@dataclass
class Todo:
    """What there is, by its path below the root, as `/lists/1/tasks/2`."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    hook: Callable[[Request], bool] = lambda _request: False
    """Is given each request first; where it answers itself it returns True."""
    seen: list[tuple[str, str]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    url: str = ""

    def put(self, path: str) -> None:
        """Add an object at a path."""
        self.objects[path] = {"id": path.rpartition("/")[2], "title": "was there", "rank": 1}

    def wrote(self, path: str) -> list[str]:
        """The methods that changed something at a path."""
        return [method for method, at in self.seen if at == f"{ROOT}{path}" and method != "GET"]


class Request(Answering):
    """One request."""

    todo: Todo

    def error(self, status: int) -> None:
        self.reply(status, {"error": {"code": "no", "message": f"no: {status}"}})

    def handle_any(self) -> None:
        octets = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.todo.seen.append((self.command, self.path))
        if self.todo.hook(self):
            return None
        path = self.path.partition("?")[0].removeprefix(ROOT)
        parts = path.strip("/").split("/")
        parents = [f"/{'/'.join(parts[:end])}" for end in range(2, len(parts), 2)]
        if tuple(parts[::2]) != LEVELS[: len(parts[::2])] or any(each not in self.todo.objects for each in parents):
            return self.error(404)
        try:
            body = json.loads(octets) if octets else {}
        except ValueError:
            return self.error(400)
        good = isinstance(body, dict) and isinstance(body.get("title", ""), str) and type(body.get("rank", 0)) is int
        if not good:
            return self.error(400)
        return self.collection(path, body) if len(parts) % 2 else self.item(path, body)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = do_OPTIONS = handle_any  # noqa: N815 (http.server's names)

    def collection(self, path: str, body: dict[str, Any]) -> None:
        if self.command == "GET":
            below = [key for key in self.todo.objects if key.rpartition("/")[0] == path]
            return self.reply(200, {"value": [self.todo.objects[key] for key in below]})
        if self.command != "POST":
            return self.error(405)
        entity = f"n{next(self.todo.numbers)}"
        made: dict[str, Any] = {"title": body.get("title", ""), "rank": body.get("rank", 0), "id": entity}
        self.todo.objects[f"{path}/{entity}"] = made
        return self.reply(201, made)

    def item(self, path: str, body: dict[str, Any]) -> None:
        if path not in self.todo.objects:
            return self.error(404)
        if self.command == "GET":
            return self.reply(200, self.todo.objects[path])
        if self.command == "PATCH":
            self.todo.objects[path] |= {name: body[name] for name in ("title", "rank") if name in body}
            return self.reply(200, self.todo.objects[path])
        if self.command == "DELETE":
            for key in [key for key in self.todo.objects if f"{key}/".startswith(f"{path}/")]:
                del self.todo.objects[key]
            return self.reply(204)
        return self.error(405)


def document(folder: Path, *levels: str, parents: bool = True, made: bool = True) -> Path:
    """An OpenAPI document.

    Args:
        folder: where to write it.
        levels: whose operations it has; all of them by default.
        parents: whether it has a list of the first level.
        made: whether it says how to make and delete what is on the first two levels.
    """
    thing = {
        "type": "object",
        "required": ["title"],
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "title": {"type": "string", "maxLength": 100},
            "rank": {"type": "integer", "format": "int32"},
        },
    }
    paths: dict[str, Any] = {}
    head = "/me/todo"
    for level in LEVELS:
        head, key = f"{head}/{level}", f"{level[:-1]}-id"
        content = {"content": {"application/json": {"schema": thing}}}
        listed = {"type": "object", "properties": {"value": {"type": "array", "items": thing}}}
        shown = {"content": {"application/json": {"schema": listed}}}
        collection = {
            "get": {"responses": {"200": {"description": "", **shown}}},
            "post": {"requestBody": content, "responses": {"201": {"description": "", **content}}},
        }
        item = {
            "get": {"responses": {"200": {"description": "", **content}}},
            "patch": {"requestBody": content, "responses": {"200": {"description": "", **content}}},
            "delete": {"responses": {"204": {"description": ""}}},
        }
        if level != LEVELS[-1] and not made:
            del collection["post"], item["delete"]
        if level == LEVELS[0] and not parents:
            del collection["get"]
        item_path = f"{head}/{{{key}}}"
        names = [each.strip("{}") for each in item_path.split("/") if each.startswith("{")]
        parameters = [{"name": n, "in": "path", "required": True, "schema": {"type": "string"}} for n in names]
        if not levels or level in levels:
            paths |= {
                head: {"parameters": parameters[:-1], **collection},
                item_path: {"parameters": parameters, **item},
            }
        head = item_path
    text = json.dumps({"openapi": "3.1.0", "info": {"title": "todo", "version": "1"}, "paths": paths})
    path = folder / "todo.json"
    path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def serving(*paths: str) -> Iterator[Todo]:
    """A server with objects at some paths, until the block ends."""
    todo = Todo()
    for path in paths:
        todo.put(path)
    with served(Request, todo=todo) as url:
        todo.url = f"{url}/v1"
        yield todo
