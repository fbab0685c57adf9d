"""An operation that creates objects, held by the same cases as an update.

What a case says of *the object* holds for the one made last: a body that is sent makes an object with these values, and
what must have no effect must make none. What a case has made is deleted again when it is over.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from contracts.contract import Kind, Operation, Shape
from contracts.requirements import Inconclusive
from contracts.subject.equality import Difference
from contracts.subject.knowledge import Baseline, Options
from contracts.subject.observe import identity, same_id
from contracts.subject.subject import Attempt, holds
from contracts.subject.update import Update, last
from contracts.subject.values import plain
from contracts.target import jsontext
from contracts.target.exchange import Exchange, Request

if TYPE_CHECKING:
    from contracts.target.client import Client

NEW = "(new)"
"""Stands for the id that an object doesn't have yet."""
MOST_TEXTS = 5
"""Texts that are tried one by one where two objects may not share one."""
MOST_NAMELESS = 3
"""Creations that may leave an object behind whose id nobody knows, before no more are sent."""
MOST_LISTED = 1000
"""Objects of a collection that is looked through after each attempt."""
CONFLICT = 409
CROWDED = "what is made can't be seen: the collection is too large to be listed again and again"
COLLIDES = frozenset({400, CONFLICT, 422})
GONE = frozenset({404, 410})
ACCEPTED = 202
CONDITIONAL = frozenset({412, 428})


