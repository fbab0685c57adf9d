"""The server: notes in memory, as an ASGI application."""

from __future__ import annotations

import json
import uuid
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TEXTS = {"title", "text"}
NOTES: dict[str, dict[str, Any]] = {}


async def read(request: Request) -> dict[str, Any]:
    """The note that a request's body holds."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "The body must be application/json.")
    try:
        note = json.loads((await request.body()).decode())
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is no JSON.") from None
    if not isinstance(note, dict) or any(not isinstance(note[name], str | None) for name in TEXTS & set(note)):
        raise HTTPException(400, "The body is no note.")
    return {name: note[name] for name in TEXTS & set(note)}


def found(request: Request) -> dict[str, Any]:
    """The note that a request's path names."""
    note = NOTES.get(request.path_params["id"])
    if note is None:
        raise HTTPException(404, "There is no such note.")
    return note


async def list_notes(_: Request) -> Response:
    return JSONResponse({"value": [*NOTES.values()]})


async def create(request: Request) -> Response:
    note = {"id": str(uuid.uuid4()), "title": None, "text": None, **await read(request)}
    NOTES[note["id"]] = note
    return JSONResponse(note, 201, {"Location": f"/v1/notes/{note['id']}"})


async def get(request: Request) -> Response:
    return JSONResponse(found(request))


async def update(request: Request) -> Response:
    note = found(request)
    note.update(await read(request))
    return JSONResponse(note)


async def delete(request: Request) -> Response:
    del NOTES[found(request)["id"]]
    return Response(status_code=204)


async def refuse(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    body = {"error": {"code": f"http{error.status_code}", "message": error.detail}}
    return JSONResponse(body, error.status_code, error.headers)


class Correlation:
    """Gives each answer the correlation id of its request, or a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-correlation-id") or str(uuid.uuid4()).encode()

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-correlation-id", given)]
            await send(message)

        await self.app(scope, receive, marked)


app = Starlette(
    routes=[
        Route("/v1/notes", list_notes, methods=["GET"]),
        Route("/v1/notes", create, methods=["POST"]),
        Route("/v1/notes/{id}", get, methods=["GET"]),
        Route("/v1/notes/{id}", update, methods=["PATCH"]),
        Route("/v1/notes/{id}", delete, methods=["DELETE"]),
    ],
    middleware=[Middleware(Correlation)],
    exception_handlers={HTTPException: refuse},
)
