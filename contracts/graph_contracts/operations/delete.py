"""An operation that deletes objects: only those are ever deleted that were made for it."""

from __future__ import annotations

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.attempts import Attempt, Fields, Headers, Trial
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.knowledge import Effect
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Inconclusive


class DeleteDriver(OperationUnderTest):
    """One operation that deletes objects on one target."""

    primary_path: DeleteDriver | None

    @property
    def needs_object(self) -> bool:
        """Whether it is judged on an object that is there: it makes its own."""
        return False

    @property
    def maker(self) -> CreateDriver:
        """What makes objects to be deleted: through the same path, or the page's first where that makes none.

        Raises:
            Inconclusive: nothing does.
        """
        maker = self.sibling(CreateDriver)
        if self.primary_path is not None and not (maker is not None and maker.able):
            return self.primary_path.maker
        if maker is None:
            raise Inconclusive("the document has no operation that creates objects, and no other is ever deleted")
        return maker

    def victim(self, n: int = 1) -> str:
        """Make an object to be deleted; its id.

        Raises:
            Inconclusive: none can be made.
        """
        maker = self.maker
        with maker.on_behalf_of(self.requirement):
            entity = maker.make_own(n)
        self.met.append(entity)
        if not self._appear():
            raise Inconclusive("objects that are made are not there afterwards; see create.persist.read")
        if maker.lag.seen:
            self._shows(entity)
        return entity

    def _appear(self) -> bool:
        """Whether objects that are made are seen afterwards; where nothing shows objects, they are taken to be."""
        try:
            return self.maker.observe.persists
        except Inconclusive:
            return True

    def _shows(self, entity: str) -> None:
        """Wait until lagging reads show a new object, for as long as they may lag."""
        any(self.read_object(entity) is not None for _ in self.looks())

    def remove(self, entity: str, *, headers: Fields | None = None, path: str | None = None) -> Exchange:
        """Send one deletion; nothing is concluded from the answer."""
        exchange = self.send("DELETE", path or self.path(entity), headers=headers, entity="" if path else entity)
        self.client.lane.writes += 1
        if exchange.ok and path is None and (kept := self.maker.objects.created.pop(entity, None)):
            self.log_entry("deleted", path=kept)
        return exchange

    def ask(self, *, headers: Fields | None = None) -> Exchange:
        """Delete an object that is made for it."""
        return self.remove(self.victim(), headers=headers)

    def refusals(self, different: Headers) -> list[Trial]:
        """Send deletions that must not be performed for their header fields; one that is performed comes first."""
        self.demand()
        return [self.attempt(note, headers=headers) for note, headers in different]

    def attempt(
        self, note: str, *, headers: Fields | None = None, path: str | None = None, entity: str | None = None
    ) -> Trial:
        """Send a deletion that must have no effect, and look whether the object is still there.

        Args:
            entity: the object, if not one that was made for an attempt before this one, or for it.
        """
        entity = (
            entity or next((each for each in self.met if each in self.maker.objects.created), None) or self.victim()
        )
        if not self.there(entity):
            entity = self.victim()
        try:
            before = self.read_object(entity)
        except Inconclusive:
            before = None
        exchange = self.remove(entity, headers=headers, path=path)
        attempt = Attempt(note, headers=headers or {}, path=path)
        if before is None:
            return Trial(attempt, exchange)
        left = self.read_object(entity)
        looks = tuple(self.client.since(exchange.index + 1))
        gone = Effect(exchange, entity, Difference(entity, before, None), looks[-1:])
        effects = () if left is not None else (gone,)
        if exchange.refused:
            self.log.watch(exchange)
            self.log.effects += effects
        return Trial(attempt, exchange, effects, watched=True)

    def read_object(self, entity: str) -> JsonObject | None:
        """An object, or None where it is gone.

        Raises:
            Inconclusive: nothing shows objects.
        """
        observer = self.maker.observer
        found, exchange = observer.look(entity)
        if found is None and observer.means is None:
            raise Inconclusive("nothing shows whether the object is there: neither GET nor the collection")
        if found is None and observer.means == "item" and exchange is not None and exchange.status not in GONE:
            raise Inconclusive(f"nothing shows whether the object is there ({exchange.answer})", exchange)
        return found

    def there(self, entity: str) -> bool:
        """Whether an object is there, by the read or the list that shows it."""
        try:
            return self.read_object(entity) is not None
        except Inconclusive:
            return True

    def gone(self, entity: str) -> bool:
        """Whether an object that was deleted is gone, now or within the time that reads may lag.

        Raises:
            Inconclusive: nothing shows objects.
        """
        return any(self.read_object(entity) is None for _ in self.looks())

    def wait_until_unlisted(self, entity: str) -> Exchange | None:
        """Wait until the list no longer shows an object; returns the list that still does after that, or None."""
        exchange = None
        for _ in self.looks():
            items, exchange = self.maker.observer.collection()
            if not any(self.shape.is_of(item, entity) for item in items or ()):
                return None
        return exchange
