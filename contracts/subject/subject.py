"""What a case holds in its hands: one operation of the contract on one target, whatever it does.

A subject sends its operation's documented request, as it should be sent (`ask`, `demand`) or with something that must
be refused (`refusals`), and judges nothing. What it sends and looks at depends on what the operation does: see
`update`, `create`, `read` and `delete` beside this module.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from contracts.backoff import rounds
from contracts.contract import Kind, Operation, Property, Shape, Type
from contracts.requirements import Inconclusive
from contracts.subject import parameters
from contracts.subject.knowledge import Effect, Log, Options
from contracts.subject.observe import Observer, same_id
from contracts.subject.spots import Spot, walk
from contracts.subject.values import Values
from contracts.target import jsontext
from contracts.target.exchange import SAFE, Exchange

if TYPE_CHECKING:
    from contracts.target.client import Client

ALONE = "(alone)"
"""Stands for the id of an object that has none: the one at a path without a key."""
SHOWN = frozenset({200, 201})
"""Statuses of success whose answers show the object."""
SERVER_FAILURES = frozenset({500, 502, 504, 505, 508})
Fields = Mapping[str, str | None]
"""Header fields to add or, with None, to leave out."""
Headers = Iterable[tuple[str, Fields]]
"""Requests that differ in their header fields, each with what is said of it."""


@dataclass(frozen=True)
class Attempt:
    """A request that must not have an effect, or only the one it claims."""

    note: str
    body: Any = None
    """A JSON value, or octets to be sent as they are."""
    headers: Fields = field(default_factory=dict)
    entity: str | None = None
    path: str | None = None
    method: str | None = None
    """Another method than the operation's."""
    marker: Any = None
    """A value that shows up on the target only if this request was applied."""
    wire: bytes | None = None
    """Octets to send instead of all the above."""
    half_close: bool = False
    timeout: float | None = None


@dataclass(frozen=True)
class Trial:
    """An attempt and what came of it."""

    attempt: Attempt
    exchange: Exchange
    effects: tuple[Effect, ...] = ()
    """What changed on any known object."""
    watched: bool = False
    """Whether the objects could be observed afterwards."""

    @property
    def visible(self) -> bool:
        """Whether the attempt's marker now stands on an object."""
        marker = self.attempt.marker
        return marker is not None and any(holds(effect.difference.actual, marker) for effect in self.effects)


