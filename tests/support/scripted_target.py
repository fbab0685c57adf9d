"""A target without a network: it answers from objects in memory, so that parts of a run are tested by themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from graph_contracts.contract import Contract
from graph_contracts.engine.resources import Resources, resources
from graph_contracts.engine.target import Target
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import Request, Response
from graph_contracts.operations.knowledge import Options
from tests.support.scripted_client import ScriptedTransport

BASE = "http://127.0.0.1:1/beta"
Answer = tuple[int, Any]
"""Status and body."""


@dataclass
class Things:
    """Collections at any path of one segment: they list, read, make, update and delete objects as documented."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By path."""
    refuses: Callable[[str, str], Answer | None] = lambda _method, _path: None
    """Answers in place of a collection, where it returns something."""
    made: int = 0

    def __call__(self, method: str, path: str, body: Any) -> Answer:
        refused = self.refuses(method, path)
        if refused is not None:
            return refused
        if path.count("/") == 1:
            return self._collection(method, path, body)
        if path not in self.objects:
            return 404, {"error": {"code": "itemNotFound", "message": "there is none"}}
        if method == "DELETE":
            del self.objects[path]
            return 204, None
        if method == "PATCH":
            self.objects[path] |= body
        return 200, self.objects[path]

    def _collection(self, method: str, path: str, body: Any) -> Answer:
        if method == "POST":
            self.made += 1
            entity = f"made-{self.made}"
            self.objects[f"{path}/{entity}"] = {**body, "id": entity}
            return 201, self.objects[f"{path}/{entity}"]
        return 200, {"value": [each for place, each in self.objects.items() if place.startswith(f"{path}/")]}


class Scripted(Client):
    """Sends to a function instead of a target.

    Args:
        answer: is called with method, path and body; what it returns is the answer, None is a connection refused.
    """

    def __init__(self, answer: Callable[[str, str, Any], Answer | None], connection: Connection | None = None) -> None:
        super().__init__(connection or Connection(BASE))
        self.answer = answer
        self._transport = ScriptedTransport(self._reply, "Connection refused")

    def _reply(self, request: Request) -> Response | None:
        answered = self.answer(request.method, self._path(request), json.loads(request.body) if request.body else None)
        if answered is None:
            return None
        status, body = answered
        octets = b"" if body is None else json.dumps(body).encode()
        return Response(status, (("Content-Type", "application/json"),), octets)

    def _path(self, request: Request) -> str:
        return urlsplit(request.url).path.removeprefix(urlsplit(self.base).path)

    @property
    def sent(self) -> list[str]:
        """What was sent, each as method and path."""
        return [f"{each.request.method} {self._path(each.request)}" for each in self.exchanges]


def target(answer: Callable[[str, str, Any], Answer | None], options: Options | None = None) -> Target:
    """A target that a function answers for."""
    return Target(Scripted(answer), options or Options(settle=0.0))


def opened(document: dict[str, Any], answer: Callable[[str, str, Any], Answer | None]) -> tuple[Scripted, Resources]:
    """The resources of a document on such a target, and what was sent to it."""
    contract = Contract.from_document(document, "things")
    there = target(answer)
    client = there.client
    assert isinstance(client, Scripted)
    return client, resources(contract, there)