class Create(Update):
    """One operation that creates objects on one target."""

    MAKES = True

    def __init__(self, client: Client, operation: Operation, options: Options, twin: Create | None = None) -> None:
        super().__init__(client, operation, options, twin)
        self.key = NEW
        self._distinct: tuple[str, ...] = ()
        """Properties whose values no two objects may share."""
        self._essential: dict[str, Any] = {}
        """Properties without which the target makes nothing, with values for them."""
        self._discarded: set[str] = set()
        """Ids whose deletion was asked for."""
        self.others: set[str] | None = None
        """Ids of the objects that were there before the first was made; None where no list told them all."""
        self._spared: frozenset[str] | None = None
        """Ids of the objects that the run works on, as they were before the first was made."""
        self._stuck = ""
        """Why what is made can't be taken away, where that is so."""
        self._crowded = False
        """Whether the collection is too large to be listed again and again."""

    @property
    def known(self) -> tuple[str, ...]:
        return (NEW, *self.created)

    def address(self, entity: str | None = None) -> str:  # noqa: ARG002 (it is the collection's, whatever is made there)
        return self.head

    def learn(self) -> None:
        sibling = self.siblings.get(Shape.UPDATE)
        if isinstance(sibling, Update):
            self.computed |= sibling.computed
        with suppress(Inconclusive):
            self._learn_taking_away()
            self._learn_distinct()
        super().learn()

    def _learn_taking_away(self) -> None:
        """Delete the first object that is made at once: where that can't be done, no other is made."""
        self.requirement = "learn"
        entity = self.baseline and self.key
        if entity in self.created and Shape.DELETE in self.siblings:
            exchange = self.discard(entity)
            if entity in self.created:
                self._stuck = f"what it makes can't be taken away: DELETE is answered {exchange.answer}"
            else:
                self.key = NEW

    def _learn_distinct(self) -> None:
        """Find out which texts must differ from object to object, where the same body isn't taken twice."""
        self.requirement = "learn"
        if self.patch(self.full()).status not in COLLIDES or self._distinct:
            return
        for names in self._texts():
            self._distinct = names
            if self.patch(self.full()).ok:
                return
        self._distinct = ()

    def _texts(self) -> Iterator[tuple[str, ...]]:
        """The texts that may have to differ: all of them, then each alone, since some may have a form of their own."""
        kinds = {name: self.type.properties[name].type for name in self.writable}
        texts = tuple(name for name, kind in kinds.items() if kind.kind is Kind.STRING and plain(kind))
        yield texts
        yield from ((name,) for name in texts[:MOST_TEXTS])

    @property
    def baseline(self) -> Baseline:
        if self._baseline is None and (found := self._climb()):
            return found
        return super().baseline

    def _climb(self) -> Baseline | None:
        """The accepted body, with texts of its own where others have taken those that were tried first."""
        for names in ((), *self._texts()):
            self._distinct, self._baseline = names, None
            try:
                found = super().baseline
                collided = any(step.exchange.status == CONFLICT for step in found.steps)
            except Inconclusive as reason:
                found = None
                collided = any(exchange.status == CONFLICT for exchange in reason.exchanges)
            if not collided:
                return found
        self._distinct, self._baseline = (), None
        return None

    def first(self, names: tuple[str, ...]) -> dict[str, Any]:
        return self._distinguished(super().first(names))

    def full(self, n: int = 1) -> dict[str, Any]:
        return self._distinguished(super().full(n))

    def _distinguished(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A body with values of its own where these must differ from object to object."""
        names = [name for name in self._distinct if name in body]
        return {**body, **{name: self.values.fresh(self.type.properties[name].type) for name in names}}

    def establish(self, n: int = 1) -> dict[str, Any]:
        body = self.full(n)
        self.change(body)
        _, found, _ = self.reach(body)
        return {name: found.get(name) for name in self.shape.properties}

    # -- sending ------------------------------------------------------------------------------------------------

    def may_send(self, method: str) -> None:
        super().may_send(method)
        if method != self.operation.method or self.options.destructive:
            return
        if Shape.DELETE not in self.siblings:
            self._stuck = "what it makes can't be taken away: the document has no operation that deletes these objects"
        if self._stuck:
            raise Inconclusive(f"{self._stuck} (--destructive leaves it there)")

    def send(self, method: str, path: str, **how: Any) -> Exchange:
        if method == self.operation.method and how.get("entity"):
            how["entity"] = NEW
        return super().send(method, path, **how)

    def send_wire(self, octets: bytes, request: Request, **how: Any) -> Exchange:
        path = urlsplit(request.url).path.removeprefix(urlsplit(self.client.base).path)
        self.announce(request.method, path, request.body)
        exchange = super().send_wire(octets, request, **how)
        self.took(exchange, path)
        return exchange

    def announce(self, method: str, path: str, octets: bytes | None) -> None:
        if method != self.operation.method:
            return
        if self._spared is None:
            items, _ = self.observer.collection()
            siblings = [each for each in self.siblings.values() if each is not self]
            self._spared = frozenset(entity for each in siblings for entity in (each.key, each.second) if entity)
            if items is not None and not self.observer.cut:
                self.others = {*map(identity, (item.get("id") for item in items)), *self._spared}
                self.tell("listed", path=path, ids=sorted(self.others))
        sent = {"body": digest(octets), "marks": said(octets, self.writable)}
        self.tell("create", path=path, operation=self.operation.id, **sent)

    def took(self, exchange: Exchange, path: str) -> None:
        if exchange.request.method != self.operation.method:
            return
        if exchange.ok:
            self.key = made(exchange) or NEW
        if exchange.ok and self.key != NEW:
            self.own(self.key, path, exchange.request.body)
        elif exchange.ok or exchange.response is None or exchange.status >= 500:
            self.doubtful.append(exchange)
        else:
            self.tell("refused", path=path, body=digest(exchange.request.body))

    def own(self, entity: str, path: str = "", octets: bytes = b"") -> None:
        """Take down that the run made an object, and is to delete it again; never one that was there before."""
        if entity in self.created:
            return
        asked = {"collection": path or self.address(), "body": digest(octets)}
        if entity in {*(self.others or ()), *(self._spared or ())}:
            self.tell("refused", path=asked["collection"], body=asked["body"])
            return
        self.created[entity] = self.path(entity)
        self.tell("created", operation=self.operation.id, path=self.created[entity], **asked)

    def patch(self, body: Any, **how: Any) -> Exchange:
        if not isinstance(body, Mapping) or not body or how.get("path") or how.get("method"):
            return super().patch(body, **how)
        exchange = super().patch(self.completed(body), **how)
        if exchange.ok and self.key == NEW:
            self.key = self._resolve().get(exchange.index, NEW)
            if sum(each.ok for each in self.doubtful) >= MOST_NAMELESS:
                self._stuck = "what it makes can't be taken away: its answers don't tell the id of what was made"
        return exchange

    def _resolve(self) -> dict[int, str]:
        """Look in the list for what doubtful creations may have made; ids by the exchange's index.

        Where nobody knows what was there before, nothing in it is the run's.
        """
        items, _ = self.observer.collection() if self.doubtful else (None, None)
        if items is None or self.observer.cut:
            return {}
        found: dict[int, str] = {}
        for exchange in self.doubtful:
            told = said(exchange.request.body, self._markers or ())
            marks = {name: value for name, value in told.items() if value is not None}
            ids = [identity(item.get("id")) for item in items if marks and not self.changes(marks, item)]
            kept = {*(self.others or ()), *(self._spared or ()), *self.created}
            ids = [entity for entity in ids if entity and entity not in kept]
            if len(ids) == 1 and self.others is not None:
                found[exchange.index] = ids[0]
                self.own(ids[0], octets=exchange.request.body)
            elif not exchange.ok and not ids:
                self.tell("refused", path=self.address(), body=digest(exchange.request.body))
        named = {*found, *(e.index for e in self.doubtful if not e.ok)}
        self.doubtful = [exchange for exchange in self.doubtful if exchange.index not in named]
        return found

    def strays(self) -> int:
        """How many objects there are now that were not there before and that the run can't call its own."""
        items, _ = self.observer.collection() if self.others is not None else (None, None)
        if items is None or self.observer.cut:
            return 0
        now = {*map(identity, (item.get("id") for item in items))}
        return len(now - (self.others or set()) - set(self.created) - {""})

    def completed(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return last(self._distinguished(self._essential), body)

    @property
    def able(self) -> bool:
        """Whether the target makes anything at all."""
        try:
            return bool(self.baseline.names)
        except Inconclusive:
            return False

    def make(self, n: int = 1) -> str:
        """Make an object for a case to use; its id.

        Raises:
            Inconclusive: the target makes none, or doesn't tell its id.
        """
        exchange = self.change(self.full(n))
        entity = made(exchange)
        if not entity:
            raise Inconclusive("the answer to the creation doesn't tell the object's id", exchange)
        return entity

    def discard(self, entity: str) -> Exchange:
        """Delete an object that was made."""
        operation = self.siblings[Shape.DELETE].operation if Shape.DELETE in self.siblings else self.place
        exchange = removed(self.client, self.path(entity), operation.id)
        self.client.writes += 1
        self._discarded.add(entity)
        # where reads lag behind, so may deletions: what is not found then is asked for again at the end
        if exchange.ok or (exchange.status in GONE and not self.lag):
            path = self.created.pop(entity, None)
            if path:
                self.tell("deleted", path=path)
        return exchange

    def tidy(self) -> None:
        """Delete what was made, but for the last: where reads lag behind, the rest is deleted at the end of the run."""
        if self.dead is not None or self.client.expired or Shape.DELETE not in self.siblings:
            return
        self._resolve()
        used = {entity for each in self.siblings.values() for entity in (each.key, each.second)}
        for entity in [entity for entity in self.created if entity not in {*used, *self._discarded}]:
            self.discard(entity)

    # -- bodies -------------------------------------------------------------------------------------------------

    def dressed(self, body: dict[str, Any], baseline: Baseline) -> dict[str, Any]:
        body = super().dressed(body, baseline)
        body.pop("id", None)
        return body

    def small(self, place: int = 0) -> dict[str, Any]:
        mark = self.mark(place)
        return last(self._distinguished(self._essential) if self.partial.ok else self.full(), mark)

    @property
    def partial(self) -> Exchange:
        """The answer to a body with one property, and with what the target can't do without."""
        if self._partial is None:
            full = self.full()
            required = {name: full[name] for name in self.type.required if name in full}
            for essential in ({}, required, full):
                self._essential = essential
                # what is accepted alone may be the one property that is required
                bodies = [self.mark(place) for place in range(min(2, len(self.markers)))]
                answers = [self.patch(body) for body in bodies]
                self._partial = next((answer for answer in answers if not answer.ok), answers[0])
                if self._partial.ok:
                    self.notice_computed(answers[-1], {**essential, **bodies[-1]})
                    break
        assert self._partial is not None  # noqa: S101 (at least one body was sent)
        return self._partial

    def merged(self, state: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """What the object should be: it is made of the body alone."""
        return dict(body)

    # -- observing ----------------------------------------------------------------------------------------------

    def states(self) -> dict[str, dict[str, Any]]:
        """Every object of the collection.

        Raises:
            Inconclusive: the collection can't be listed.
        """
        if self._crowded:
            raise Inconclusive(CROWDED)
        items, exchange = self.observer.collection()
        if items is None:
            raise Inconclusive(
                f"what is made can't be seen: GET on the collection is answered {exchange.answer}", exchange
            )
        if self.observer.cut or len(items) > MOST_LISTED:
            self._crowded = True
            raise Inconclusive(CROWDED)
        listed = {entity: item for item in items if (entity := identity(item.get("id")))}
        return {entity: {name: item.get(name) for name in self.shape.properties} for entity, item in listed.items()}

    def glance(
        self, entity: str | None = None, *, fresh: bool = False, about: Iterable[str] = ()
    ) -> tuple[dict[str, Any], Exchange]:
        """The object as it shows now: as one in which nothing is set where it isn't there, and others are."""
        if (entity or self.key) == NEW:
            raise Inconclusive("the answer doesn't tell the id of what was made")
        try:
            return super().glance(entity, fresh=fresh, about=about)
        except Inconclusive as reason:
            found, exchange = self.observer.item(entity or self.key, fresh=fresh)
            shown = any(each.ok and each.request.method == "GET" for each in self.family_traffic())
            if found is not None:
                return found, exchange
            if shown and (exchange.status in GONE or self.observer.collection_status == 200):
                return {}, exchange
            raise reason from None

    def appears(self, entity: str) -> tuple[dict[str, Any] | None, Exchange]:
        """An object as a GET of it shows it, now or within the time that reads may lag; None where none does."""
        for _ in self.looks():
            found, exchange = self.observer.item(entity)
            if found is not None:
                break
        return found, exchange

    def family_traffic(self) -> Iterator[Exchange]:
        """What was exchanged for any operation on the resource."""
        own = {self.operation.id, *(each.operation.id for each in self.siblings.values())}
        return chain.from_iterable(map(self.client.exchanges.of, sorted(own)))

    def listed(self, entity: str, body: Mapping[str, Any]) -> tuple[list[Difference] | None, Exchange]:
        """What an object shows otherwise in the list than a body says; None where it isn't there in time.

        Raises:
            Inconclusive: the collection can't be listed.
        """
        for _ in self.looks():
            items, exchange = self.observer.collection()
            if items is None:
                raise Inconclusive(f"the collection is not listed ({exchange.answer})", exchange)
            found = next((item for item in items if same_id(item.get("id"), entity)), None)
            left = None if found is None else self.compare(body, found)
            if left is None and self.observer.cut:
                raise Inconclusive("the collection has more pages than are read", exchange)
            if left == []:
                break
        return left, exchange

    def changed(
        self,
        before: Mapping[str, dict[str, Any]],
        after: Mapping[str, dict[str, Any]],
        waiting: Sequence[tuple[Attempt, Exchange]] = (),
    ) -> list[tuple[str, Difference]]:
        """What is there that was not there before, and is of what was sent: others may be making objects too."""
        new = {entity: item for entity, item in after.items() if entity not in before}
        for _, exchange in waiting:
            # a list may lag behind reads
            entity = made(exchange)
            if entity and entity not in new and (found := self.observer.item(entity)[0]):
                new[entity] = found
        ours = [(entity, item) for entity, item in new.items() if any(self._is_of(item, *each) for each in waiting)]
        for entity, _ in ours:
            if entity not in self.created:
                self.own(entity)
        markers = [attempt.marker for attempt, _ in waiting if attempt.marker is not None]
        # what is not ours, others may be writing to
        old = [
            (entity, difference)
            for entity, difference in super().changed(before, after)
            if entity in self.created or any(holds(difference.actual, marker) for marker in markers)
        ]
        return [*old, *((entity, Difference(entity, None, item)) for entity, item in ours)]

    def _is_of(self, item: Mapping[str, Any], attempt: Attempt, exchange: Exchange) -> bool:
        if exchange.ok and (entity := made(exchange)):
            return entity == identity(item.get("id"))
        if attempt.marker is not None:
            return holds(item, attempt.marker)
        body = attempt.body if isinstance(attempt.body, Mapping) else {}
        named = {name: value for name, value in body.items() if name in self.markers and value is not None}
        return bool(named) and not self.changes(named, item)

    def lasting(self, before: dict[str, dict[str, Any]], performed: Container[str]) -> dict[str, dict[str, Any]]:
        del before, performed  # what is new stays
        return self.snapshot()

    def after(
        self, before: dict[str, dict[str, Any]] | None, body: Mapping[str, Any] | None
    ) -> dict[str, dict[str, Any]] | None:
        """The state after a creation that showed that the target is alive: one object more."""
        del body
        if before is None:
            return None
        self.client.writes += 1
        with suppress(Inconclusive):
            return self.snapshot()
        return None


def said(octets: bytes | None, names: Iterable[str]) -> dict[str, Any]:
    """What a body says of some properties."""
    body = jsontext.parse(octets or b"").value
    return {name: body[name] for name in names if name in body} if isinstance(body, Mapping) else {}


def digest(octets: bytes | None) -> str:
    """A short name for a body."""
    return hashlib.sha256(octets or b"").hexdigest()[:16]


def made(exchange: Exchange) -> str:
    """The id of an object that an exchange has made, or nothing; what was only begun (202) may have another's id."""
    if not exchange.ok or exchange.response is None or exchange.status == ACCEPTED:
        return ""
    if entity := identity((exchange.object or {}).get("id")):
        return entity
    for name in ("Location", "OData-EntityId"):
        with suppress(ValueError):
            if entity := _key(exchange.response.header(name) or "", urlsplit(exchange.request.url).path):
                return entity
    return ""


def _key(location: str, collection: str) -> str:
    """The key in a URL of a collection's object: a segment below it, or in parentheses behind it as OData has it."""
    path = unquote(urlsplit(location).path).rstrip("/")
    name = re.escape(unquote(collection).rstrip("/").rpartition("/")[2])
    found = re.search(rf"(?:^|/){name}(?:/([^/]+)|\((?:\w+=)?('?)(.*)\2\))$", path)
    return (found[1] or found[3].replace("''", "'")) if found else ""


def removed(client: Client, path: str, operation: str) -> Exchange:
    """Delete what was made, whatever its tag is where the target asks for one."""
    exchange = client.send("DELETE", path, operation=operation, requirement="restore")
    if exchange.status in CONDITIONAL:
        exchange = client.send("DELETE", path, headers={"If-Match": "*"}, operation=operation, requirement="restore")
    return exchange
