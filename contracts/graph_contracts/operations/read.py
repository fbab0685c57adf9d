"""Drivers of operations that only read: one object, or a collection."""

from __future__ import annotations

from graph_contracts.contract import Type
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.attempts import Attempt, Fields, Headers, Trial
from graph_contracts.operations.observer import why_unlisted
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Inconclusive

ALL = "*"
"""Stands for the id where all objects are asked for."""


class ShowDriver(OperationUnderTest):
    """One operation that changes nothing."""

    def get(self, entity: str | None = None, *, headers: Fields | None = None, query: str = "") -> Exchange:
        """Send the request; nothing is concluded from the answer.

        Args:
            query: what follows the question mark.
        """
        path = self.address(entity)
        return self.send("GET", f"{path}?{query}" if query else path, headers=headers, entity=entity or self.about)

    @property
    def about(self) -> str:
        """The object or collection that a request is about, unless it names another."""
        return self.key

    def ask(self, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request."""
        return self.get(headers=headers)

    def refusals(self, different: Headers) -> list[Trial]:
        """Send requests that must not be answered for their header fields; a control without these comes first."""
        self.demand()
        return [
            Trial(Attempt(note, headers=headers), self.get(headers=headers), watched=True)
            for note, headers in different
        ]


class ReadDriver(ShowDriver):
    """The driver of an operation that reads an object."""

    def read_object(self, entity: str | None = None) -> tuple[JsonObject, Exchange]:
        """An object, as it is shown.

        Raises:
            Inconclusive: it is not.
        """
        exchange = self.get(entity)
        if exchange.object is None or not exchange.ok:
            raise Inconclusive(f"the object is not shown ({exchange.answer})", exchange)
        if exchange.status == 200 and self.observer.shown(exchange, entity or self.key) is None:
            raise Inconclusive(f"the answer shows something other than the object ({exchange.answer})", exchange)
        return exchange.object, exchange


class ListDriver(ShowDriver):
    """The driver of an operation that lists a collection."""

    @property
    def about(self) -> str:
        return ALL

    @property
    def known(self) -> tuple[str, ...]:
        return (ALL,)

    def address(self, entity: str | None = None) -> str:  # noqa: ARG002 (it is the collection's)
        return self.head

    @property
    def members(self) -> tuple[str, ...]:
        """The documented properties of the objects in the list."""
        item = self.item_type
        return tuple(item.properties) if item else ()

    @property
    def item_type(self) -> Type | None:
        """The documented type of the objects in the list."""
        return self.documented.item_type

    def items(self) -> tuple[list[JsonObject], Exchange]:
        """Every object on every page.

        Raises:
            Inconclusive: the collection isn't listed.
        """
        items, exchange = self.observer.collection()
        if items is None:
            raise Inconclusive(why_unlisted(exchange, self.shape), exchange)
        return items, exchange
