"""The objects that a run makes: logged before the request, identified by the answer or the list, deleted at the end."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from graph_contracts.contract import CollectionShape, OperationKind
from graph_contracts.http import jsontext
from graph_contracts.http.exchange import REFUSED, Exchange
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations import monitors
from graph_contracts.operations.context import Context
from graph_contracts.operations.object_model import ObjectModel
from graph_contracts.operations.object_views import GONE, NEW
from graph_contracts.requirements import Inconclusive

if TYPE_CHECKING:
    from graph_contracts.http.client import Client

MAX_NAMELESS = 3
"""Creations that may leave an object behind whose id nobody knows, before no more are sent."""
CONDITIONAL = frozenset({412, 428})


class Creations:
    """The witness of an operation that creates: it knows what the run made there, and what is not the run's."""

    def __init__(
        self, context: Context, model: ObjectModel, names: tuple[str, ...], marks: Callable[[], Iterable[str]]
    ) -> None:
        self._context = context
        self._model = model
        self._names = names
        """Properties that say on record what was sent."""
        self._marks = marks
        """Properties by whose values an object is known again, as far as they were found."""
        self.others: set[str] | None = None
        """Ids of the objects from before the first creation; None where no list showed all of them."""
        self._spared: frozenset[str] | None = None
        """Ids of the objects that were seen before the first was made, and of those that the run works on."""
        self._alike: set[str] = set()
        """Ids under which the target has made more than one object."""
        self._accepted: dict[str, int] = {}
        """Ids of the objects that accepted creations made, each with the number of the exchange."""
        self._discarded: set[str] = set()
        """Ids whose deletion was asked for."""
        self.stuck = ""
        """Why what is made can't be taken away, where that is so."""
        self.begun: monitors.Begun | None = None
        """The last creation that was only begun."""
        self.watched: monitors.Watched | None = None
        """Its monitor, where it names one."""

    # -- as they are sent ---------------------------------------------------------------------------------------

    def may_send(self, method: str) -> None:
        """Make nothing that can't be taken away.

        Raises:
            Inconclusive: it can't.
        """
        context = self._context
        if method != context.documented.method or context.options.destructive:
            return
        if OperationKind.DELETE not in context.siblings:
            self.stuck = "what it makes can't be taken away: the document has no operation that deletes these objects"
        if self.stuck:
            give = "--destructive" if OperationKind.DELETE not in context.siblings else ""
            raise Inconclusive(f"{self.stuck} (--destructive leaves it there)", give=give)

    def about(self, method: str, entity: str) -> str:
        return NEW if method == self._context.documented.method else entity

    def announce(self, method: str, path: str, octets: bytes | None) -> None:
        context = self._context
        if method != context.documented.method:
            return
        if self._spared is None:
            items, _ = context.observer.collection()
            siblings = [each for each in context.siblings.values() if each is not context]
            used = {entity for each in siblings for entity in (each.key, each.second) if entity}
            self._spared = frozenset({*used, *map(context.shape.key_of, items or ())} - {""})
            if items is not None and not context.observer.cut:
                self.others = {*map(context.shape.key_of, items), *self._spared}
                context.log_entry("listed", path=path, ids=sorted(self.others))
        sent = {"body": digest(octets), "marks": values_in(octets, self._names)}
        context.log_entry("create", path=path, operation=context.documented.id, **sent)

    def record(self, exchange: Exchange, path: str) -> None:
        context = self._context
        if exchange.request.method != context.documented.method:
            return
        if exchange.ok:
            named = created_id(exchange, context.shape) or self._watch(exchange)
            context.key = self._led_to(named, exchange.object or {}) or NEW
        if exchange.ok and context.key in context.objects.created:
            self._alike.add(context.key)
        if exchange.ok and context.key != NEW:
            self._accepted[context.key] = exchange.index
            self.record_made(context.key, path, exchange.request.body)
        elif exchange.ok or exchange.status >= 500 or (exchange.response is None and exchange.error != REFUSED):
            context.objects.doubtful.append(exchange)
        else:
            context.log_entry("refused", path=path, body=digest(exchange.request.body))

    def _led_to(self, entity: str, seen: JsonMapping) -> str:
        """The id of an object that the run made; nothing where the path with it leads to another object."""
        if not entity or not self._context.observer.misleads(entity, seen):
            return entity
        self.stuck = f"what it makes can't be taken away: {self._context.path(entity)} is another object"
        return ""

    def record_made(self, entity: str, path: str = "", octets: bytes = b"") -> None:
        """Record an object that the run made and has to delete; never one from before the run."""
        context, created = self._context, self._context.objects.created
        if entity in created:
            return
        asked = {"collection": path or context.address(), "body": digest(octets)}
        if entity in {*(self.others or ()), *(self._spared or ())}:
            context.log_entry("refused", path=asked["collection"], body=asked["body"])
            return
        created[entity] = context.path(entity)
        context.log_entry("created", operation=context.documented.id, path=created[entity], **asked)

    def spare(self, entity: str) -> None:
        """Take an object for one that was there before: the run has made it for other operations."""
        if self._spared is not None:
            self._spared |= {entity}
        if self.others is not None:
            self.others.add(entity)

    # -- looking for those without an id ------------------------------------------------------------------------

    def identify(self, exchange: Exchange) -> None:
        """Find the id of a new object that the answer to its creation doesn't name."""
        context = self._context
        if exchange.ok and context.key == NEW:
            context.key = self.resolve().get(exchange.index, NEW)
            if sum(each.ok for each in context.objects.doubtful) >= MAX_NAMELESS:
                self.stuck = "what it makes can't be taken away: its answers don't tell the id of what was made"

    def resolve(self) -> dict[int, str]:
        """Look in the list for what doubtful creations may have made; ids by the exchange's index.

        Where it is not known which objects were there before, nothing in it is the run's.
        """
        context, objects = self._context, self._context.objects
        items, _ = context.observer.collection() if objects.doubtful else (None, None)
        if items is None or context.observer.cut:
            return {}
        found: dict[int, str] = {}
        for exchange in objects.doubtful:
            sent = values_in(exchange.request.body, self._marks())
            marks = {name: value for name, value in sent.items() if value is not None}
            ids = [self._context.shape.key_of(item) for item in items if marks and not self._model.changes(marks, item)]
            kept = {*(self.others or ()), *(self._spared or ()), *objects.created}
            ids = [entity for entity in ids if entity and entity not in kept]
            item = next((each for each in items if [self._context.shape.key_of(each)] == ids), {})
            if len(ids) == 1 and self.others is not None and self._led_to(ids[0], item):
                found[exchange.index] = ids[0]
                self._accepted |= {ids[0]: exchange.index} if exchange.ok else {}
                self.record_made(ids[0], octets=exchange.request.body)
            elif not exchange.ok and not ids:
                context.log_entry("refused", path=context.address(), body=digest(exchange.request.body))
        named = {*found, *(e.index for e in objects.doubtful if not e.ok)}
        objects.doubtful = [exchange for exchange in objects.doubtful if exchange.index not in named]
        return found

    def _watch(self, exchange: Exchange) -> str:
        """The id of what a creation had only begun to make, once its monitor says where that is; else nothing."""
        context = self._context
        if exchange.status != monitors.ACCEPTED:
            return ""
        self.begun, self.watched = monitors.begun(context, exchange), None
        if not self.begun.promised:
            return ""
        self.watched = monitors.watch(context, self.begun)
        done = self.watched.state is monitors.State.DONE
        entity = _key(self.watched.result, urlsplit(exchange.request.url).path) if done else ""
        return entity if entity and context.observer.item(entity)[0] is not None else ""

    def is_earlier(self, entity: str, item: JsonMapping, later: Container[int]) -> bool:
        """Whether an accepted creation made an object that a list may show only now.

        Args:
            entity: the object's id.
            item: the object.
            later: numbers of the exchanges that are not meant.
        """
        objects, siblings = self._context.objects, self._context.siblings.values()
        if entity in self._accepted:
            return self._accepted[entity] not in later
        if any(entity in each.objects.created for each in siblings if each is not self._context):
            return True
        nameless = [each for each in objects.doubtful if each.ok and each.index not in later]
        bodies = (values_in(each.request.body, self._names) for each in nameless)
        return any(sent and not self._model.changes(sent, item) for sent in bodies)

    def strays(self) -> int:
        """How many objects there are now that were not there before and that the run can't call its own."""
        items, _ = self._context.observer.collection() if self.others is not None else (None, None)
        if items is None or self._context.observer.cut:
            return 0
        now = {*map(self._context.shape.key_of, items)}
        return len(now - (self.others or set()) - set(self._context.objects.created) - {""})

    # -- taking away --------------------------------------------------------------------------------------------

    def discard(self, entity: str) -> Exchange:
        """Delete an object that was made."""
        context = self._context
        deletes = context.siblings.get(OperationKind.DELETE)
        operation = deletes.documented if deletes is not None else context.place
        exchange = delete(context.client, context.path(entity), operation.id)
        if exchange.ok and entity in self._alike:
            self._alike.discard(entity)
            delete(context.client, context.path(entity), operation.id)
        context.client.lane.writes += 1
        self._discarded.add(entity)
        # where reads lag behind, so may deletions: what is not found then is asked for again at the end
        if exchange.ok or (exchange.status in GONE and not context.lag.max_lag):
            path = context.objects.created.pop(entity, None)
            if path:
                context.log_entry("deleted", path=path)
        return exchange

    def tidy(self) -> None:
        """Delete what was made, but for the last: where reads lag behind, the rest is deleted at the end of the run."""
        context = self._context
        if context.client.dead is not None or context.client.expired or OperationKind.DELETE not in context.siblings:
            return
        self.resolve()
        used = {entity for each in context.siblings.values() for entity in (each.key, each.second)}
        for entity in [each for each in context.objects.created if each not in {*used, *self._discarded}]:
            self.discard(entity)


