"""An operation that counts a collection."""

from __future__ import annotations

import re

from graph_contracts.contract import PARAMETER, Type, TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.attempts import Fields
from graph_contracts.operations.bound import BoundDriver
from graph_contracts.operations.context import NUMBERS
from graph_contracts.operations.read import ListDriver
from graph_contracts.requirements import Inconclusive, NotApplicable

EVENTUAL = "ConsistencyLevel"
"""The header field without which Graph doesn't count some collections."""
_NUMBER = re.compile(r"[0-9]{1,19}")


class CountDriver(BoundDriver):
    """One operation that counts a collection on one target."""

    safe = True

    @property
    def bound_key(self) -> str | None:
        """The parameter that is the key of the object which the collection belongs to; None where it has none."""
        names = PARAMETER.findall(self.documented.path)
        return names[-1] if names else None

    @property
    def bound_to(self) -> str:
        """The id of the object which the collection belongs to; empty where it belongs to none."""
        return self.observer.ids.get(self.bound_key or "", "")

    def unknown_object(self) -> str:
        """An id that no object has of those which the collection could belong to.

        Raises:
            NotApplicable: it belongs to none.
        """
        if self.bound_key is None:
            raise NotApplicable("it is bound to no object that has a key")
        declared = self.documented.parameter_types.get(self.bound_key)
        number = self.bound_to.isdecimal() or (declared is not None and declared.kind in NUMBERS)
        return str(self.values.fresh(Type(TypeKind.INT32 if number else TypeKind.GUID)))

    def ask_of(self, entity: str, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request, with `ConsistencyLevel: eventual` where the document names that field."""
        return super().ask_of(entity, headers={**self.needed_fields, **(headers or {})})

    def count(self, query: str = "") -> Exchange:
        """Ask for the count with options."""
        return self.call(self.bound_to, headers=self.needed_fields, query=query)

    @property
    def needed_fields(self) -> Fields:
        """The header fields that the documented request has."""
        return {EVENTUAL: "eventual"} if EVENTUAL.lower() in self.documented.header_names else {}

    @property
    def counted(self) -> ListDriver:
        """The list of what is counted.

        Raises:
            NotApplicable: the document has none.
        """
        listing = self.on_bound(ListDriver)
        if listing is None:
            raise NotApplicable("the document has no list of what is counted")
        return listing

    def number(self) -> tuple[int, Exchange]:
        """The count, and the answer that tells it.

        Raises:
            Inconclusive: the answer tells none.
        """
        exchange = self.demand()
        found = number_in(exchange)
        if found is None:
            raise Inconclusive("the answer is no count; see count.resp.number", exchange)
        return found, exchange


def text_of(exchange: Exchange) -> str:
    """The body of an answer as a text."""
    return exchange.response.body.decode("utf-8-sig", "replace") if exchange.response is not None else ""


def number_in(exchange: Exchange) -> int | None:
    """The number that an answer is; None where it is none."""
    text = text_of(exchange).strip()
    return int(text) if _NUMBER.fullmatch(text) else None
