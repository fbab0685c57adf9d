"""The objects of a run: found ones as they were at first, and those that the run made."""

from __future__ import annotations

from collections.abc import Callable

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping, JsonObject


class KnownObjects:
    """What has to be put back, and what has to be deleted."""

    def __init__(self) -> None:
        self.original: dict[str, JsonObject] = {}
        """Each object as it was found, by id."""
        self.created: dict[str, str] = {}
        """Path of each object that the run made for itself, by id."""
        self.doubtful: list[Exchange] = []
        """Creations that may have made an object of unknown id."""
        self.keeper: Callable[[str], None] = lambda _entity: None
        """Called with each object as soon as its first state is known."""

        self.shown: Callable[[JsonMapping], None] = lambda _state: None
        """Called with each first state."""

    def keep(self, entity: str, state: JsonMapping) -> None:
        """Remember an object as it was found; what is seen of it later doesn't count."""
        if entity not in self.original:
            self.original[entity] = dict(state)
            self.shown(state)
            self.keeper(entity)
