"""One object as a separate request shows it: one that is there, or one that the run makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol

from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.bodies import Bodies
from graph_contracts.operations.context import Context
from graph_contracts.operations.observer import Observer
from graph_contracts.operations.sent_values import neutral_property
from graph_contracts.operations.writer import Writer
from graph_contracts.requirements import Inconclusive

NEW = "(new)"
"""Stands for the id that an object doesn't have yet."""
GONE = frozenset({404, 410})


class ObjectView(Protocol):
    """Shows objects of some kind, each as it is now."""

    def show(self, entity: str, *, fresh: bool = False, about: Iterable[str] = ()) -> tuple[JsonObject, Exchange]:
        """An object; raises Inconclusive where nothing shows it."""


class ReadView:
    """Shows objects that are there."""

    def __init__(self, context: Context, writer: Writer, primary: Observer | None = None) -> None:
        self._context = context
        self._writer = writer
        self._primary = primary
        """Looks through the page's first path, where this is a further one."""

    def show(self, entity: str, *, fresh: bool = False, about: Iterable[str] = ()) -> tuple[JsonObject, Exchange]:
        observer, client = self._context.observer, self._context.client
        if client.dead is not None:
            raise Inconclusive(client.why_dead, client.dead)
        found, exchange = observer.look(entity, fresh=fresh, about=frozenset(about))
        if found is None and observer.means is None and self._primary is not None:
            found, exchange = self._primary.look(entity, fresh=fresh)
        if found is None:
            hint = "the object can't be read: neither GET nor the list nor an update that changes nothing shows it"
            raise Inconclusive(hint, *([exchange] if exchange else []))
        assert exchange is not None  # noqa: S101 (found implies an exchange)
        self._writer.read(found)
        return found, exchange


class UpdateView:
    """Shows objects that are there, by an update that changes nothing where no read does."""

    def __init__(self, context: Context, bodies: Bodies, writer: Writer, primary: Observer | None) -> None:
        self._context = context
        self._bodies = bodies
        self._writer = writer
        self._there = ReadView(context, writer, primary)

    def show(self, entity: str, *, fresh: bool = False, about: Iterable[str] = ()) -> tuple[JsonObject, Exchange]:
        observer, alive = self._context.observer, self._context.client.dead is None
        if alive and observer.neutral is None and self._bodies.found_markers and self._bodies.partial.ok:
            observer.neutral = self.neutral_update
        return self._there.show(entity, fresh=fresh, about=about)

    def neutral_update(self, entity: str, about: frozenset[str]) -> Exchange:
        """Re-send the value that one property has already, or nothing where no value is known."""
        known = self._writer.sent.of(entity)
        name = neutral_property(known, reversed(self._bodies.markers), about)
        client = self._context.client
        writes = client.lane.writes
        exchange = self._writer.patch({name: known[name]} if name else {}, entity=entity)
        client.lane.writes = writes  # it changed nothing
        if exchange.object is not None:
            self._context.objects.keep(entity, exchange.object)
        return exchange


class CreationView:
    """Shows objects that the run makes: one that isn't there, while others are, has nothing set."""

    def __init__(self, context: Context, writer: Writer, primary: Observer | None) -> None:
        self._context = context
        self._there = ReadView(context, writer, primary)

    def show(self, entity: str, *, fresh: bool = False, about: Iterable[str] = ()) -> tuple[JsonObject, Exchange]:
        if entity == NEW:
            raise Inconclusive("the answer doesn't tell the id of what was made")
        try:
            return self._there.show(entity, fresh=fresh, about=about)
        except Inconclusive as reason:
            observer = self._context.observer
            found, exchange = observer.item(entity, fresh=fresh)
            shown = any(each.ok and each.request.method == "GET" for each in self._traffic())
            if found is not None:
                return found, exchange
            if shown and (exchange.status in GONE or observer.collection_status == 200):
                return {}, exchange
            raise reason from None

    def _traffic(self) -> Iterator[Exchange]:
        """What was exchanged for any operation on the resource."""
        context = self._context
        own = {context.documented.id, *(each.documented.id for each in context.siblings.values())}
        return chain.from_iterable(map(context.client.exchanges.of, sorted(own)))
