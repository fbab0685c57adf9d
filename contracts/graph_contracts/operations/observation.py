"""Observing objects on a target whose reads may lag behind its writes, or come from replicas that lag apart."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial

from graph_contracts.backoff import rounds
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.at_once import ask_at_once, takes_several
from graph_contracts.operations.bodies import Bodies
from graph_contracts.operations.context import Context
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.object_model import failures
from graph_contracts.operations.object_views import ObjectView
from graph_contracts.operations.pending_writes import PendingWrites
from graph_contracts.operations.writer import Writer
from graph_contracts.requirements import Inconclusive, Severity

FAIL = Severity.FAIL
STEADY_READS = 8
"""How many reads in a row must agree before a target's reads count as steady."""
GRACE_S = 1.0
"""How long to wait until reads show an accepted value, where no read was ever late."""


class Observation:
    """Reads the objects of one operation and compares them with expected values."""

    def __init__(
        self, context: Context, view: ObjectView, pending: PendingWrites, bodies: Bodies, writer: Writer
    ) -> None:
        self._context = context
        self._view = view
        self._pending = pending
        self._bodies = bodies
        self._model = bodies.model
        self._writer = writer
        self._lag = context.lag

    # -- looking once -------------------------------------------------------------------------------------------

    def look(
        self, entity: str | None = None, *, fresh: bool = False, about: Iterable[str] = ()
    ) -> tuple[JsonObject, Exchange]:
        """The object as a separate request shows it now; `about` names the properties of interest.

        Raises:
            Inconclusive: neither GET, nor the collection, nor a neutral PATCH shows it.
        """
        if self._lag.stale_reads_seen:
            self.catch_up()
        found, exchange = self.read_once(entity, fresh=fresh, about=about)
        pending = self._pending.of(entity or self._context.key)
        if not pending or not self._lag.shows_updates or not self._model.changes(pending, found):
            return found, exchange
        # either what was accepted is lost, or this is an older state
        left, found, exchange = self.wait_until(pending, entity, fresh=fresh, most=GRACE_S)
        self._pending.drop(entity or self._context.key, (difference.top for difference in failures(left)))
        return found, exchange

    def read_once(
        self, entity: str | None = None, *, fresh: bool = False, about: Iterable[str] = ()
    ) -> tuple[JsonObject, Exchange]:
        """The object as one replica or another shows it now.

        Raises:
            Inconclusive: nothing shows it.
        """
        return self._view.show(entity or self._context.key, fresh=fresh, about=about)

    def state(self, entity: str | None = None) -> JsonObject:
        """The documented properties of an object as a separate request shows them now.

        Raises:
            Inconclusive: it can't be observed.
        """
        return self.documented(entity)[0]

    def documented(self, entity: str | None = None) -> tuple[JsonObject, Exchange]:
        """The same, and the request that shows them.

        Raises:
            Inconclusive: it can't be observed.
        """
        found, exchange = self.look(entity)
        return self._model.documented_properties(found), exchange

    def catch_up(self) -> None:
        """Wait until lagging reads show an unknown state.

        Raises:
            Inconclusive: this run has waited for that as long as its deadline allows.
        """
        client = self._context.client
        self._lag.catch_up(client.lane.wrote, client.together.pause)

    # -- looking until something shows --------------------------------------------------------------------------

    def settle(
        self, expected: JsonMapping, entity: str | None = None, *, fresh: bool = False, anyway: bool = False
    ) -> tuple[list[Difference], Exchange]:
        """Observe until the object is as expected or the time that reads may lag is over; what differs then.

        Args:
            expected: properties and their values; others don't count.
            entity: the object, if not the first.
            fresh: on a connection of its own.
            anyway: also where later reads are known to show no update at all.

        Raises:
            Inconclusive: the object can't be observed, or no update is ever seen there.
        """
        left, _, exchange = self.wait_until(expected, entity, fresh=fresh, anyway=anyway)
        return left, exchange

    def wait_until(
        self,
        expected: JsonMapping,
        entity: str | None = None,
        *,
        fresh: bool = False,
        anyway: bool = False,
        patient: bool = True,
        most: float = float("inf"),
    ) -> tuple[list[Difference], JsonObject, Exchange]:
        """The same with the object as it was seen last.

        Args:
            patient: False where reads that were never seen to lag need not be waited for.
            most: seconds to wait at most, where reads were never seen to lag.

        Raises:
            Inconclusive: as `settle`.
        """
        if not anyway and not self.persists:
            raise Inconclusive("later reads show no update at all; see update.persist.read")
        lag, client = self._lag, self._context.client
        late = lag.seen
        patience = lag.patience(self._context.options.settle) if patient or late else 0.0
        patience = patience if late else min(patience, most)
        stale = 0.0
        for count, since in enumerate(rounds(patience, over=lambda: client.expired, wait=client.together.pause)):
            found, exchange = self.read_once(entity, fresh=fresh, about=expected)
            differing = self._model.compare(expected, found)
            left = [difference for difference in differing if not self._writer.sent.never_shown(difference, found)]
            waited = since()
            graver = {difference.severity for difference in left} - {Severity.NOTE}
            # a nearly equal value may be the one before, on a target whose reads are known to lag behind
            if not graver or (FAIL not in graver and waited >= 2 * lag.max_lag):
                if count and not graver:
                    lag.grow(stale if lag.stale_reads_seen else self._since_write(waited))
                return left, found, exchange
            stale = waited
        lag.timed_out_reads += 1
        return left, found, exchange

    def _since_write(self, waited: float) -> float:
        """Seconds since the last write was answered, which may be long before somebody waited for it to show."""
        since = time.monotonic() - self._context.client.lane.wrote
        return max(waited, min(since, self._context.options.settle))

    def establish(self, n: int = 1) -> JsonObject:
        """Bring the object into the state of the `n`-th full body and return its documented properties as observed.

        Raises:
            Inconclusive: the target doesn't accept the body, or doesn't show the object.
        """
        body = self._bodies.full(n)
        self._writer.change(body)
        _, found, _ = self.wait_until(body)
        return self._model.documented_properties(found)

    # -- whether reads say anything -----------------------------------------------------------------------------

    @property
    def persists(self) -> bool:
        """Whether a plain update is seen by later reads at all: if not, reads say nothing of anything else.

        Raises:
            Inconclusive: the object can't be observed, or no update is accepted.
        """
        if self._lag.shows_updates is None:
            body = self._bodies.mark() if self._bodies.partial.ok else self._bodies.full(2)
            self._writer.change(body)
            left, _ = self.settle(body, anyway=True)
            self._find_stale_reads(body)
            lost = [difference.path for difference in failures(left)]
            self._lag.shows_updates = any(not any(path.startswith(name) for path in lost) for name in body)
        return self._lag.shows_updates

    def _find_stale_reads(self, expected: JsonMapping) -> None:
        """Find out whether reads that have shown an update keep showing it, or come from replicas that lag apart."""
        lag, client = self._lag, self._context.client
        agreeing = 0
        while agreeing < STEADY_READS and self._context.observer.means != "neutral":
            waited = time.monotonic() - client.lane.wrote
            count = STEADY_READS - agreeing if takes_several(self._context) else 1
            for found, _ in ask_at_once(self._context, [partial(self.read_once, fresh=True)] * count):
                if not self._model.changes(expected, found):
                    agreeing += 1
                elif agreeing or lag.stale_reads_seen:
                    lag.stale_reads_seen, agreeing = True, 0
                    lag.grow(waited)
            if waited > self._context.options.settle or client.expired:
                return
            if lag.stale_reads_seen:
                time.sleep(0.05)
