"""An operation that calls an action: it may change whatever its page says, so it goes to an object of the run's own.

Each call that is performed uses its object up, where the run can make another: what an action does once, it may refuse
to do again. What must be refused goes to an object that no call was performed on, and the control comes after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from graph_contracts.contract import ActionEffects, Operation, OperationKind, Type, TypeKind, action_effects
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonObject
from graph_contracts.operations.action_arguments import candidates
from graph_contracts.operations.attempts import Attempt, Fields, Headers, Trial
from graph_contracts.operations.bound import BoundDriver
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.creations import created_id
from graph_contracts.operations.equality import Difference, differences
from graph_contracts.operations.knowledge import Effect, Options
from graph_contracts.operations.object_model import failures
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.parameters import value
from graph_contracts.operations.read import ListDriver, ReadDriver
from graph_contracts.operations.sender import encode
from graph_contracts.requirements import Inconclusive, NotApplicable

if TYPE_CHECKING:
    from graph_contracts.http.client import Client

MAX_TOLD = 4
"""Answers that a reason names."""
Look = tuple[str, JsonObject | None]
"""The id of an object, and what it looked like; None where nothing showed it."""
SHOWING = (OperationKind.READ, OperationKind.UPDATE, OperationKind.CREATE)
"""What shows the objects that it is bound to, the best first."""


class ActionDriver(BoundDriver):
    """One operation that calls an action on one target."""

    changes_objects = True

    def __init__(
        self, client: Client, operation: Operation, options: Options, primary_path: OperationUnderTest | None = None
    ) -> None:
        super().__init__(client, operation, options, primary_path)
        self.answer_type = operation.response or Type(TypeKind.ANY)
        self.called: Counter[str] = Counter()
        """How often it may have been performed on what is not the run's, by the path of the call."""
        self.called_on_own = 0
        """How often it may have been performed on objects that the run made."""
        self.made: list[str] = []
        """Paths of objects that it made, and that the run can't delete."""
        self._object: str | None = None
        self._made_own = 0
        self._accepted: tuple[Json] | Inconclusive | None = None

    # -- what it is called on -----------------------------------------------------------------------------------

    @property
    def named(self) -> bool:
        """Whether the operator named the object that it is bound to."""
        name = self.bound_key
        return name is not None and value(self.options.ids, self.documented, name) is not None

    @property
    def makes_own(self) -> bool:
        """Whether the document lets the run make objects for it, and take them away."""
        maker = self.on_bound(CreateDriver)
        return self.bound_key is not None and maker is not None and OperationKind.DELETE in maker.siblings

    @property
    def hindrance(self) -> Inconclusive | None:
        if self.options.read_only:
            return Inconclusive("not tested: it may change something, and --read-only sends no call of an action")
        if self.makes_own:
            return None
        try:
            self.needs_permission()
        except Inconclusive as reason:
            return reason
        return None

    @property
    def judged_on(self) -> str:
        if self.makes_own and not self.named:
            return "objects that the run makes"
        return self.bound_to if self.bound_key is not None else ""

    def stage(self) -> str:
        """The object for the next call: one that the operator named, else one of the run's own; else the one there is.

        Raises:
            Inconclusive: the run may not call it on that.
        """
        if (reason := self.hindrance) is not None:
            raise reason
        if self._object is None:
            self._object = self._choose()
        return self._object

    def _choose(self) -> str:
        if self.makes_own and not self.named:
            self._made_own += 1
            with suppress(Inconclusive):
                return self.own_object(self._made_own)
        self.needs_permission()
        return self.bound_to

    @property
    def bound_type(self) -> Type | None:
        """The type of the objects that it is bound to, or of those in the collection; None where nothing shows it."""
        shown = next((self.bound[kind].answer_type for kind in SHOWING if kind in self.bound), None)
        listing = self.on_bound(ListDriver)
        return shown or (listing.item_type if listing is not None else None)

    @cached_property
    def effects(self) -> ActionEffects:
        """What it does, as far as the document says."""
        return action_effects(self.documented, self.bound_type)

    # -- what is sent -------------------------------------------------------------------------------------------

    def arguments(self) -> Json:
        """A body with which the target performs it.

        Raises:
            Inconclusive: there is none.
        """
        if self._accepted is None:
            with self.on_behalf_of(self.requirement or "learn"):
                try:
                    self._accepted = (self._search(),)
                except Inconclusive as reason:
                    self._accepted = reason
        if isinstance(self._accepted, Inconclusive):
            raise Inconclusive(self._accepted.reason, *self._accepted.exchanges, give=self._accepted.give)
        return self._accepted[0]

    @property
    def given(self) -> JsonObject:
        """The parameters of such a body; none where it isn't an object."""
        body = self.arguments()
        return dict(body) if isinstance(body, Mapping) else {}

    def _search(self) -> Json:
        tried: list[tuple[str, Exchange]] = []
        for note, body in candidates(self.documented, self.values):
            entity = self.stage()
            fitted = self._of_the_object(body, body, entity)
            exchange = self.call(entity, octets=encode(fitted))
            if exchange.ok:
                return fitted
            tried.append((note, exchange))
        told = "; ".join(f"{exchange.answer} to {note}" for note, exchange in tried[:MAX_TOLD])
        raise Inconclusive(
            f"the target performed it with no parameters that are documented or made up ({told}): it may want ids or "
            "a state that the run doesn't know",
            *(exchange for _, exchange in tried[:MAX_TOLD]),
        )

    def _of_the_object(self, body: Json, usual: Json, entity: str) -> Json:
        """A body that names an item which the object has, where it is to take one away and names the usual one."""
        removal = self.effects.removes
        if removal is None or not isinstance(body, Mapping) or not isinstance(usual, Mapping):
            return body
        if body.get(removal.key) != usual.get(removal.key):
            return body
        shown, _ = self.look(entity)
        items = shown.get(removal.collection) if shown is not None else None
        keys = [each.get(removal.key) for each in items or () if isinstance(each, Mapping)]
        return {**body, removal.key: keys[0]} if keys and keys[0] is not None else body

    def ask(self, *, headers: Fields | None = None) -> Exchange:
        self.arguments()
        return self.ask_of(self.stage(), headers=headers)

    def ask_of(self, entity: str, *, headers: Fields | None = None) -> Exchange:
        usual = self.arguments()
        return self.call(entity, octets=encode(self._of_the_object(usual, usual, entity)), headers=headers)

    def perform(self, body: Json) -> Exchange:
        """Call it with a body that may be performed; nothing is concluded from the answer."""
        usual, entity = self.arguments(), self.stage()
        return self.call(entity, octets=encode(self._of_the_object(body, usual, entity)))

    def call(
        self, entity: str, *, octets: bytes | None = None, headers: Fields | None = None, query: str = ""
    ) -> Exchange:
        self.sender.may_send(self.documented.method)
        path, own = self.address(entity), self.is_own(entity)
        self.log_entry("call", operation=self.documented.id, path=path)
        exchange = super().call(entity, octets=octets, headers=headers, query=query)
        if exchange.refused:
            self.log_entry("call-refused", operation=self.documented.id, path=path)
            return exchange
        self.called_on_own += own
        self.called[path] += not own
        if exchange.ok:
            self._object = None if own else self._object
            self._record_made(exchange)
        return exchange

    def _record_made(self, exchange: Exchange) -> None:
        """Have an object that the answer shows taken away at the end, where it surely wasn't there before."""
        maker = self.on_bound(CreateDriver)
        entity = created_id(exchange, maker.shape) if self.effects.makes and maker is not None else ""
        if maker is None or not entity:
            return
        if OperationKind.DELETE in maker.siblings and maker.creations.others is not None:
            maker.creations.record_made(entity, octets=exchange.request.body)
        elif maker.creations.others is None or entity not in maker.creations.others:
            self.made.append(maker.path(entity))

    # -- what must be refused -----------------------------------------------------------------------------------

    def refusals(self, different: Headers) -> list[Trial]:
        body = self.arguments()
        return self.attempt([Attempt(note, body, headers) for note, headers in different])

    def attempt(self, attempts: Iterable[Attempt]) -> list[Trial]:
        """Send calls that must be refused, and look at the object before and after each; a right call comes last.

        Raises:
            Inconclusive: all were refused without an effect, and so was the right one: nothing says what for.
        """
        self.arguments()
        trials: list[Trial] = []
        known: Look = ("", None)
        for each in attempts:
            trial, known = self._tried(each, known)
            trials.append(trial)
        if not any(trial.exchange.ok or trial.effects for trial in trials):
            self.demand()
        return trials

    def _tried(self, attempt: Attempt, known: Look) -> tuple[Trial, Look]:
        """A trial, and an object as it is after that; `known` is one as it is before."""
        entity = self.stage()
        watched = self.is_own(entity) or not self.called[self.address(entity)]  # else reads may lag behind a call
        before = known[1] if known[0] == entity else None
        if watched and before is None:
            before = self.look(entity)[0]
        body = self._of_the_object(attempt.body, self.arguments(), entity)
        exchange = self.call(entity, octets=encode(body), headers=attempt.headers)
        if before is None or not exchange.refused:
            return Trial(attempt, exchange), ("", None)
        after, seen = self.look(entity)
        changed = self._changes(before, after) if after is not None else []
        moving = self._moving(entity) if changed else frozenset()
        evidence = (seen,) if seen is not None else ()
        effects = tuple(Effect(exchange, entity, each, evidence) for each in changed if each.top not in moving)
        self.log.watch(exchange)
        self.log.effects += effects
        return Trial(attempt, exchange, effects, watched=True), (entity, after)

    def look(self, entity: str) -> tuple[JsonObject | None, Exchange | None]:
        """The object that it is bound to as it is now; None where nothing shows it."""
        shows: OperationUnderTest | None = self.on_bound(ReadDriver) or self.on_bound(ListDriver)
        if shows is None or (self.bound_key is None and not isinstance(shows, ReadDriver)):
            return None, None
        if self.bound_key is None and shows.documented.key is not None:
            return None, None
        return shows.observer.look(entity or shows.key)

    def _changes(self, before: JsonObject, after: JsonObject) -> list[Difference]:
        """What changed between two looks, but for what the server maintains."""
        maintained = {name for each in self.bound.values() for name in each.volatile}
        found = failures(differences(before, after, self.bound_type or Type(TypeKind.ANY)))
        return [each for each in found if each.top not in maintained]

    def _moving(self, entity: str) -> frozenset[str]:
        """The properties that change by themselves: on another new object, else on the same one."""
        if self.is_own(entity):
            with suppress(Inconclusive):
                self._made_own += 1
                entity = self.own_object(self._made_own)
        first, last = self.look(entity)[0], self.look(entity)[0]
        return frozenset(each.top for each in self._changes(first, last)) if first and last else frozenset()

    def needs_effects_to_show(self, watched: Sequence[Exchange]) -> None:
        if watched:
            return
        if self.bound_key is None:
            raise NotApplicable("it is bound to no object that has a key")
        if self.log.watched:
            raise NotApplicable("the run got no refusal other than for credentials")
        if self.on_bound(ReadDriver) is None and self.on_bound(ListDriver) is None:
            raise Inconclusive("the document has no operation that shows the object which it is called on")
        raise Inconclusive("no refused call could be watched: the object can't be read, or nothing was refused")

    # -- the life of an operation -------------------------------------------------------------------------------

    def calibrate(self) -> None:
        with suppress(Inconclusive):
            self.arguments()
        self.tidy()

    def tidy(self) -> None:
        self._object = None
        super().tidy()

    def release(self) -> None:
        super().release()
        if isinstance(self._accepted, Inconclusive):
            self._accepted = Inconclusive(self._accepted.reason, give=self._accepted.give)
