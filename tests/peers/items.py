"""A plain API of items, as FastAPI makes them: its refusals are its own, and nothing in it is OData's or Graph's."""

from __future__ import annotations

import json
import socket
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

TYPES = {"name": str, "description": str, "price": int}
HABITS = ("loses price", "500 for a wrong type", "wrong detail")
KEY = "items-key-5a1c"
SECURITY = {
    "none": None,
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
}
REFUSAL = {
    "title": "HTTPValidationError",
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": {"type": "array", "items": {"$ref": "#/components/schemas/ValidationError"}}},
}
ERROR = {
    "title": "ValidationError",
    "type": "object",
    "required": ["loc", "msg", "type"],
    "properties": {
        "loc": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
        "msg": {"type": "string"},
        "type": {"type": "string"},
    },
}


def document(security: str = "none") -> dict[str, Any]:
    """Its document, as FastAPI writes such."""
    shown = {"$ref": "#/components/schemas/Item"}
    refused = _answer("Validation Error", {"$ref": "#/components/schemas/HTTPValidationError"})
    key = [{"name": "item_id", "in": "path", "required": True, "schema": {"type": "string"}}]

    def operation(name: str, status: str, answer: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"operationId": name, "responses": {status: answer, "422": refused}, **more}

    def body(name: str) -> dict[str, Any]:
        return {"required": True, "content": _json({"$ref": f"#/components/schemas/{name}"})}

    gone = {"description": "Successful Response"}
    kinds = {
        "name": {"type": "string", "title": "Name"},
        "description": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "price": {"type": "integer", "minimum": 0, "maximum": 2147483647},
    }
    found: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "FastAPI", "version": "0.1.0"},
        "paths": {
            "/items/": {
                "get": operation("read_items", "200", _answer("Items", {"$ref": "#/components/schemas/Items"})),
                "post": operation("create_item", "201", _answer("Item", shown), requestBody=body("ItemCreate")),
            },
            "/items/{item_id}": {
                "get": operation("read_item", "200", _answer("Item", shown), parameters=key),
                "patch": operation(
                    "update_item", "200", _answer("Item", shown), parameters=key, requestBody=body("ItemUpdate")
                ),
                "delete": operation("delete_item", "204", gone, parameters=key),
            },
        },
        "components": {
            "schemas": {
                "Item": {
                    "type": "object",
                    "required": ["id", *kinds],
                    "properties": {"id": {"type": "string"}, **kinds},
                },
                "Items": {
                    "type": "object",
                    "required": ["value"],
                    "properties": {"value": {"type": "array", "items": shown}},
                },
                "ItemCreate": {"type": "object", "required": ["name"], "properties": kinds},
                "ItemUpdate": {"type": "object", "properties": kinds},
                "HTTPValidationError": REFUSAL,
                "ValidationError": ERROR,
            }
        },
    }
    if SECURITY[security]:
        found["components"]["securitySchemes"] = {"key": SECURITY[security]}
        found["security"] = [{"key": []}]
    return found


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": _json(schema)}


def write(folder: Path, security: str = "none") -> Path:
    """Write its document into a folder."""
    path = folder / "items.json"
    path.write_text(json.dumps(document(security)), encoding="utf-8")
    return path


def serving(*habits: str, security: str = "none") -> AbstractContextManager[Started]:
    """Serve it in a process of its own."""
    assert set(habits) <= {*HABITS}
    return forked(_serve, habits, security)


def _serve(told: Connection, habits: tuple[str, ...], security: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    told.send(Started(f"http://127.0.0.1:{listener.getsockname()[1]}", Tokens()))
    uvicorn.Server(uvicorn.Config(app(habits, security), log_level="critical", lifespan="off")).run([listener])


def app(habits: tuple[str, ...], security: str) -> Starlette:
    """The store with its habits."""
    numbers = count(1)
    store: dict[str, dict[str, Any]] = {}

    def make(members: dict[str, Any]) -> dict[str, Any]:
        entity = f"it{next(numbers)}"
        store[entity] = {"id": entity, "name": "", "description": None, "price": 0, **members}
        return store[entity]

    for name in ("lamp", "chair", "table"):
        make({"name": name})

    async def one(request: Request) -> Response:
        _check_key(request, security)
        entity = request.path_params["item_id"]
        members = await _members(request, habits) if request.method == "PATCH" else {}
        if entity not in store:
            raise HTTPException(404, "Item not found")
        _check_condition(request)
        if request.method == "DELETE":
            del store[entity]
            return Response(status_code=204)
        if "loses price" in habits:
            members.pop("price", None)
        store[entity] |= members
        return JSONResponse(store[entity])

    async def many(request: Request) -> Response:
        _check_key(request, security)
        if request.method == "POST":
            return JSONResponse(make(await _members(request, habits, "name")), 201)
        return JSONResponse({"value": [*store.values()]})

    routes = [
        Route("/items/", many, methods=["GET", "POST"]),
        Route("/items/{item_id}", one, methods=["GET", "PATCH", "DELETE"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _refuse})


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"detail": error.detail}, error.status_code, error.headers)


def _check_condition(request: Request) -> None:
    if request.headers.get("if-none-match", "").strip() == "*" and request.method != "GET":
        raise HTTPException(412, "It is there")


def _check_key(request: Request, security: str) -> None:
    scheme = SECURITY[security]
    where = {"header": request.headers, "cookie": request.cookies, "query": request.query_params}
    if scheme and where[scheme["in"]].get(scheme["name"]) != KEY:
        raise HTTPException(401, "Not authenticated", {"WWW-Authenticate": "APIKey"})


async def _members(request: Request, habits: tuple[str, ...], *required: str) -> dict[str, Any]:
    """The members of a body that fit; the rest is refused as FastAPI does."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        body = json.loads((await request.body()).decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _wrong(["body", 0], "JSON decode error", "json_invalid") from None
    if media != "application/json" or not isinstance(body, dict):
        raise _wrong(["body"], "Input should be a valid dictionary", "model_attributes_type")
    for name in required:
        if name not in body:
            raise _wrong(["body", name], "Field required", "missing")
    for name, kind in TYPES.items():
        value = body.get(name)
        if name in body and not (type(value) is kind or (value is None and name == "description")):
            if "500 for a wrong type" in habits:
                raise HTTPException(500, "Internal Server Error")
            raise _wrong(["body", name], f"Input should be a valid {kind.__name__}", "type_error")
        if isinstance(value, int) and not 0 <= value <= 2147483647:
            raise _wrong(["body", name], "Input should be less than or equal to 2147483647", "less_than_equal")
        if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
            raise _wrong(["body", name], "Input should be a valid string", "string_unicode")
    return {name: body[name] for name in TYPES if name in body}


def _wrong(place: list[Any], message: str, kind: str) -> HTTPException:
    return HTTPException(422, [{"type": kind, "loc": place, "msg": message}])  # type: ignore[arg-type]


def _no_constant(name: str) -> None:
    raise ValueError(name)
