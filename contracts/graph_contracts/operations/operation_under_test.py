"""The base of every driver: one operation of the contract on one target.

It sends its operation's documented request, as it should be sent (`ask`, `demand`) or with something that must be
refused (`refusals`), and judges nothing. What it sends and looks at depends on what the operation does: see the drivers
in `update`, `create`, `read` and `delete` beside this module, and the parts that they are made of.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, TypeVar

from graph_contracts.contract import Operation, OperationKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations import parameters
from graph_contracts.operations.attempts import Fields, Headers, Trial
from graph_contracts.operations.context import Context
from graph_contracts.operations.knowledge import Log, Options
from graph_contracts.operations.sender import Sender, performed_or_inconclusive
from graph_contracts.operations.walk_values import FoundValue, walk_values
from graph_contracts.requirements import Inconclusive, NotApplicable

if TYPE_CHECKING:
    from graph_contracts.http.client import Client
    from graph_contracts.operations.planted_values import PlantedValues

ALONE = "(alone)"
"""Stands for the id of an object that has none: the one at a path without a key."""
SHOWN = frozenset({200, 201})
"""Statuses of success whose answers show the object."""
BARE = frozenset({204, 205, 206, None})
"""Statuses of success that have no content, or only a part of it, or aren't documented."""
Sibling = TypeVar("Sibling", bound="OperationUnderTest")


@dataclass(frozen=True)
class ParentMaker:
    """The document's operations that make a parent and delete it again."""

    creation: Operation
    deletion: Operation


