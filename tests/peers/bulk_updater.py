"""A store that keeps whatever it is given, as json-server does, and as many a server does that was written in an hour.

A body is spread over the object, whatever it is: an array's items become members called "0", "1" and so on. What is
nested too deep to be written again makes each answer about the object a 500. PATCH on the collection updates them all.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import Connection
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from graph_contracts.reference.message import Tokens
from graph_contracts.reference.server import Started
from tests.support.forked import serving as forked

IDS = ("item-0001", "item-0002", "item-0003")
DEEP = 5000
PATHS = ("/beta/auditLogs/provisioning", "/beta/auditLogs/directoryProvisioning")


def serving(*, stuck: bool = False, rekeys: bool = False) -> AbstractContextManager[Started]:
    """Serve it in a process of its own.

    Args:
        stuck: whether it takes no update of an object that it can't show.
        rekeys: whether an update may give an object another id.
    """
    return forked(_serve, stuck, rekeys)


def _serve(told: Connection, stuck: bool, rekeys: bool) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    told.send(Started(f"http://127.0.0.1:{listener.getsockname()[1]}/beta", Tokens()))
    uvicorn.Server(uvicorn.Config(app(stuck=stuck, rekeys=rekeys), log_level="critical")).run([listener])


def app(*, stuck: bool, rekeys: bool) -> Starlette:
    """The store, with what was sent to it at `/sent` and what is in it at `/kept`."""
    store: dict[str, dict[str, Any]] = {entity: {"id": entity, "jobId": f"job of {entity}"} for entity in IDS}
    sent: list[dict[str, Any]] = []

    async def one(request: Request) -> Response:
        entity = request.path_params["id"]
        if entity not in store:
            return Response(status_code=404)
        if request.method == "DELETE":
            del store[entity]
            return Response(status_code=204)
        if request.method != "GET" and not (stuck and _shown(store[entity]) is None):
            before = {"id": entity} if request.method == "PUT" else store[entity]
            kept = {**before, **await _members(request)}
            del store[entity]
            entity = kept["id"] = kept["id"] if rekeys else entity
            store[entity] = kept
        return JSONResponse(store[entity])

    async def many(request: Request) -> Response:
        body = {} if request.method == "GET" else await _members(request)
        if request.method == "POST":
            entity = f"item-{len(sent):04}"
            store[entity] = {**body, "id": entity}
            return JSONResponse(store[entity], 201)
        for entity in store:
            store[entity] |= body
        return JSONResponse({"value": list(store.values())})

    async def asked(request: Request) -> Response:
        return JSONResponse(sent if request.url.path == "/sent" else {e: _shown(kept) for e, kept in store.items()})

    async def counted(request: Request) -> Response:
        nested = (await request.body()).count(b"[") > DEEP
        sent.append({"method": request.method, "path": request.url.path, "nested": nested})
        return await (one if "id" in request.path_params else many)(request)

    own = [Route(path, counted, methods=["GET", "POST", "PATCH"]) for path in PATHS]
    own += [Route(f"{path}/{{id}}", counted, methods=["GET", "PATCH", "PUT", "DELETE"]) for path in PATHS]
    return Starlette(routes=[Route("/sent", asked), Route("/kept", asked), *own])


async def _members(request: Request) -> dict[str, Any]:
    """The members that a body adds to an object."""
    with _deep():
        try:
            body = json.loads(await request.body())
        except ValueError:
            return {}
    if isinstance(body, (list, str)):
        return {str(place): item for place, item in enumerate(body)}
    return body if isinstance(body, dict) else {}


@contextmanager
def _deep() -> Iterator[None]:
    """Read any nesting, as parsers do that don't recurse."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _shown(kept: dict[str, Any]) -> dict[str, Any] | None:
    """An object, or None where it can't be written any more."""
    try:
        json.dumps(kept, allow_nan=False, ensure_ascii=False).encode()
    except (RecursionError, ValueError):
        return None
    return kept
