"""Operations whose path is none of an object or a collection: what is called, counted, referred to, or made of octets.

OData binds most of them to an object or a collection, whose path theirs is below (Part 1 §11.5). The driver knows the
operations on that, which say what objects are there and make one of the run's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, TypeVar

from graph_contracts.contract import PARAMETER, Operation, OperationKind
from graph_contracts.contract.call_path import Call
from graph_contracts.contract.object_path import above, fill
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.attempts import Attempt, Fields, Headers, Trial
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.observer import Observer
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.parameters import value
from graph_contracts.operations.path_arguments import argument_calls, argument_values
from graph_contracts.operations.sender import encode
from graph_contracts.requirements import Inconclusive, NotApplicable

if TYPE_CHECKING:
    from graph_contracts.http.client import Client

UNBOUND = "(unbound)"
"""Stands for the id of the object where an operation is bound to none."""
OnObject = TypeVar("OnObject", bound=OperationUnderTest)


class BoundDriver(OperationUnderTest):
    """One operation that is bound to an object, to a collection, or to nothing."""

    safe: ClassVar[bool] = False
    """Whether it changes nothing, so that it may be asked of any object."""

    def __init__(
        self, client: Client, operation: Operation, options: Options, primary_path: OperationUnderTest | None = None
    ) -> None:
        super().__init__(client, operation, options, primary_path)
        self.place = operation
        self.observer = Observer(client, operation, options.ids, operation.id)
        self.bound: Mapping[OperationKind, OperationUnderTest] = {}
        """The operations on the object or the collection that it is bound to."""
        self.above = above(operation.path)
        """The path template of that object or collection."""
        self.made_up: tuple[str, ...] = ()
        """The parameters of the path whose values nobody said: arguments of functions."""

    @property
    def needs_object(self) -> bool:
        return False

    @property
    def needed(self) -> tuple[OperationUnderTest, ...]:
        """The operations of other resources that it is judged with."""
        return tuple(self.bound.values())

    @property
    def own_parameters(self) -> tuple[str, ...]:
        """The parameters of its path that no run finds beforehand, since a case chooses them."""
        return ()

    # -- what it is bound to ------------------------------------------------------------------------------------

    def on_bound(self, kind: type[OnObject]) -> OnObject | None:
        """The operation of a kind on the object or the collection that it is bound to."""
        return next((each for each in self.bound.values() if isinstance(each, kind)), None)

    def needs(self, kind: type[OnObject], otherwise: str) -> OnObject:
        """The operation of a kind on the object or the collection that it is bound to.

        Raises:
            Inconclusive: the document has none, with `otherwise` as the reason.
        """
        found = self.on_bound(kind)
        if found is None:
            raise Inconclusive(otherwise)
        return found

    @property
    def bound_key(self) -> str | None:
        """The parameter that is the key of the object that it is bound to; None where it is bound to no such object."""
        segment = self.above.count("/") - 1
        if self.safe and any(call.at == segment for call in self.calls):
            return None  # it is bound to what a function answers with
        names = PARAMETER.findall(self.above.rpartition("/")[2])
        return names[-1] if names else None

    @property
    def calls(self) -> tuple[Call, ...]:
        """The functions in its path that are called with arguments."""
        known = (each.documented.key for each in self.bound.values() if each.documented.key)
        keys = {name for key in known for name in key.split(",")}
        return argument_calls(self.documented, {*self.parent_lists, *self.parent_makers, *keys})

    def fill_arguments(self) -> None:
        """Give each argument of a function in the path a value."""
        found = [*argument_values(self.documented, self.calls, self.options, self.values)]
        self.observer.ids.update({each.argument.parameter: each.value for each in found})
        self.made_up = tuple(each.argument.parameter for each in found if each.made)

    @property
    def bound_to(self) -> str:
        """The id of the object that it is bound to, where the run knows one; else nothing.

        The operations on that object know which one the run works on; where the document has none, the operator or the
        document says it.
        """
        known = next((each.key for each in self.bound.values() if each.key and each.documented.key), "")
        return known or self.observer.ids.get(self.bound_key or "", "")

    def own_object(self, n: int = 1) -> str:
        """Make an object to call it on, which is deleted when the case is over; its id.

        Raises:
            Inconclusive: none can be made.
        """
        maker = self.needs(CreateDriver, "the document has no operation that makes an object for it")
        with maker.on_behalf_of(self.requirement):
            return maker.make_own(n)

    def tidy(self) -> None:
        if (maker := self.on_bound(CreateDriver)) is not None:
            maker.tidy()

    def needs_permission(self) -> None:
        """Go on only where a call changes nothing, or nothing but what the run made or the operator allows.

        Raises:
            Inconclusive: it would change something else.
        """
        at_reference = self.options.any_parent and not self.options.meant_for_another
        if self.safe or at_reference or self.options.destructive:
            return
        name = self.bound_key
        if name is not None and (value(self.options.ids, self.documented, name) or self.is_own(self.bound_to)):
            return
        what = "an object that the run did not make" if name is not None else "what the run did not make"
        raise Inconclusive(f"not tested: it could change {what} (--destructive allows it)", give="--destructive")

    def is_own(self, entity: str) -> bool:
        """Whether an object that it may be bound to is one that the run made."""
        return any(entity in each.objects.created for each in self.bound.values())

    # -- what is sent -------------------------------------------------------------------------------------------

    def address(self, entity: str | None = None) -> str:
        """The path that the operation's requests go to.

        Args:
            entity: the object that it is bound to, if not the one that the run works on.
        """
        return fill(self.documented.path, self.path_values(entity or self.bound_to))

    def path_values(self, entity: str) -> dict[str, str]:
        """The values of the path's parameters.

        Args:
            entity: the object that it is bound to; empty where it is bound to none.
        """
        ids = dict(self.observer.ids)
        if self.bound_key is not None:
            ids[self.bound_key] = entity
        return ids

    def arguments(self) -> Json:
        """The body of the documented request; None where it has none."""
        return None

    def ask(self, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request on the object that the run works on.

        Raises:
            Inconclusive: it could change what is not the run's.
        """
        self.needs_permission()
        return self.ask_of(self.bound_to, headers=headers)

    def ask_of(self, entity: str, *, headers: Fields | None = None) -> Exchange:
        """Send the documented request on an object of the run's own, or on one that doesn't exist.

        Args:
            entity: the id of the object that it is bound to; empty where it is bound to none.
        """
        return self.call(entity, octets=encode(self.arguments()), headers=headers)

    def call(
        self, entity: str, *, octets: bytes | None = None, headers: Fields | None = None, query: str = ""
    ) -> Exchange:
        """Send the operation's request with a body; nothing is concluded from the answer.

        Args:
            entity: the id of the object that it is bound to; empty where it is bound to none.
            octets: the body.
            query: what follows the question mark.
        """
        path = self.address(entity)
        path = f"{path}?{query}" if query else path
        exchange = self.send(self.documented.method, path, octets=octets, headers=headers, entity=entity or UNBOUND)
        self.client.lane.writes += not self.safe
        return exchange

    def refusals(self, different: Headers) -> list[Trial]:
        """Send requests that must be refused for their header fields; one that is performed comes first."""
        self.demand()
        return [Trial(Attempt(note, headers=headers), self.ask(headers=headers)) for note, headers in different]

    def unknown_object(self) -> str:
        """An id that no object has of those that it could be bound to.

        Raises:
            NotApplicable: it is bound to no object with a key.
        """
        if self.bound_key is None:
            raise NotApplicable("it is bound to no object that has a key")
        known = next(iter(self.bound.values()), None)
        if known is None and self.options.any_parent:
            raise NotApplicable("the target has an object under every id")
        return known.unknown_id() if known is not None else self.values.guid()
