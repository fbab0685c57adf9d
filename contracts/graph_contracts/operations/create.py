"""An operation that creates objects, held by the same cases as an update.

What a case says of *the object* holds for the one made last: a body that is sent makes an object with these values, and
what must have no effect must make none. What a case has made is deleted again when it is over.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from graph_contracts.contract import Operation, OperationKind, Type
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.body_search import CONFLICT, CreationSearch, distinguishing
from graph_contracts.operations.creations import Creations, created_id
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.monitors import ACCEPTED
from graph_contracts.operations.object_model import ObjectModel, after_creation
from graph_contracts.operations.object_views import NEW, CreationView
from graph_contracts.operations.observer import Observer, why_unlisted
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.watched_objects import WatchedCollection
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Inconclusive

if TYPE_CHECKING:
    from graph_contracts.http.client import Client

COLLIDES = frozenset({400, CONFLICT, 422})


class CreateDriver(WriteDriver):
    """One operation that creates objects on one target."""

    usual_success = 201
    creations: Creations

    def __init__(
        self, client: Client, operation: Operation, options: Options, primary_path: CreateDriver | None = None
    ) -> None:
        super().__init__(client, operation, options, primary_path)
        self.key = NEW

    def _model(self, type_: Type) -> ObjectModel:
        return ObjectModel(self, type_, after_creation)

    def _search(self) -> CreationSearch:
        return CreationSearch()

    def _view(self, primary: Observer | None) -> CreationView:
        return CreationView(self, self.writer, primary)

    def _watched(self) -> WatchedCollection:
        self.creations = Creations(self, self.model, self.bodies.writable, lambda: self.bodies.found_markers or ())
        self.sender.witness = self.creations
        snapshot = self.writer.snapshot
        return WatchedCollection(self, self.observe, self.bodies, self.pending, snapshot, self.creations)

    # -- which object it is about -------------------------------------------------------------------------------

    @property
    def known(self) -> tuple[str, ...]:
        return (NEW, *self.objects.created)

    def address(self, entity: str | None = None) -> str:  # noqa: ARG002 (it is the collection's, whatever is made there)
        return self.head

    def work_on(self, key: str, second: str | None) -> None:
        """A creation is about no object that is there."""

    # -- the life of an operation -------------------------------------------------------------------------------

    def calibrate(self) -> None:
        if (update := self.siblings.get(OperationKind.UPDATE)) is not None:
            self.computed |= update.computed
        with suppress(Inconclusive):
            self._try_taking_away()
            self._find_distinct_values()
        super().calibrate()

    def _try_taking_away(self) -> None:
        """Delete the first object that is made at once: where that can't be done, no other is made."""
        self.requirement = "learn"
        entity = self.bodies.accepted and self.key
        if entity in self.objects.created and OperationKind.DELETE in self.siblings:
            exchange = self.creations.discard(entity)
            if entity in self.objects.created:
                self.creations.stuck = f"what it makes can't be taken away: DELETE is answered {exchange.answer}"
            else:
                self.key = NEW

    def _find_distinct_values(self) -> None:
        """Find out which values must differ from object to object, where the same body isn't taken twice.

        An update may give no object such a value of another either.
        """
        self.requirement = "learn"
        collides = any(self.patch(self.bodies.full()).status in COLLIDES for _ in range(2))
        if collides and not self.own.distinct:
            for names in distinguishing(self.bodies):
                self.own.distinct = names
                if self.patch(self.bodies.full()).ok:
                    break
            else:
                self.own.distinct = ()
        update = self.siblings.get(OperationKind.UPDATE)
        if isinstance(update, UpdateDriver) and not update.own.distinct:
            update.own.distinct = tuple(name for name in self.own.distinct if name in update.bodies.writable)

    def tidy(self) -> None:
        self.creations.tidy()

    def strays(self) -> int:
        return self.creations.strays()

    # -- what a case asks ---------------------------------------------------------------------------------------

    @property
    def able(self) -> bool:
        """Whether the target makes anything at all."""
        try:
            return bool(self.bodies.accepted.names)
        except Inconclusive:
            return False

    def made_by(self, exchange: Exchange) -> str:
        """The id of the object that the last creation made: as its answer has it, or the monitor of what it began."""
        entity = created_id(exchange, self.shape)
        begun = exchange.status == ACCEPTED and self.key in self.objects.created
        return self.key if begun and not entity else entity

    def make(self, n: int = 1) -> str:
        """Make an object for a case to use; its id.

        Raises:
            Inconclusive: the target makes none, or doesn't tell its id.
        """
        exchange = self.change(self.bodies.full(n))
        entity = self.made_by(exchange)
        if not entity:
            raise Inconclusive("the answer to the creation doesn't tell the object's id", exchange)
        return entity

    def make_own(self, n: int = 1) -> str:
        """The same for a case that changes or deletes the object, which must be the run's.

        Raises:
            Inconclusive: the target makes none, doesn't tell its id, or tells that of an object which isn't the run's.
        """
        entity = self.make(n)
        if entity not in self.objects.created:
            raise Inconclusive(
                self.creations.stuck or f"the answer to the creation names {entity}, which was there before"
            )
        return entity

    def appears(self, entity: str) -> tuple[JsonObject | None, Exchange]:
        """An object as a GET of it shows it, now or within the time that reads may lag; None where none does."""
        for _ in self.looks():
            found, exchange = self.observer.item(entity)
            if found is not None:
                break
        return found, exchange

    def compare_with_list(self, entity: str, body: JsonMapping) -> tuple[list[Difference] | None, Exchange]:
        """Differences between a body and the object in the list; None where the list doesn't show it in time.

        Raises:
            Inconclusive: the collection can't be listed.
        """
        for _ in self.looks():
            items, exchange = self.observer.collection()
            if items is None:
                raise Inconclusive(why_unlisted(exchange, self.shape), exchange)
            found = next((item for item in items if self.shape.is_of(item, entity)), None)
            left = None if found is None else self.model.compare(body, found)
            if left is None and self.observer.cut:
                raise Inconclusive("the collection has more pages than are read", exchange)
            if left == []:
                break
        return left, exchange
