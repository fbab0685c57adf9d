"""Inputs that must have no effect: sends them, looks at every known object, and says whose doing a change is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from graph_contracts.backoff import rounds
from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.json_types import JsonMapping
from graph_contracts.operations.at_once import takes_several
from graph_contracts.operations.attempts import Attempt, Trial, holds
from graph_contracts.operations.bodies import Bodies
from graph_contracts.operations.context import Context
from graph_contracts.operations.deaths import described
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.knowledge import Effect, Outage
from graph_contracts.operations.observer import shows
from graph_contracts.operations.pending_writes import PendingWrites
from graph_contracts.operations.sender import SERVER_FAILURES
from graph_contracts.operations.sent_members import object_in
from graph_contracts.operations.snapshot import States
from graph_contracts.operations.watched_objects import Watched, accepted_properties
from graph_contracts.operations.wire import Wire
from graph_contracts.operations.writer import Writer
from graph_contracts.requirements import Inconclusive

TOO_MANY = 429
SPOILED = frozenset({500, 501, 505, 508})
"""What a server answers that is there: nobody has to start it again."""
SPOILED_GRACE_S = 5.0
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
        self._down: Outage | None = None
        """Since when the documented operation has not worked on the object, where it has not."""
        self._changed = False
        """Whether the last look showed any change, whoever is to blame."""

    def attempt(self, attempts: Sequence[Attempt], *, hostile: bool = False, late: bool = False) -> list[Trial]:
        """Send requests that must have no effect, or only a visible one, and look at every known object afterwards.

        Effects of requests answered 4xx are logged for `error.nochange` and `auth.notapplied`. After each hostile
        request the documented operation is tried (`robust.alive`). Where the objects can't be observed, the trials
        have no effects and nothing is logged as watched. What changed while the target was started again is no effect.

        Args:
            late: look only after the last hostile request that is refused; the first that isn't is the last one sent.
        """
        self._need_working()
        if not hostile and self._may_be_together(attempts) and (found := self._at_once(attempts)) is not None:
            return found
        trials: list[Trial] = []
        waiting: list[tuple[Attempt, Exchange]] = []
        before = self._before()
        for attempt in attempts:
            lives = self._lives
            exchange = self._send(attempt)
            if exchange.ok and (sent := object_in(attempt.body)) is not None:
                # what becomes of it is to be seen
                entity = attempt.entity or self._context.key
                self._pending.drop(entity, sent)
                self._pending.note(entity, sent, accepted=False)
            elif exchange.ok:
                self._pending.forget()
            waiting.append((attempt, exchange))
            readable = before is not None
            told = hostile and not (late and exchange.refused)
            if exchange.ok or exchange.response is None or told or self.objects.one_by_one:
                before = self._look(waiting, before, trials, lives)
            if hostile:
                before = self.objects.after(before, self.check_alive(exchange, readable=readable))
            if self._lives != lives:
                before = self._again(waiting, trials)
            if late and not exchange.refused:
                break
        self._look(waiting, before, trials, self._lives)
        return trials

    def each_hostile(self, attempts: Iterable[Attempt]) -> Iterator[Trial]:
        """Send hostile requests and look after each; where reads lag, one look is for all that are refused in a row.

        Where that look shows an effect, they are sent once more one by one.
        """
        if self.objects.one_by_one or not self._context.lag.seen:
            for attempt in attempts:
                yield from self.attempt([attempt], hostile=True)
            return
        left = [*attempts]
        while left:
            self._changed = False
            trials = self.attempt(left, hostile=True, late=True)
            left = left[len(trials) :]
            if len(trials) > 1 and self._changed:
                self._put_right()
                trials = [again for each in trials for again in self.attempt([each.attempt], hostile=True)]
            yield from trials

    def each(self, attempts: Iterable[Attempt]) -> Iterator[Trial]:
        """Send requests that must have no effect, and look at every object after each.

        Where the target is slow, or its reads lag, one look is for all of them. Where that shows an effect, they are
        sent once more one by one.
        """
        attempts = [*attempts]
        if (found := self._at_once(attempts)) is not None:
            if not any(trial.effects for trial in found):
                yield from found
                return
            self._put_right()
        for attempt in attempts:
            yield from self.attempt([attempt])

    def answers(self, attempts: Sequence[Attempt]) -> list[Exchange] | None:
        """The answers to requests with no looks in between; None where one by one they might be others.

        Whatever was answered 2xx may have had its effect, and nobody has looked what others have done.
        """
        lives = self._lives
        found = self._together(attempts) if self._may_look_once(attempts) else None
        clean = found is not None and all(exchange.ok or exchange.refused for exchange in found)
        return found if clean and self._lives == lives else None

    def _may_look_once(self, attempts: Sequence[Attempt]) -> bool:
        """Whether several requests may be sent before anybody looks: where answers, or what reads show, come late."""
        late = len(attempts) > 1 and not self.objects.one_by_one and self._context.lag.seen
        return late or self._may_be_together(attempts)

    def _may_be_together(self, attempts: Sequence[Attempt]) -> bool:
        return len(attempts) > 1 and not self.objects.one_by_one and takes_several(self._context)

    def _together(self, attempts: Sequence[Attempt]) -> list[Exchange] | None:
        """The answers to requests, in flight together where that may be; None where it was too much for the target."""
        with suppress(Inconclusive):
            return self._context.client.together.run([partial(self._send, each) for each in attempts])
        return None

    def _at_once(self, attempts: Sequence[Attempt]) -> list[Trial] | None:
        """The trials of requests with one look after them, where all are refused; None where it takes more looks."""
        before = self._before() if self._may_look_once(attempts) else None
        if before is None:
            return None
        lives, trials = self._lives, list[Trial]()
        found = self._together(attempts)
        waiting = [*zip(attempts, found, strict=True)] if found is not None else []
        if waiting and self._lives != lives:
            self._again(waiting, trials)
        elif waiting and all(exchange.refused for _, exchange in waiting):
            self._look(waiting, before, trials, lives)
        else:
            self._put_right()
        return trials or None

    def _put_right(self) -> None:
        """Give the object other values than those that were sent to it, so that each can be seen to come again."""
        self._pending.forget()
        self._writer.patch(self._bodies.full())
        self._context.client.lane.writes += 1

    def _before(self) -> States | None:
        """The objects as they are; None where nothing shows them."""
        with suppress(Inconclusive):
            return self.objects.snapshot()
        return None

    def _need_working(self) -> None:
        """Go on only where the documented operation works again that no longer worked after an earlier input.

        Raises:
            Inconclusive: it does not.
        """
        down, context = self._down, self._context
        if down is None or down.culprit.entity != context.key:
            return
        body = self._bodies.mark() if self._bodies.partial.ok else self._bodies.full()
        read = down.after.request.method == "GET"
        if not self._writer.patch(body).ok or (read and _ruined(self._context) is not None):
            why = f"the object no longer works since an earlier input: {described(down.culprit)}"
            raise Inconclusive(why, down.culprit, down.after)
        self._down = None

    @property
    def _lives(self) -> int:
        """How often the target has ended so far."""
        return len(self._context.client.lifeline.deaths)

    def _again(self, waiting: list[tuple[Attempt, Exchange]], trials: list[Trial]) -> States | None:
        """The objects as they are since the target was started again; nothing is said of what was sent before."""
        trials += [Trial(attempt, exchange) for attempt, exchange in waiting]
        waiting.clear()
        return self._before()

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
        self._context.client.lane.writes += 1
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
        self._changed = bool(changed)
        attributed = self._attributed(waiting, changed, names or set(), count)
        trials += [self._with_state(trial, after, count) for trial in attributed]
        waiting.clear()
        return after

    def _attributed(
        self,
        waiting: list[tuple[Attempt, Exchange]],
        changed: list[tuple[str, Difference]],
        names: set[str],
        since: int,
    ) -> Iterator[Trial]:
        """The trials with what each of them caused, as the looks from an index on show it."""

        def caused(attempt: Attempt, exchange: Exchange, difference: Difference) -> bool:
            if len(waiting) == 1:
                return True
            if attempt.marker is not None:
                return holds(difference.actual, attempt.marker)
            return exchange.ok or difference.top not in names

        log = self._context.log
        for attempt, exchange in waiting:
            own = [
                Effect(exchange, entity, each, _last_look(self._context, entity, since))
                for entity, each in changed
                if caused(attempt, exchange, each)
            ]
            yield Trial(attempt, exchange, tuple(own), watched=True)
            if exchange.refused:
                log.watch(exchange)
                log.effects += own
            if exchange.ok and (sent := object_in(attempt.body)) is not None:
                entity = attempt.entity or self._context.key
                self._pending.note(entity, sent, accepted=True)  # it may show later still

    def _with_state(self, trial: Trial, states: States, since: int) -> Trial:
        """A trial with the state of its object, which was looked at as soon as the attempt was accepted."""
        entity = trial.attempt.entity or self._context.key
        if not trial.exchange.ok or entity not in states or self._context.lag.shows_updates is False:
            return trial
        return replace(trial, state=states[entity], seen=_last_look(self._context, entity, since))

    def check_alive(self, culprit: Exchange, *, readable: bool = False) -> JsonMapping | None:
        """Try the documented operation after a hostile request; remember it if it doesn't work any more.

        Args:
            readable: whether the object could be read before that request; where the answer to the operation doesn't
                show the object, it must still be.

        Returns:
            The body that was accepted, or None.
        """
        client, log, lives = self._context.client, self._context.log, self._lives
        log.hostile += 1
        if client.dead is not None:
            if not client.lifeline.hopeless:
                log.outages.append(Outage(culprit, client.dead, 0.0, recovered=False))
            return None
        body = self._bodies.mark() if self._bodies.partial.ok else self._bodies.full()
        first: Exchange | None = None
        for since in rounds(RESTART_GRACE_S, 0.05, 2, 1.0, over=lambda: client.expired):
            exchange = self._writer.patch(body)
            if exchange.ok:
                if first is not None:
                    log.outages.append(Outage(culprit, first, since(), recovered=True))
                elif readable and exchange.object is None and (ruined := _ruined(self._context)) is not None:
                    self._down = Outage(culprit, ruined, since(), recovered=False)
                    log.outages.append(self._down)
                return body
            if exchange.status == TOO_MANY or self._lives != lives:
                return None  # whoever counts requests is alive, and of an end it is known which request it was
            first = first or exchange
            spoiled = exchange.status in SPOILED and since() >= SPOILED_GRACE_S
            if exchange.refused or client.dead is not None or spoiled:
                break
        self._down = Outage(culprit, first or exchange, since(), recovered=False)
        log.outages.append(self._down)
        if exchange.response is None:
            client.dead = exchange
        return None


def _ruined(context: Context) -> Exchange | None:
    """The answer to a read of the object where that is a failure of the server, twice in a row."""
    observer = context.observer
    if observer.means != "item":
        return None
    for _ in range(2):
        _, exchange = observer.item(context.key, fresh=True)
        if exchange.status not in SERVER_FAILURES:
            return None
    return exchange


def _last_look(context: Context, entity: str, since: int) -> tuple[Exchange, ...]:
    """The last look at an object, of those from an index on."""
    looks = context.client.since(since)
    return tuple([exchange for exchange in looks if shows(exchange, context.shape, entity)][-1:])
