"""What is watched while inputs are sent that must have no effect: objects that are there, or a whole collection."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol

from graph_contracts.backoff import rounds
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping
from graph_contracts.operations.at_once import ask_at_once
from graph_contracts.operations.attempts import Attempt, holds
from graph_contracts.operations.bodies import Bodies
from graph_contracts.operations.context import Context
from graph_contracts.operations.creations import Creations, created_id
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.observation import Observation
from graph_contracts.operations.pending_writes import PendingWrites
from graph_contracts.operations.read_lag import SHORTEST_WAIT_S
from graph_contracts.operations.snapshot import Snapshot, States
from graph_contracts.requirements import Inconclusive

MAX_LISTED = 1000
"""Objects of a collection that is looked through after each attempt."""
CROWDED = "what is made can't be seen: the collection is too large to be listed again and again"
Waiting = Sequence[tuple[Attempt, Exchange]]
"""Attempts whose effects were not looked for yet."""


class Watched(Protocol):
    """The objects on which an operation could have an effect."""

    one_by_one: bool
    """Whether what each attempt did has to be looked at before the next is sent."""

    def states(self) -> States:
        """The objects as separate requests show them now; raises Inconclusive where nothing does."""

    def snapshot(self) -> States:
        """The objects as they are, from memory where nothing can have changed; raises Inconclusive as `states`."""

    def surprises(self, entity: str, before: JsonMapping, after: JsonMapping) -> list[Difference]:
        """What changed of an object that no accepted body explains which shows only now."""

    def changed(self, before: States, after: States, waiting: Waiting = ()) -> list[tuple[str, Difference]]:
        """What changed between two observations, by id, that nothing but what was sent explains."""

    def lasting(self, before: States, explained: Container[str]) -> States:
        """The objects once lag no longer explains that they are not as before; `explained` were to change."""

    def after(self, before: States | None, body: JsonMapping | None) -> States | None:
        """The objects after a plain body of the operation was accepted; None where nothing shows them."""


class WatchedObjects:
    """Watches the objects that the run knows."""

    one_by_one = False

    def __init__(
        self, context: Context, observe: Observation, bodies: Bodies, pending: PendingWrites, snapshot: Snapshot
    ) -> None:
        self._context = context
        self._observe = observe
        self._model = bodies.model
        self._pending = pending
        self._snapshot = snapshot

    def states(self) -> States:
        known = self._context.known
        states = ask_at_once(self._context, [partial(self._observe.state, entity) for entity in known])
        return dict(zip(known, states, strict=True))

    def snapshot(self) -> States:
        return self._snapshot.take(self._caught_up)

    def _caught_up(self) -> States:
        self._observe.catch_up()
        return self.states()

    def surprises(self, entity: str, before: JsonMapping, after: JsonMapping) -> list[Difference]:
        found = self._model.changes(before, after)
        if found and self._pending.explained_by_lag(entity, found):
            self._context.lag.stale_reads_seen = True  # the first observation was of an older state
            return []
        return found

    def changed(self, before: States, after: States, waiting: Waiting = ()) -> list[tuple[str, Difference]]:
        return [
            (entity, difference)
            for entity in before
            if entity in after
            for difference in self.surprises(entity, before[entity], after[entity])
            if not self._came_before(entity, difference, waiting)
        ]

    def _came_before(self, entity: str, difference: Difference, waiting: Waiting) -> bool:
        """Whether an update of another object, before what is waiting, sent the value that an object now shows."""
        if difference.actual is None or any(holds(each.marker, difference.actual) for each, _ in waiting):
            return False
        return any(holds(value, difference.actual) for value in self._snapshot.sent_to_others(entity, difference.top))

    def lasting(self, before: States, explained: Container[str]) -> States:
        lag = self._context.lag
        patience = min(self._context.options.settle, max(3 * lag.max_lag, lag.short_wait))
        pause = min(max(lag.max_lag, SHORTEST_WAIT_S) / 4, 0.25)
        for since in rounds(patience, pause, 1, at_once=False):
            after = self.states()
            waited = since()
            if all(difference.top in explained for _, difference in self.changed(before, after)):
                # one read was of an older state than the one before it
                lag.stale_reads_seen = True
                lag.grow(waited)
                return self._snapshot.remember(after)
        lag.timed_out_reads += not lag.max_lag
        return self._snapshot.remember(after)

    def after(self, before: States | None, body: JsonMapping | None) -> States | None:
        """The state of every object after an update of the first: as computed where updates are seen, else observed."""
        if before is None:
            return None
        self._context.client.lane.writes += 1
        try:
            if body is None or not self._observe.persists:
                return self.snapshot()
        except Inconclusive:
            return None
        key = self._context.key
        return self._snapshot.suppose(key, body, {**before, key: self._model.merge(before[key], body)})


class WatchedCollection:
    """Watches all objects of a collection: new ones, and the run's own."""

    one_by_one = True

    def __init__(
        self,
        context: Context,
        observe: Observation,
        bodies: Bodies,
        pending: PendingWrites,
        snapshot: Snapshot,
        creations: Creations,
    ) -> None:
        self._context = context
        self._observe = observe
        self._bodies = bodies
        self._snapshot = snapshot
        self._creations = creations
        self._known = WatchedObjects(context, observe, bodies, pending, snapshot)
        self._crowded = False
        """Whether the collection is too large to be listed again and again."""

    def states(self) -> States:
        """Every object of the collection.

        Raises:
            Inconclusive: the collection can't be listed.
        """
        if self._crowded:
            raise Inconclusive(CROWDED)
        observer = self._context.observer
        items, exchange = observer.collection()
        if items is None:
            raise Inconclusive(
                f"what is made can't be seen: GET on the collection is answered {exchange.answer}", exchange
            )
        if observer.cut or len(items) > MAX_LISTED:
            self._crowded = True
            raise Inconclusive(CROWDED)
        listed = {entity: item for item in items if (entity := self._context.shape.key_of(item))}
        return {entity: self._bodies.model.documented_properties(item) for entity, item in listed.items()}

    def snapshot(self) -> States:
        return self._snapshot.take(self._caught_up)

    def _caught_up(self) -> States:
        self._observe.catch_up()
        return self.states()

    def surprises(self, entity: str, before: JsonMapping, after: JsonMapping) -> list[Difference]:
        return self._known.surprises(entity, before, after)

    def changed(self, before: States, after: States, waiting: Waiting = ()) -> list[tuple[str, Difference]]:
        """What is there that was not there before, and is of what was sent: others may be making objects too."""
        new = {entity: item for entity, item in after.items() if entity not in before}
        for _, exchange in waiting:
            # a list may lag behind reads
            entity = created_id(exchange, self._context.shape)
            if entity and entity not in new and (found := self._context.observer.item(entity)[0]):
                new[entity] = found
        asked = {exchange.index for _, exchange in waiting}
        new = {entity: item for entity, item in new.items() if not self._creations.is_earlier(entity, item, asked)}
        ours = [(entity, item) for entity, item in new.items() if any(self._is_of(item, *each) for each in waiting)]
        created = self._context.objects.created
        for entity, _ in ours:
            if entity not in created:
                self._creations.record_made(entity)
        markers = [attempt.marker for attempt, _ in waiting if attempt.marker is not None]
        # what is not ours, others may be writing to
        old = [
            (entity, difference)
            for entity, difference in self._known.changed(before, after)
            if entity in created or any(holds(difference.actual, marker) for marker in markers)
        ]
        return [*old, *((entity, Difference(entity, None, item)) for entity, item in ours)]

    def _is_of(self, item: JsonMapping, attempt: Attempt, exchange: Exchange) -> bool:
        if exchange.ok and (entity := created_id(exchange, self._context.shape)):
            return entity == self._context.shape.key_of(item)
        if attempt.marker is not None:
            return holds(item, attempt.marker)
        body = attempt.body if isinstance(attempt.body, Mapping) else {}
        named = {name: value for name, value in body.items() if name in self._bodies.markers and value is not None}
        return bool(named) and not self._bodies.model.changes(named, item)

    def lasting(self, before: States, explained: Container[str]) -> States:
        del before, explained  # what is new stays
        return self.snapshot()

    def after(self, before: States | None, body: JsonMapping | None) -> States | None:
        """The state after a creation that showed that the target is alive: one object more."""
        del body
        if before is None:
            return None
        self._context.client.lane.writes += 1
        with suppress(Inconclusive):
            return self.snapshot()
        return None


def accepted_properties(waiting: Iterable[tuple[Attempt, Exchange]]) -> set[str] | None:
    """The properties that accepted requests were to change; None where nobody knows."""
    names: set[str] = set()
    for attempt, exchange in waiting:
        if exchange.ok and not isinstance(attempt.body, Mapping):
            return None
        names |= set(attempt.body) if exchange.ok else set()
    return names