def values_in(octets: bytes | None, names: Iterable[str]) -> JsonObject:
    """What a body says of some properties."""
    body = jsontext.parse(octets or b"").value
    return {name: body[name] for name in names if name in body} if isinstance(body, Mapping) else {}


def digest(octets: bytes | None) -> str:
    """A short name for a body."""
    return hashlib.sha256(octets or b"").hexdigest()[:16]


def created_id(exchange: Exchange, shape: CollectionShape) -> str:
    """The id of an object that an exchange has made, or nothing; what was only begun (202) may have another's id."""
    if not exchange.ok or exchange.response is None or exchange.status == monitors.ACCEPTED:
        return ""
    if entity := shape.key_of(exchange.object or _leniently(exchange.response.body)):
        return entity
    for name in ("Location", "OData-EntityId"):
        with suppress(ValueError):
            if shape.composite is not None:
                entity = shape.composite.shown_in(urlsplit(exchange.response.header(name) or "").path)
                if entity:
                    return entity
            elif entity := _key(exchange.response.header(name) or "", urlsplit(exchange.request.url).path):
                return entity
    return ""


def _leniently(octets: bytes) -> JsonMapping:
    """An object from an answer that isn't quite JSON, as where a number is no number."""
    with suppress(ValueError, RecursionError):
        found = json.loads(octets)
        return found if isinstance(found, dict) else {}
    return {}


def _key(location: str, collection: str) -> str:
    """The key in a URL of a collection's object: a segment below it, or in parentheses behind it as OData has it."""
    path = unquote(urlsplit(location).path).rstrip("/")
    name = re.escape(unquote(collection).rstrip("/").rpartition("/")[2])
    found = re.search(rf"(?:^|/){name}(?:/([^/]+)|\((?:\w+=)?('?)(.*)\2\))$", path)
    return (found[1] or found[3].replace("''", "'")) if found else ""


def delete(client: Client, path: str, operation: str) -> Exchange:
    """Delete an object, with its tag where the target asks for one."""
    exchange = client.send("DELETE", path, operation=operation, requirement="restore")
    if exchange.status in CONDITIONAL:
        exchange = client.send("DELETE", path, headers={"If-Match": "*"}, operation=operation, requirement="restore")
    return exchange
