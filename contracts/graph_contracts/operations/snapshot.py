"""The objects as they were looked at last, which saves looks as long as nothing can have changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from graph_contracts.json_types import JsonObject

if TYPE_CHECKING:
    from graph_contracts.http.client import Client


States = dict[str, JsonObject]
"""The documented properties of objects, by id."""


class Snapshot:
    """What the objects were like, and when that was."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._states: States = {}
        self._at = -1
        """`client.writes` when the objects were looked at: the further paths of an operation share the objects."""

    def take(self, look: Callable[[], States]) -> States:
        """The objects as they are: from memory where nothing can have changed since."""
        if self._at != self._client.writes:
            self.remember(look())
        return dict(self._states)

    def remember(self, states: States) -> States:
        self._states, self._at = states, self._client.writes
        return dict(states)

    def expect(self, entity: str, merge: Callable[[JsonObject], JsonObject]) -> None:
        """Remember an object as the last write has left it, where the one before was remembered."""
        if self._at == self._client.writes - 1 and entity in self._states:
            self.remember({**self._states, entity: merge(self._states[entity])})

    def forget(self) -> None:
        self._states, self._at = {}, -1
