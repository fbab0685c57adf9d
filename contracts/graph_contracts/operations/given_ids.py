"""The ids that a run names in bodies for objects which have another: a server may keep an object under one."""

from __future__ import annotations

from collections.abc import Mapping

from graph_contracts.contract.collection_shape import identity, same_id
from graph_contracts.json_types import Json
from graph_contracts.operations.sent_members import object_in

MAX_IDS = 100
"""Ids that are remembered of one object."""


class GivenIds:
    """The ids that updates of a run named for objects which have another."""

    def __init__(self, key: str = "id") -> None:
        self.key = key
        """The property that is the objects' key."""
        self.by_entity: dict[str, list[str]] = {}
        """By the id of the object that the update went to, the latest last."""
        self.unchecked: set[str] = set()
        """Objects that nobody has looked for since."""

    def note_sending(self, entity: str, body: Json) -> str:
        """Record the id in a body before it is sent to an object; returns it where it is new, else nothing."""
        sent = object_in(body)
        if sent is None or self.key not in sent or same_id(sent[self.key], entity):
            return ""
        self.unchecked.add(entity)
        given = self.by_entity.setdefault(entity, [])
        new = identity(sent[self.key])
        if not new or new in given or len(given) >= MAX_IDS:
            return ""
        given.append(new)
        return new

    def add(self, ids: Mapping[str, list[str]]) -> None:
        """Know what an undo log says."""
        for entity, given in ids.items():
            self.by_entity.setdefault(entity, []).extend(given)
