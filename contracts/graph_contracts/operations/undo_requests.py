"""Requests that take back what a case changed on an object that was there before the run."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.context import Context
from graph_contracts.operations.object_views import GONE

if TYPE_CHECKING:
    from graph_contracts.http.client import Client


@dataclass(frozen=True)
class UndoRequest:
    """One request that puts something back."""

    method: str
    path: str
    """Below the target's base, percent-encoded."""
    body: bytes | None = None
    media: str = "application/json"
    """The media type of the body."""

    def to_json(self) -> JsonObject:
        """The entry in an undo log."""
        body = None if self.body is None else base64.b64encode(self.body).decode("ascii")
        return {"method": self.method, "path": self.path, "body": body, "media": self.media}

    @classmethod
    def from_json(cls, data: JsonMapping) -> Self:
        """Read what `to_json` wrote.

        Raises:
            ValueError: it is none, or leads to another host.
        """
        path, body = data["path"], data["body"]
        if not isinstance(path, str) or not path.startswith("/") or "://" in path.partition("?")[0]:
            raise ValueError("it leads to another host")
        octets = None if body is None else base64.b64decode(str(body), validate=True)
        return cls(str(data["method"]), path, octets, str(data["media"]))

    def send(self, client: Client, operation: str) -> Exchange:
        """Send it on behalf of an operation."""
        headers = {} if self.body is None else {"Content-Type": self.media}
        client.lane.writes += 1
        return client.send(
            self.method, self.path, body=self.body, headers=headers, operation=operation, requirement="restore"
        )

    def done(self, answer: Exchange) -> bool:
        """Whether the answer says that it is as it was."""
        return answer.ok or (self.method == "DELETE" and answer.status in GONE)


class UndoRequests:
    """The requests that one operation still has to send; each is on record before the change that it takes back."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.pending: list[UndoRequest] = []

    def plan(self, undo: UndoRequest) -> None:
        """Record what takes back a change that is about to be made; where the same is planned, that is enough."""
        if undo not in self.pending:
            self._context.log_entry("undo", operation=self._context.documented.id, **undo.to_json())
            self.pending.append(undo)

    def follow(self) -> Iterator[tuple[UndoRequest, Exchange]]:
        """Send what is planned, the last first; yields what the target refuses, which stays planned."""
        for undo in self.pending[::-1]:
            answer = undo.send(self._context.client, self._context.documented.id)
            if undo.done(answer):
                self.pending.remove(undo)
                self._context.log_entry("undone", **undo.to_json())
            else:
                yield undo, answer
