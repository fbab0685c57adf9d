"""The objects as they were looked at last, which saves looks as long as nothing can have changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from graph_contracts.json_types import Json, JsonMapping, JsonObject

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
        """`client.lane.writes` when the objects were looked at: the further paths of an operation share the objects."""
        self._unlooked: list[tuple[str, JsonMapping]] = []
        """Updates since all objects were looked at, each with the object that it was of: the others were taken to be
        as before."""
        self._looked_after: list[tuple[str, JsonMapping]] = []
        """Those before the latest look."""

    def take(self, look: Callable[[], States]) -> States:
        """The objects as they are: from memory where nothing can have changed since."""
        if self._at != self._client.lane.writes:
            self.remember(look())
            self._looked_after, self._unlooked = self._unlooked, []
        return dict(self._states)

    def remember(self, states: States) -> States:
        self._states, self._at = states, self._client.lane.writes
        return dict(states)

    def suppose(self, entity: str, body: JsonMapping, states: States) -> States:
        """Remember the objects as an update of one of them has left them, though nobody has looked."""
        self._unlooked.append((entity, body))
        return self.remember(states)

    def expect(self, entity: str, body: JsonMapping, merge: Callable[[JsonObject, JsonMapping], JsonObject]) -> None:
        """Remember an object as the last write has left it, where the one before was remembered."""
        if self._at == self._client.lane.writes - 1 and entity in self._states:
            self.suppose(entity, body, {**self._states, entity: merge(self._states[entity], body)})

    def sent_to_others(self, entity: str, name: str) -> list[Json]:
        """The values that updates of other objects sent for a property before the latest look at this one."""
        return [body[name] for other, body in self._looked_after if other != entity and name in body]

    def forget(self) -> None:
        self._states, self._at = {}, -1
        self._unlooked = []
