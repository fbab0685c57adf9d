"""Lists of tasks with the habits of servers that others wrote: it is right in all that it does, but for two 500s.

Its keys are numbers, which bodies must have as numbers; a path says whose task it is, whatever a body says; passwords
are never shown; what nobody owns is answered 204, as OData has it; lists are coded with Brotli for those who accept it.
Where a value is taken already, or a list is made with an address, it fails with a 500.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from contextlib import AbstractContextManager
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graph_contracts.reference.message import Tokens
from graph_contracts.reference.server import Started
from tests.support.forked import serving as forked

TEXT, NUMBER = {"type": "string"}, {"type": "number"}
LOGIN = {"type": "object", "properties": {"name": TEXT, "password": {**TEXT, "writeOnly": True}}}
LIST = {"id": NUMBER, "name": TEXT, "login": LOGIN, "address": TEXT}
TASK = {"id": NUMBER, "list_id": NUMBER, "title": TEXT, "language": TEXT}
Objects = dict[int, dict[str, Any]]
KINDS: Mapping[str, type] = {
    **dict.fromkeys(("name", "address", "title", "language"), str),
    **dict.fromkeys(("id", "list_id"), int),
    "login": dict,
}
UNSHOWN = 999
"""The list whose id the document shows, and which isn't there."""
BROTLI = b"\x3b"
"""An empty body in Brotli."""


def document() -> dict[str, Any]:
    """Its document."""

    def content(name: str) -> dict[str, Any]:
        return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}

    def operation(status: str, name: str = "", sent: str = "") -> dict[str, Any]:
        answer = {"description": "", **(content(name) if name else {})}
        return {"responses": {status: answer}, **({"requestBody": content(sent)} if sent else {})}

    def key(name: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "in": "path", "required": True, "schema": NUMBER, **more}

    def paths(collection: str, name: str, parameter: str, *above: dict[str, Any]) -> dict[str, Any]:
        many = {"get": operation("200", f"{name}s"), "post": operation("201", name, name)}
        one = {"get": operation("200", name), "patch": operation("200", name, name), "delete": operation("204")}
        shown = key(parameter, **({} if above else {"example": UNSHOWN}))
        return {
            collection: {"parameters": [*above], **many},
            f"{collection}/{{{parameter}}}": {"parameters": [*above, shown], **one},
        }

    kinds = {"List": LIST, "Task": TASK, "Owner": {"name": TEXT}}
    schemas = {name: {"type": "object", "properties": members} for name, members in kinds.items()}
    arrays = {f"{each}s": {"type": "array", "items": {"$ref": f"#/components/schemas/{each}"}} for each in kinds}
    parent = key("list_id", example=UNSHOWN)
    return {
        "openapi": "3.0.3",
        "info": {"title": "Lists", "version": "1"},
        "paths": {
            **paths("/lists", "List", "list_id"),
            **paths("/lists/{list_id}/tasks", "Task", "task_id", parent),
            "/owner": {"get": operation("200", "Owner")},
        },
        "components": {"schemas": {**schemas, **arrays}},
    }


def serving(folder: Path) -> tuple[Path, AbstractContextManager[Started]]:
    """Its document, and what serves it in a process of its own."""
    path = folder / "lists.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    return path, forked(_serve)


def _serve(told: Connection) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    told.send(Started(f"http://127.0.0.1:{listener.getsockname()[1]}", Tokens()))
    uvicorn.Server(uvicorn.Config(app(), log_level="critical", lifespan="off")).run([listener])


def app() -> Starlette:
    """The store."""
    store = Store()
    store.write(store.lists, next(store.numbers), {"name": "groceries"})
    routes = [
        Route("/lists", store.many, methods=["GET", "POST"]),
        Route("/lists/{id:int}", store.one, methods=["GET", "PATCH", "DELETE"]),
        Route("/lists/{list_id:int}/tasks", store.many, methods=["GET", "POST"]),
        Route("/lists/{list_id:int}/tasks/{id:int}", store.one, methods=["GET", "PATCH", "DELETE"]),
        Route("/owner", _nobody),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _refuse})


class Store:
    """All lists and tasks."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.lists: Objects = {}
        self.tasks: Objects = {}

    async def many(self, request: Request) -> Response:
        objects, said = self._about(request)
        if request.method == "POST":
            return self.write(objects, next(self.numbers), {**await _members(request), **said})
        if "br" in request.headers.get("accept-encoding", ""):
            return Response(BROTLI, media_type="application/json", headers={"Content-Encoding": "br"})
        return JSONResponse([_shown(each) for each in objects.values() if said.items() <= each.items()])

    async def one(self, request: Request) -> Response:
        objects, said = self._about(request)
        entity = request.path_params["id"]
        members = {**await _members(request), **said} if request.method == "PATCH" else {}
        if entity not in objects or not said.items() <= objects[entity].items():
            raise HTTPException(404, "There is none")
        if request.method == "DELETE":
            del objects[entity]
            return Response(status_code=204)
        if members.get("id", entity) != entity:
            raise HTTPException(422, "The id can't be changed")
        return self.write(objects, entity, members) if members else JSONResponse(_shown(objects[entity]))

    def _about(self, request: Request) -> tuple[Objects, dict[str, Any]]:
        """All objects of the kind that a path is about, and what it says of those in its collection."""
        if "/tasks" not in request.url.path:
            return self.lists, {}
        parent = request.path_params["list_id"]
        if parent not in self.lists:
            raise HTTPException(404, "There is no such list")
        return self.tasks, {"list_id": parent}

    def write(self, objects: Objects, entity: int, members: dict[str, Any]) -> Response:
        known = objects.get(entity)
        new = {**(known or {}), **members, "id": entity}
        others = [each for number, each in objects.items() if number != entity]
        if ("address" in members and not known) or any(_clashes(new, each) for each in others):
            raise HTTPException(500, "Nobody caught this")
        objects[entity] = new
        return JSONResponse(_shown(new), 200 if known else 201)


async def _nobody(request: Request) -> Response:
    return Response(status_code=204, headers={"OData-Version": "4.0"})


def _clashes(new: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether another task of the list is in the same language."""
    return "language" in new and all(new.get(name) == other.get(name) for name in ("list_id", "language"))


async def _members(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise HTTPException(400, "This is no JSON") from None
    if not isinstance(body, dict):
        raise HTTPException(422, "This is no object")
    for name, value in body.items():
        if not isinstance(value, KINDS.get(name, object)):
            raise HTTPException(422, f"{name} has the wrong type")
    return {name: value for name, value in body.items() if name in KINDS}


def _shown(members: dict[str, Any]) -> dict[str, Any]:
    """An object without the password."""
    login = {name: value for name, value in members.get("login", {}).items() if name != "password"}
    return {**members, "login": login} if "login" in members else members


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"detail": error.detail}, error.status_code)
