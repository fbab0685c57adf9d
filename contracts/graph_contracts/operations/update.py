"""An operation that updates objects which are there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from graph_contracts.contract import Operation, Type
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.body_search import UpdateSearch
from graph_contracts.operations.given_ids import GivenIds
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.moving_properties import moving_properties
from graph_contracts.operations.object_model import ObjectModel, after_update
from graph_contracts.operations.object_views import UpdateView
from graph_contracts.operations.observer import Observer
from graph_contracts.operations.own_ids import give_back
from graph_contracts.operations.planted_values import is_wrong
from graph_contracts.operations.sent_members import SentMembers
from graph_contracts.operations.upserts import Upserts
from graph_contracts.operations.watched_objects import WatchedObjects
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Inconclusive

if TYPE_CHECKING:
    from graph_contracts.http.client import Client

OTHERS_CHANGE = "another case changes the other objects meanwhile"


class UpdateDriver(WriteDriver):
    """One operation that updates objects on one target."""

    primary_path: UpdateDriver | None
    further: tuple[UpdateDriver, ...]
    usual_success = 200
    changes_objects = True

    def __init__(
        self, client: Client, operation: Operation, options: Options, primary_path: UpdateDriver | None = None
    ) -> None:
        self.sent_members: SentMembers = SentMembers() if primary_path is None else primary_path.sent_members
        self.given_ids: GivenIds = GivenIds(operation.shape.key) if primary_path is None else primary_path.given_ids
        super().__init__(client, operation, options, primary_path, self.sent_members, self.given_ids)
        self.upserts = Upserts(self)
        self.sender.witness = self.upserts
        self.moving: dict[str, tuple[Exchange, ...]] = {}
        """Properties that move with each update without being sent, and the exchanges that show it."""
        self.changed_by_server: set[str] = set()
        """Members that were not as before once all was put back, with values that the run never sent."""
        self.others_change = False
        """Whether another case changes the other objects meanwhile."""
        self.objects.shown = lambda state: self.sent_members.note_shown(state, self.model.type)

    @contextmanager
    def about_one(self, entity: str) -> Iterator[None]:
        """Let the block be about one object alone, while others change."""
        before = self.key, self.second, self.met, self.neighbours
        others = {*self.known} - {entity}
        self.key, self.second, self.met, self.neighbours = entity, None, [], self.neighbours | others
        self.others_change = True
        try:
            yield
        finally:
            self.key, self.second, self.met, self.neighbours = before
            self.others_change = False

    def needs_others(self) -> None:
        """Go on only where nobody else changes the other objects meanwhile.

        Raises:
            Inconclusive: another case does.
        """
        if self.others_change:
            raise Inconclusive(OTHERS_CHANGE)

    def needs_second(self) -> str:
        self.needs_others()
        return super().needs_second()

    def calibrate(self) -> None:
        if self.primary_path is not None:
            self.computed |= self.primary_path.computed
        super().calibrate()
        self.requirement = "learn"
        with suppress(Inconclusive):
            self.moving = moving_properties(self)
        self.requirement = ""
        for each in {self, *self.siblings.values()}:
            each.computed |= set(self.moving)
        self.bodies.leave_out(self.moving)

    def release(self) -> None:
        super().release()
        self.moving = {}

    def tidy(self) -> None:
        """Put right what a case has done to the objects: other ids, and wrong values that they still show."""
        for entity in self.given_ids.unchecked & {*self.known}:
            self.give_back(entity)
        planted = {entity: names for entity in self.known if (names := self.planted.standing(entity))}
        for entity, names in planted.items():
            self.planted.put_right(entity)
            if self.client.dead is not None or self.client.expired:
                return
            found, _ = self.observer.look(entity)
            bad = [name for name in sorted(names) if found and is_wrong(name, found.get(name), self.model.type)]
            body = {name: self._right_value(name, entity) for name in bad}
            if body:
                self.patch(body if self.bodies.partial.ok else {**self.bodies.full(), **body}, entity=entity)

    def give_back(self, entity: str) -> None:
        """Give an object its own id again, where it took another from a body."""
        if self.client.dead is None and not self.client.expired:
            give_back(self, self.patch, self.given_ids, entity)

    def _right_value(self, name: str, entity: str) -> Json:
        declared = self.model.type.properties.get(name)
        if declared is None:
            return self.objects.original.get(entity, {}).get(name)
        return self.values.make(declared.type, name, 1)

    def _model(self, type_: Type) -> ObjectModel:
        return ObjectModel(self, type_, after_update)

    def _search(self) -> UpdateSearch:
        return UpdateSearch(keyed=bool(self.documented.key))

    def _view(self, primary: Observer | None) -> UpdateView:
        return UpdateView(self, self.bodies, self.writer, primary)

    def _watched(self) -> WatchedObjects:
        return WatchedObjects(self, self.observe, self.bodies, self.pending, self.writer.snapshot)
