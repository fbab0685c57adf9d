"""What a sequence did, and how a person does it again."""

from __future__ import annotations

import json
from collections.abc import Mapping

from graph_contracts.generation.blame import at, steps
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.update import UpdateDriver

MOST = 600
"""Characters of a state that are shown."""


class Trail:
    """The updates of one sequence, in order, with their answers."""

    def __init__(self, begun: Mapping[str, Exchange]) -> None:
        self._begun = dict(begun)
        """What set each object's beginning."""
        self._done: list[tuple[str, UpdateDriver, Exchange, JsonMapping]] = []
        self._states: tuple[str, str] | None = None

    @property
    def count(self) -> int:
        """How many updates there were, those that set the beginning left out."""
        return len(self._done)

    @property
    def size(self) -> int:
        """How many octets they held."""
        return sum(len(exchange.request.body) for _, _, exchange, _ in self._done)

    def last(self, entity: str) -> Exchange | None:
        """The last update of an object."""
        return next((exchange for other, _, exchange, _ in reversed(self._done) if other == entity), None)

    @property
    def entity(self) -> str:
        """The object that the last update was of."""
        return self._done[-1][0] if self._done else ""

    def add(self, entity: str, path: UpdateDriver, exchange: Exchange, body: JsonMapping) -> None:
        """Keep an update."""
        self._done.append((entity, path, exchange, body))

    def states(self, model: JsonMapping, server: JsonMapping) -> None:
        """Keep what the model says beside what the server shows."""
        self._states = (_spelled(model), _spelled(server))

    def sent_elsewhere(self, entity: str, path: str) -> list[Json]:
        """What was sent to a place of other objects."""
        return [at(body, steps(path)) for other, _, _, body in self._done if other != entity]

    def sent(self, entity: str) -> JsonObject:
        """Every property that was sent for an object, with the last value."""
        return {name: value for other, _, _, body in self._done if other == entity for name, value in body.items()}

    def evidence(self, seen: Exchange | None) -> tuple[tuple[Exchange, ...], tuple[Exchange | str, ...]]:
        """The exchanges, and the same with remarks as a script: the beginning, each update, the look, both states."""
        script: list[Exchange | str] = []
        for entity, exchange in sorted(self._begun.items(), key=lambda begun: begun[1].index):
            script += [f"to begin with, object {entity}", exchange]
        for number, (_, _, exchange, _) in enumerate(self._done, 1):
            script += [f"{number}. {exchange.answer}", exchange]
        if seen is not None and seen.request.method == "GET":
            script += ["then look", seen]
        if self._states is not None:
            script += [f"model: {self._states[0]}", f"server: {self._states[1]}"]
        exchanges = [exchange for _, _, exchange, _ in self._done]
        return (*exchanges, *([seen] if seen is not None else [])), tuple(script)


def _spelled(state: JsonMapping) -> str:
    text = json.dumps(state, default=str)
    return text if len(text) <= MOST else f"{text[:MOST]}... ({len(text)} characters)"
