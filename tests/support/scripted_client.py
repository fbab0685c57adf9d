"""A client without a network: it answers by script, and keeps what it was asked to send."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import pytest

from graph_contracts.contract import Operation, Property, Type, TypeKind
from graph_contracts.http import jsontext
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.transport import Transport

BASE = "http://scripted.example/beta"
Script = Callable[[Request, str], Response | None]
"""Answers a request to a path, or leaves it (None) to what comes after it."""
EXCHANGE_S = 0.001
SILENCE = Response(0)
"""Stands for no answer at all."""

THING = Type(
    TypeKind.COMPLEX,
    "t.thing",
    properties={
        "id": Property("id", Type(TypeKind.STRING), read_only=True),
        "name": Property("name", Type(TypeKind.STRING)),
        "ownerId": Property("ownerId", Type(TypeKind.STRING)),
        "label": Property("label", Type(TypeKind.STRING)),
        "changed": Property("changed", Type(TypeKind.DATETIMEOFFSET), read_only=True),
    },
)
UPDATE = Operation(
    "things_update", "PATCH", "/things/{id}", parameters=("id",), body=THING, response=THING, success=200
)
CREATE = Operation("things_create", "POST", "/things", body=THING, response=THING, success=201)
DELETE = Operation("things_delete", "DELETE", "/things/{id}", parameters=("id",), success=204)
READ = Operation("things_read", "GET", "/things/{id}", parameters=("id",), response=THING, success=200)


def answer(status: int, body: Any = None, **headers: str) -> Response:
    """A response, with a body in JSON where there is one."""
    fields = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    if body is None:
        return Response(status, fields)
    return Response(status, (("Content-Type", "application/json"), *fields), json.dumps(body).encode())


def refuse(*methods: str, status: int = 400) -> Script:
    """Refuse every request with one of the methods."""
    return lambda request, _: answer(status, {"error": {"code": "x"}}) if request.method in methods else None


def in_turn(*scripts: Script | Response | None) -> Script:
    """Answer the first request by the first of these, the second by the second, and no more after them."""
    left = iter(scripts)

    def script(request: Request, path: str) -> Response | None:
        each = next(left, None)
        return each(request, path) if callable(each) else each

    return script


class Clock:
    """Time that passes only where somebody sleeps or sends."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put a clock in place of the real one, and of every sleep."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    monkeypatch.setattr(ScriptedClient, "clock", clock)
    return clock


class ScriptedTransport(Transport):
    """Asks a function for each answer; where it gives none, the exchange ends in an error of the connection.

    Args:
        reply: gives the answer to a request.
        error: what the connection says where there is no answer.
    """

    def __init__(self, reply: Callable[[Request], Response | None], error: str = "silence") -> None:
        super().__init__(Connection(BASE))
        self._reply = reply
        self._error = error
        self.fresh: list[bool] = []
        """Of each exchange, whether it went over a connection of its own."""

    def exchange(self, request: Request, timeout: float, *, fresh: bool) -> Exchange:  # noqa: ARG002
        self.fresh.append(fresh)
        response = self._reply(request)
        return Exchange(0, request, response, "" if response else self._error)

    def talk(self, request: Request, timeout: float, *, half_close: bool) -> Exchange:  # noqa: ARG002
        return self.exchange(request, timeout, fresh=True)


class ScriptedClient(Client):
    """Answers from a store of things, unless one of its scripts does."""

    clock: Clock | None = None

    def __init__(self, *things: dict[str, Any], read_only: bool = False, token: str | None = None) -> None:
        super().__init__(Connection(BASE, token, read_only=read_only))
        self.things = {str(each["id"]): dict(each) for each in things}
        self.scripts: list[Script] = []
        self._transport: ScriptedTransport = ScriptedTransport(self._answered)
        self._new = itertools.count(1)

    @property
    def fresh(self) -> list[bool]:
        """Of each exchange, whether it went over a connection of its own."""
        return self._transport.fresh

    @property
    def sent(self) -> list[str]:
        """Method and path of every request."""
        return [f"{each.request.method} {self.path(each.request)}" for each in self.exchanges]

    def bodies(self, method: str) -> list[Any]:
        """The bodies of the requests with a method, read as JSON; None where one is none."""
        octets = [each.request.body for each in self.exchanges if each.request.method == method]
        return [jsontext.parse(each).value for each in octets]

    def path(self, request: Request) -> str:
        return urlsplit(request.url).path.removeprefix("/beta")

    def _answered(self, request: Request) -> Response | None:
        path = self.path(request)
        if self.clock is not None:
            self.clock.now += EXCHANGE_S
        for script in self.scripts:
            if (response := script(request, path)) is not None:
                break
        else:
            response = self.store(request, path)
        return None if response is SILENCE else response

    def store(self, request: Request, path: str) -> Response:
        """What a plain server answers."""
        _, _, entity = path.strip("/").partition("/")
        try:
            body = json.loads(request.body) if request.body else {}
        except ValueError:
            return answer(400, {"error": {"code": "badRequest"}})
        if not entity and request.method == "GET":
            return answer(200, {"value": [*self.things.values()]})
        if not entity and request.method == "POST":
            made = {**body, "id": f"new-{next(self._new)}"}
            self.things[made["id"]] = made
            return answer(201, made)
        if entity not in self.things:
            return answer(404, {"error": {"code": "notFound"}})
        if request.method == "PATCH":
            self.things[entity] |= body
            return answer(200, self.things[entity])
        if request.method == "DELETE":
            del self.things[entity]
            return answer(204)
        return answer(200, self.things[entity])


def lagging(client: ScriptedClient, reads: Iterable[bool]) -> None:
    """Let reads of an object show its state as it is now, for as many reads as say so."""
    old = {entity: dict(each) for entity, each in client.things.items()}
    left = iter(reads)

    def script(request: Request, path: str) -> Response | None:
        entity = path.rpartition("/")[2]
        if request.method == "GET" and entity in old and next(left, False):
            return answer(200, old[entity])
        return None

    client.scripts.append(script)
