"""Objects that a target makes of an update, under an id that none had: they are the run's, and must not stay."""

from __future__ import annotations

from graph_contracts.http.exchange import SAFE, Exchange
from graph_contracts.operations.context import Context
from graph_contracts.operations.sender import NothingMade

CREATED = 201


class Upserts(NothingMade):
    """The witness of an operation that updates: it notices what was made where nothing was."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def record(self, exchange: Exchange, path: str) -> None:
        context = self._context
        method = exchange.request.method
        elsewhere = path not in {context.path(entity) for entity in context.known}
        if exchange.status == CREATED and elsewhere and method not in SAFE:
            context.objects.doubtful.append(exchange)

    def adopt(self, exchange: Exchange, entity: str) -> None:
        """Record an object that a request has made under an id that the run chose at random, to be deleted."""
        context = self._context
        if not exchange.ok or not (exchange.status == CREATED or self._is_there(entity)):
            return
        objects, path = context.objects, context.path(entity)
        objects.doubtful = [each for each in objects.doubtful if each is not exchange]
        objects.created[entity] = path
        context.log_entry("created", operation=context.documented.id, path=path, collection=path)

    def _is_there(self, entity: str) -> bool:
        observer = self._context.observer
        if observer.item(entity)[0] is not None:
            return True
        listed = observer.collection()[0] if observer.means == "collection" else None
        return any(observer.shape.is_of(item, entity) for item in listed or ())
