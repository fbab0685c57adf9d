"""An operation that lists what changed in a collection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graph_contracts.contract import PARAMETER, CollectionShape
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.attempts import Fields
from graph_contracts.operations.bound import UNBOUND, BoundDriver
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.rounds import NEXTS, Round, ended, read_round
from graph_contracts.operations.sender import encode
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Inconclusive


class DeltaDriver(BoundDriver):
    """One operation that lists changes on one target."""

    safe = True

    _latest: str | None = None
    """The link that the last round ended with."""

    @property
    def shape(self) -> CollectionShape:
        """What the objects are known by, as the operations on them say, and where a page has them."""
        own = self.documented.shape
        known = next((each.shape for each in self.bound.values()), own)
        return replace(known, items=own.items, links=tuple(dict.fromkeys((*own.links, *NEXTS))))

    @property
    def bound_key(self) -> str | None:
        """The parameter that is the key of the nearest object above the collection."""
        names = PARAMETER.findall(self.documented.path)
        return names[-1] if names else None

    @property
    def bound_to(self) -> str:
        return super().bound_to if super().bound_key else self.observer.ids.get(self.bound_key or "", "")

    # -- rounds -------------------------------------------------------------------------------------------------

    def first_round(self, query: str = "", headers: Fields | None = None) -> Round:
        """A round that begins with all objects."""
        return read_round(self, self.call(self.bound_to, query=query, headers=headers), self.shape, headers)

    def next_round(self, url: str) -> Round:
        """The round that a link of the one before leads to; the link is sent as it is."""
        return read_round(self, self.page(url), self.shape)

    def page(self, url: str, headers: Fields | None = None) -> Exchange:
        """What a link of a round is answered with."""
        return self.send("GET", url, headers=headers, entity=self.bound_to or UNBOUND)

    def link(self) -> str:
        """A link that tells what changes from now on; by then the run knows how to make an object.

        Raises:
            Inconclusive: no round ends with one.
        """
        if (maker := self.on_bound(CreateDriver)) is not None:
            _ = maker.able  # what the search for a body makes must not be among the changes
        found = self.next_round(self._latest) if self._latest else self.first_round()
        self._latest = found.next if not ended(found) else None
        return self.following(found)

    def following(self, found: Round) -> str:
        """The link that a round ends with.

        Raises:
            Inconclusive: there is none.
        """
        if found.next is None or ended(found):
            raise Inconclusive(f"no further round can be asked for: {ended(found)}", found.pages.last)
        return found.next

    def until(self, url: str, test: Callable[[Round], bool]) -> Round:
        """The round that a link leads to once it passes a test, or the last within the time that reads may lag."""
        for _ in self.looks():
            found = self.next_round(url)
            if test(found):
                break
        return found

    # -- changes ------------------------------------------------------------------------------------------------

    def told_object(self, n: int = 1) -> tuple[str, str]:
        """Make an object of the run's own, and wait until a round tells it; its id and the link of that round.

        Raises:
            Inconclusive: none can be made, or no round tells it in time.
        """
        url = self.link()
        entity = self.own_object(n)
        found = self.until(url, lambda each: each.present(entity) is not None)
        if found.present(entity) is None:
            raise Inconclusive("no round tells the object that was made; see delta.changes.created", *found.exchanges)
        return entity, self.following(found)

    def maker(self) -> CreateDriver:
        """What makes the objects.

        Raises:
            Inconclusive: nothing does.
        """
        return self.needs(CreateDriver, "the document has no operation that makes an object of the collection")

    def update(self, entity: str) -> tuple[JsonObject, Exchange]:
        """Give a property of an own object another value; that, and the request.

        Raises:
            Inconclusive: nothing updates it, or the update is refused.
        """
        updater = self.needs(UpdateDriver, "the document has no operation that updates an object of the collection")
        mark = self.maker().bodies.mark()
        with updater.on_behalf_of(self.requirement):
            exchange = updater.send("PATCH", updater.path(entity), octets=encode(mark), entity=entity)
            if exchange.refused:
                whole = {**self.maker().bodies.full(2), **mark}
                known = updater.model.type.properties
                mark_among = {name: value for name, value in whole.items() if name in known}
                exchange = updater.send("PATCH", updater.path(entity), octets=encode(mark_among), entity=entity)
        self.client.lane.writes += 1
        if not exchange.ok:
            raise Inconclusive(f"an object of the run's own can't be updated ({exchange.answer})", exchange)
        return mark, exchange

    def delete(self, entity: str) -> Exchange:
        """Delete an own object.

        Raises:
            Inconclusive: nothing deletes it, or the deletion is refused.
        """
        deleter = self.needs(DeleteDriver, "the document has no operation that deletes an object of the collection")
        with deleter.on_behalf_of(self.requirement):
            exchange = deleter.remove(entity)
        if not exchange.ok:
            raise Inconclusive(f"an object of the run's own can't be deleted ({exchange.answer})", exchange)
        return exchange
