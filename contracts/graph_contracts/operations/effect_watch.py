"""Inputs that must have no effect: sends them, looks at every known object, and says whose doing a change is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from graph_contracts.backoff import rounds
from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.json_types import JsonMapping
from graph_contracts.operations.attempts import Attempt, Trial, holds
from graph_contracts.operations.bodies import Bodies
from graph_contracts.operations.context import Context
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.knowledge import Effect, Outage
from graph_contracts.operations.observer import shows
from graph_contracts.operations.pending_writes import PendingWrites
from graph_contracts.operations.sender import SERVER_FAILURES
from graph_contracts.operations.snapshot import States
from graph_contracts.operations.watched_objects import Watched, accepted_properties
from graph_contracts.operations.wire import Wire
from graph_contracts.operations.writer import Writer
from graph_contracts.requirements import Inconclusive

TOO_MANY = 429
RESTART_GRACE_S = 30.0
"""How long a supervisor gets to restart a server (docs/design.md, Hostile input)."""


class Watch:
    """Watches for effects of one operation that must not be."""

    def __init__(
        self,
        context: Context,
        objects: Watched,
        writer: Writer,
        wire: Wire,
        bodies: Bodies,
        pending: PendingWrites,
    ) -> None:
        self._context = context
        self.objects = objects
        self._writer = writer
        self._wire = wire
        self._bodies = bodies
        self._pending = pending

    def attempt(self, attempts: Iterable[Attempt], *, hostile: bool = False) -> list[Trial]:
        """Send requests that must have no effect, or only a visible one, and look at every known object afterwards.

        Effects of requests answered 4xx are logged for `error.nochange` and `auth.notapplied`. After each hostile
        request the documented operation is tried (`robust.alive`). Where the objects can't be observed, the trials
        have no effects and nothing is logged as watched. What changed while the target was started again is no effect.
        """
        trials: list[Trial] = []
        waiting: list[tuple[Attempt, Exchange]] = []
        try:
            before: States | None = self.objects.snapshot()
        except Inconclusive:
            before = None
        for attempt in attempts:
            lives = self._lives
            exchange = self._send(attempt)
            if exchange.ok and isinstance(attempt.body, Mapping):
                # what becomes of it is to be seen
                entity = attempt.entity or self._context.key
                self._pending.drop(entity, attempt.body)
                self._pending.note(entity, attempt.body, accepted=False)
            elif exchange.ok:
                self._pending.forget()
            waiting.append((attempt, exchange))
            readable = before is not None
            if exchange.ok or exchange.response is None or hostile or self.objects.one_by_one:
                before = self._look(waiting, before, trials, lives)
            if hostile:
                before = self.objects.after(before, self.check_alive(exchange, readable=readable))
            if self._lives != lives:
                before = self._again(waiting, trials)
        self._look(waiting, before, trials, self._lives)
        return trials

    @property
    def _lives(self) -> int:
        """How often the target has ended so far."""
        return len(self._context.client.lifeline.deaths)

    def _again(self, waiting: list[tuple[Attempt, Exchange]], trials: list[Trial]) -> States | None:
        """The objects as they are since the target was started again; nothing is said of what was sent before."""
        trials += [Trial(attempt, exchange) for attempt, exchange in waiting]
        waiting.clear()
        with suppress(Inconclusive):
            return self.objects.snapshot()
        return None

    def _send(self, attempt: Attempt) -> Exchange:
        context = self._context
        if attempt.wire is not None:
            url = context.client.url(attempt.path or context.address(attempt.entity))
            described = Request(attempt.method or context.documented.method, url)
            return self._wire.send(attempt.wire, described, half_close=attempt.half_close, timeout=attempt.timeout)
        return self._writer.patch(
            attempt.body,
            entity=attempt.entity,
            headers=attempt.headers,
            path=attempt.path,
            method=attempt.method,
            timeout=attempt.timeout,
        )

    def _look(
        self, waiting: list[tuple[Attempt, Exchange]], before: States | None, trials: list[Trial], lives: int
    ) -> States | None:
        """Look at every object, attribute what changed to the waiting requests, and return the new state.

        Args:
            lives: how often the target had ended when the oldest of them was sent.
        """
        if not waiting:
            return before
        self._context.client.writes += 1
        after = None
        count = len(self._context.client.exchanges)
        if before is not None:
            with suppress(Inconclusive):
                after = self.objects.snapshot()
        if before is None or after is None:
            trials += [Trial(attempt, exchange) for attempt, exchange in waiting]
            waiting.clear()
            return None
        if self._lives != lives:
            return self._again(waiting, trials)
        names = accepted_properties(waiting)
        changed = self.objects.changed(before, after, waiting)
        if names is not None and any(difference.top not in names for _, difference in changed):
            after = self.objects.lasting(before, names)
            changed = self.objects.changed(before, after, waiting)
        attributed = self._attributed(waiting, changed, names or set())
        trials += [self._with_state(trial, after, count) for trial in attributed]
        waiting.clear()
        return after

    def _attributed(
        self, waiting: list[tuple[Attempt, Exchange]], changed: list[tuple[str, Difference]], names: set[str]
    ) -> Iterator[Trial]:
        """The trials with what each of them caused."""

        def caused(attempt: Attempt, exchange: Exchange, difference: Difference) -> bool:
            if len(waiting) == 1:
                return True
            if attempt.marker is not None:
                return holds(difference.actual, attempt.marker)
            return exchange.ok or difference.top not in names

        log = self._context.log
        for attempt, exchange in waiting:
            own = [Effect(exchange, entity, each) for entity, each in changed if caused(attempt, exchange, each)]
            yield Trial(attempt, exchange, tuple(own), watched=True)
            if exchange.refused:
                log.watched.append(exchange)
                log.effects += own
            if exchange.ok and isinstance(attempt.body, Mapping):
                entity = attempt.entity or self._context.key
                self._pending.note(entity, attempt.body, accepted=True)  # it may show later still

    def _ruined(self) -> Exchange | None:
        """The answer to a read of the object where that is a failure of the server, twice in a row."""
        observer = self._context.observer
        if observer.means != "item":
            return None
        for _ in range(2):
            _, exchange = observer.item(self._context.key, fresh=True)
            if exchange.status not in SERVER_FAILURES:
                return None
        return exchange

    def _with_state(self, trial: Trial, states: States, since: int) -> Trial:
        """A trial with the state of its object, which was looked at as soon as the attempt was accepted."""
        entity = trial.attempt.entity or self._context.key
        if not trial.exchange.ok or entity not in states or self._context.lag.shows_updates is False:
            return trial
        reads = self._context.client.exchanges.since(since)
        seen = [exchange for exchange in reads if shows(exchange, entity)]
        return replace(trial, state=states[entity], seen=tuple(seen[-1:]))

    def check_alive(self, culprit: Exchange, *, readable: bool = False) -> JsonMapping | None:
        """Try the documented operation after a hostile request; remember it if it doesn't work any more.

        Args:
            readable: whether the object could be read before that request; where the answer to the operation doesn't
                show the object, it must still be.

        Returns:
            The body that was accepted, or None.
        """
        client, log, lives = self._context.client, self._context.log, self._lives
        log.hostile.append(culprit)
        if client.dead is not None:
            return None
        body = self._bodies.mark() if self._bodies.partial.ok else self._bodies.full()
        first: Exchange | None = None
        for since in rounds(RESTART_GRACE_S, 0.05, 2, 1.0, over=lambda: client.expired):
            exchange = self._writer.patch(body)
            if exchange.ok:
                if first is not None:
                    log.outages.append(Outage(culprit, first, since(), recovered=True))
                elif readable and exchange.object is None and (ruined := self._ruined()) is not None:
                    log.outages.append(Outage(culprit, ruined, since(), recovered=False))
                return body
            if exchange.status == TOO_MANY or self._lives != lives or client.dead is not None:
                return None  # whoever counts requests is alive, and of an end it is known which request it was
            first = first or exchange
            if exchange.refused:
                break
        log.outages.append(Outage(culprit, first or exchange, since(), recovered=False))
        if exchange.response is None:
            client.dead = exchange
        return None