class Subject(ABC):
    """One operation on one target."""

    def __init__(self, client: Client, operation: Operation, options: Options, twin: Subject | None = None) -> None:
        self.client = client
        self.operation = operation
        self.options = options
        self.shape: Type = operation.response or operation.body or Type(Kind.ANY)
        """What an answer shows."""
        self.twin: Subject | None = twin
        """The same operation through the page's first path, where this is a further one."""
        self.siblings: Mapping[Shape, Subject] = {}
        """The operations on the same resource through the same path, this one among them."""
        allocation = options.allocation
        self.values = Values(options.seed, operation.id, 0 if allocation.may_share else allocation.number)
        self.log = Log()
        self.requirement = ""
        """The requirement whose case is running; every exchange is marked with it."""
        self.key = ""
        """The id of the object that the run is about."""
        self.second: str | None = None
        self.ids: dict[str, str] = dict(options.ids)
        lists = operation.key is None and operation.method != "PATCH" and _lists(self.shape, operation)
        self.place: Operation = _below(operation) if lists else operation
        """An operation whose path is that of the objects."""
        self.observer = Observer(client, self.place, self.ids, operation.id)
        self.keeper: Callable[[Any, str], None] = lambda _subject, _entity: None
        """Is told of each object as soon as its first state is known."""
        self.tell: Callable[..., None] = lambda _kind, **_entry: None
        """Writes what is about to be made, and what was, where a run that is killed leaves it on record."""
        self.neighbours: frozenset[str] = frozenset()
        """Ids of the objects that other workers of the run update meanwhile."""
        self.met: list[str] = []
        """Ids of other objects that are known to be there, or to have been."""
        self.created: dict[str, str] = {}
        """Path of each object that the run made for itself, by id."""
        self.original: dict[str, dict[str, Any]] = {}
        """Each object as it was found, by id."""
        self._spots: tuple[Exchange, list[Spot]] | None = None

    # -- what a case sends --------------------------------------------------------------------------------------

    @abstractmethod
    def ask(self, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request, fit to be performed; nothing is concluded from the answer."""

    def demand(self, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request, which must be performed for the case to go on.

        Raises:
            Inconclusive: it was not answered 2xx.
        """
        exchange = self.ask(headers=headers)
        if not exchange.ok:
            raise Inconclusive(
                f"the control request was answered {exchange.answer}, so there is nothing to compare with", exchange
            )
        return exchange

    @abstractmethod
    def refusals(self, different: Headers) -> list[Trial]:
        """Send the documented request with header fields for which it must be refused, after one that is performed.

        Raises:
            Inconclusive: not even that one was.
        """

    def send(
        self,
        method: str,
        path: str,
        *,
        octets: bytes | None = None,
        headers: Fields | None = None,
        entity: str = "",
        fresh: bool = False,
        wait: bool = True,
        timeout: float | None = None,
    ) -> Exchange:
        """Send one request; nothing is concluded from the answer.

        A 5xx is tried once more on a new connection, and the second answer counts. Throttling is waited out.

        Args:
            entity: what the request is about, if it goes to the documented path.
        """
        self.may_send(method)
        about = {"operation": self.operation.id, "requirement": self.requirement}
        if entity:
            about["entity"] = entity

        def once(fresh: bool) -> Exchange:
            self.announce(method, path, octets)
            exchange = self.client.send(
                method, path, body=octets, headers=headers, fresh=fresh, wait=wait, timeout=timeout, **about
            )
            self.took(exchange, path)
            return exchange

        exchange = once(fresh)
        if exchange.status == 401 and self.client.lapsed:
            raise Inconclusive(self.client.lapsed, exchange)
        if exchange.status == 429 and wait:
            # neither done nor refused: it says nothing of this request
            raise Inconclusive(f"the target was busy ({exchange.answer}) for longer than --retries waits", exchange)
        if exchange.status in SERVER_FAILURES:
            again = once(True)
            if again.status not in SERVER_FAILURES:
                self.log.transient.add(exchange.index)
            exchange = again
        return exchange

    def announce(self, method: str, path: str, octets: bytes | None) -> None:  # noqa: B027 (what makes nothing has nothing to announce)
        """Take down that a request is about to be sent."""

    def took(self, exchange: Exchange, path: str) -> None:  # noqa: B027
        """Take down what became of a request."""

    def may_send(self, method: str) -> None:
        """Go on only where a request is of use and allowed.

        Raises:
            Inconclusive: the target or the credentials are dead, or the request could change something in a run that
                may only read.
        """
        if self.dead is not None:
            raise Inconclusive("the target stopped answering; see update.robust.alive", self.dead)
        if self.client.lapsed:
            raise Inconclusive(self.client.lapsed)
        if self.options.read_only and method not in SAFE:
            raise Inconclusive("it can't be judged without sending an update: leave out --read-only")

    # -- what is known ------------------------------------------------------------------------------------------

    def join(self, siblings: Mapping[Shape, Subject]) -> None:
        """Know the other operations on the same resource: their paths say what the objects' path is."""
        self.siblings = siblings
        placed = next((each.operation for each in siblings.values() if each.operation.key), None)
        if placed is not None and self.operation.key is None:
            self.place = self.observer.operation = placed

    def learn(self) -> None:  # noqa: B027 (most have nothing to learn)
        """Find out what every case relies on."""

    def let_go(self) -> None:
        """Forget what only judging needs: all was judged. What is there and how it is reached stays known."""
        self.log = Log()
        self._spots = None

    def tidy(self) -> None:  # noqa: B027 (most leave nothing behind)
        """Take away what the case that is over has made."""

    @contextmanager
    def again(self) -> Iterator[None]:
        """Let the block judge anew what was learned once."""
        yield

    def path(self, entity: str | None = None) -> str:
        """The path of an object, percent-encoded."""
        return self.place.url_path(self.observer.path_ids(entity or self.key))

    @property
    def head(self) -> str:
        """The path of the collection, percent-encoded."""
        path = self.place.url_path(self.observer.path_ids("key"))
        return path.rpartition("/")[0] if self.place.key else path

    @property
    def dead(self) -> Exchange | None:
        """The exchange that showed that nobody answers any more."""
        return self.client.dead

    @property
    def known(self) -> tuple[str, ...]:
        """The ids of the objects that the run looks after."""
        return tuple(dict.fromkeys(each for each in (self.key, self.second, *self.met) if each))

    def needs_second(self) -> str:
        """The id of a second object.

        Raises:
            Inconclusive: there is none.
        """
        if not self.second:
            name = parameters.label(self.operation, self.operation.key or "")
            raise Inconclusive(f"a second object is needed: supply --second-id {name}=ID")
        return self.second

    def traffic(self) -> Iterator[Exchange]:
        """Every answered exchange of this operation that is still whole, observations included."""
        return (
            exchange
            for exchange in self.client.exchanges.of(self.operation.id)
            if exchange.response is not None and exchange.response.whole
        )

    def spots(self, exchange: Exchange) -> list[Spot]:
        """Every documented place of an answer; those of the last one are remembered, since many checks look at it."""
        if self._spots is None or self._spots[0] is not exchange:
            self._spots = exchange, walk(exchange.object or {}, self.shape)
        return self._spots[1]

    def looks(self, most: float = float("inf")) -> Iterator[None]:
        """Once, and again until the time is over that reads may lag, or as many seconds as are given."""
        for _ in rounds(min(self.options.settle, most), over=lambda: self.client.expired):
            yield

    @property
    def volatile(self) -> set[str]:
        """Properties that the server maintains itself, as declared or as noticed by any operation on the resource."""
        noticed: list[set[str]] = [getattr(each, "computed", set()) for each in self.siblings.values()]
        return {*self.options.computed, *(name for names in noticed for name in names)}

    def properties(self) -> Mapping[str, Property]:
        """The documented properties of the object."""
        return self.shape.properties


def _lists(shape: Type, operation: Operation) -> bool:
    """Whether an operation without a key is about a collection rather than one object that is alone."""
    return operation.method == "POST" or "value" in shape.properties or not shape.properties


def _below(operation: Operation) -> Operation:
    """The operation as if it were on an object of its collection, where no other says what their path is."""
    name = "id" if "id" not in operation.parameters else "key"
    parameters = (*operation.parameters, name)
    return replace(operation, path=f"{operation.path}/{{{name}}}", parameters=parameters)


def performed(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is the operation's own request, to its own path, answered with something to look at."""
    made = {200, 201} if operation.method == "POST" else {200}
    return exchange.request.method == operation.method and exchange.status in made and bool(exchange.entity)


def encoded(body: Any) -> bytes | None:
    """A body's octets: those given, or those of a JSON value."""
    return body if isinstance(body, bytes) or body is None else jsontext.dump(body)


def holds(value: Any, marker: Any) -> bool:
    """Whether a value stands anywhere in another; of one that has parts, any of them."""
    if isinstance(marker, (Mapping, list)):
        parts = marker.values() if isinstance(marker, Mapping) else marker
        return any(holds(value, part) for part in parts)
    if isinstance(value, Mapping):
        return any(holds(item, marker) for item in value.values())
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return any(holds(item, marker) for item in value)
    if isinstance(value, str) and isinstance(marker, str):
        return same_id(value, marker)
    return bool(value == marker) and not isinstance(value, bool)