class OperationUnderTest(Context, ABC):
    """One operation on one target."""

    siblings: Mapping[OperationKind, OperationUnderTest]
    below: Sequence[Operation] = ()
    """The document's operations on the collections right below the object."""
    parent_lists: Mapping[str, Operation] = MappingProxyType({})
    """The document's lists of the objects that the path is below, by the parameter that is their key."""
    parent_makers: Mapping[str, ParentMaker] = MappingProxyType({})
    """What makes such objects and deletes them again, by the same parameter."""
    changes_objects: ClassVar[bool] = False
    """Whether what it sends changes objects that are there."""

    def __init__(
        self, client: Client, operation: Operation, options: Options, primary_path: OperationUnderTest | None = None
    ) -> None:
        super().__init__(client, operation, options, primary_path)
        self.primary_path: OperationUnderTest | None = primary_path
        """The same operation through the page's first path, where this is a further one."""
        self.sender = Sender(self)
        self.send = self.sender.send
        self._walked: tuple[Exchange, list[FoundValue]] | None = None

    # -- what a case sends --------------------------------------------------------------------------------------

    @abstractmethod
    def ask(self, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request, fit to be performed; nothing is concluded from the answer."""

    def demand(self, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request, which must be performed for the case to go on.

        Raises:
            Inconclusive: it was not answered 2xx.
        """
        return performed_or_inconclusive(self.ask(headers=headers))

    @abstractmethod
    def refusals(self, different: Headers) -> list[Trial]:
        """Send the documented request with header fields for which it must be refused, after one that is performed.

        Raises:
            Inconclusive: not even that one was.
        """

    @property
    def needs_object(self) -> bool:
        """Whether it is judged on an object that is there."""
        return self.documented.key is not None

    @property
    def hindrance(self) -> Inconclusive | None:
        """Why a run sends none of its requests, as far as that is known before the first one."""
        return None

    @property
    def judged_on(self) -> str:
        """The object that it is judged on, in words; nothing where it is about no object with a key."""
        return self.key if self.documented.key else ""

    # -- the life of an operation -------------------------------------------------------------------------------

    def join(self, siblings: Mapping[OperationKind, OperationUnderTest]) -> None:
        """Know the other operations on the same resource: their paths say what the objects' path is."""
        self.siblings = siblings
        shown = siblings.get(OperationKind.READ)
        found = [each.documented for each in (*([shown] if shown else []), *siblings.values()) if each.documented.key]
        placed = next(iter(found), None)
        if placed is not None and self.documented.key is None:
            self.place = self.observer.operation = placed

    def work_on(self, key: str, second: str | None) -> None:
        """Use an object that exists, and a second one for cases that need two."""
        self.key, self.second = key, second

    def calibrate(self) -> None:
        """Find out what every case relies on."""

    def release(self) -> None:
        """Forget the evidence once all cases are judged; objects and paths stay known."""
        self.log = Log()
        self._walked = None

    def tidy(self) -> None:
        """Delete the objects that the last case made."""

    def strays(self) -> int:
        """How many new objects are not known to be the run's."""
        return 0

    @contextmanager
    def again(self) -> Iterator[None]:
        """Let the block find out again what calibration found out once."""
        yield

    # -- what is known ------------------------------------------------------------------------------------------

    @property
    def refusal(self) -> str:
        """Why the target accepts nothing that the operation sends, where it was found not to."""
        return ""

    def needs_effects_to_show(self, watched: Sequence[Exchange]) -> None:
        """Go on only where the run watched refusals and could have seen an effect of them.

        Raises:
            Undecided: there was none, or it would not.
        """
        if not watched:
            raise NotApplicable("the run got no refusal other than for credentials")

    def sibling(self, kind: type[Sibling]) -> Sibling | None:
        """The operation of a kind on the same resource, through the same path."""
        return next((each for each in self.siblings.values() if isinstance(each, kind)), None)

    def needs_second(self) -> str:
        """The id of a second object.

        Raises:
            Inconclusive: there is none.
        """
        if not self.second:
            flags = parameters.flags(self.documented, "--second-id", "ID")
            raise Inconclusive(f"not tested: needs a second object ({flags})")
        return self.second

    def seen_after(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """The last look at anything since an exchange; nothing where there was none."""
        return tuple(self.client.since(exchange.index + 1))[-1:]

    def traffic(self) -> Iterator[Exchange]:
        """Every answered exchange of this operation that is still whole, observations included."""
        return (
            exchange
            for exchange in self.client.exchanges.of(self.documented.id)
            if exchange.response is not None and exchange.response.whole
        )

    def walk_values(self, exchange: Exchange) -> list[FoundValue]:
        """Every documented value in an answer; those of the last are remembered, since many checks look at it.

        Of a list that was read to see what an update did, only the values of the objects that the run knows.
        """
        if self._walked is None or self._walked[0] is not exchange:
            body: Json = exchange.json if isinstance(exchange.json, list) else exchange.object or {}
            listed = self.shape.items_in(body) if exchange.requirement == "observe" else None
            names = self.shape.items if self.shape.items is not None else ("value",)
            if listed is not None and names[:1] != () and names[0] not in self.answer_type.properties:
                place = ".".join(names)
                known = [(n, item) for n, item in enumerate(listed) if self._is_known(item)]
                found = [value for n, item in known for value in walk_values(item, self.answer_type, f"{place}[{n}]")]
                self._walked = exchange, found
            else:
                self._walked = exchange, walk_values(body, self.answer_type)
        return self._walked[1]

    def _is_known(self, item: Json) -> bool:
        """Whether an item of a list is an object that the run looks after."""
        return any(self.shape.is_of(item, entity) for entity in self.known)

    def planted_by_run(self, exchange: Exchange, path: str, value: Json) -> bool:
        """Whether the run itself has sent a wrong value that an answer shows, and it was accepted."""
        return any(planted.shown(exchange, path, value) for planted in self._planted)

    def without_planted(self, exchange: Exchange, found: list[FoundValue]) -> list[FoundValue]:
        """Values that an answer shows, but for the wrong ones that the run itself has sent."""
        planted = self._planted
        if not planted:
            return found
        return [each for each in found if not any(sent.shown(exchange, each[0], each[1]) for sent in planted)]

    @property
    def _planted(self) -> list[PlantedValues]:
        """The wrong values that the operations on the resource through the same path have sent, where they have any."""
        return [each.planted for each in {self, *self.siblings.values()} if each.planted]

    @property
    def volatile(self) -> set[str]:
        """Properties that the server maintains itself, as declared or as noticed by any operation on the resource."""
        return {*self.options.computed, *(name for each in self.siblings.values() for name in each.computed)}


def performed(operation: Operation, exchange: Exchange) -> bool:
    """Whether an exchange is the operation's own request, to its own path, answered with something to look at.

    A success of another status has something to show where the document describes its content.
    """
    made = {200, 201} if operation.method == "POST" else {200}
    if operation.response is not None and operation.success not in BARE:
        made.add(operation.success or 200)
    return exchange.request.method == operation.method and exchange.status in made and bool(exchange.entity)
