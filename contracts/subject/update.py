"""What a case holds in its hands: one update operation of the contract on one target.

An `Update` sends, observes and compares; it knows what the run has learned and judges nothing. Positives are sent with
`patch` or `change`, inputs that must have no effect with `attempt`, which looks at every known object afterwards.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from contracts.contract import Kind, Operation, Type
from contracts.requirements import Inconclusive, Severity
from contracts.subject import ladder
from contracts.subject.due import Due
from contracts.subject.equality import Difference, differences, instant, merge, unset
from contracts.subject.knowledge import Baseline, Death, Effect, Options
from contracts.subject.subject import Attempt, Fields, Headers, Subject, Trial, encoded, holds
from contracts.subject.values import writable
from contracts.target import jsontext, tunnel
from contracts.target.exchange import Exchange, Request
from contracts.target.raw import request_bytes

if TYPE_CHECKING:
    from contracts.target.client import Client

FAIL = Severity.FAIL
TOO_MANY = 429
GLANCES = 8
"""How many reads in a row must agree before a target's reads count as steady."""
SHARE = 0.1
"""How much of the time until the run's deadline an operation may wait for reads that lag behind."""
VAIN = 3
SHORT, SHORTEST = 0.1, 0.03
"""Seconds that a read is waited for once that was in vain, and once it was in vain more than `VAIN` times."""
LATE = 1.0
"""Seconds that what was accepted is waited for to show where no read was ever late."""
REVIVAL = 30.0
"""Seconds that a supervisor gets to restart a server (docs/design.md, Hostile input)."""


class Update(Subject):
    """One update operation on one target."""

    MAKES = False
    """Whether each request makes an object of its own, rather than being about one that is there."""
    lag = 0.0
    """The longest that a read was seen to lag behind a write, in seconds."""
    unsteady = False
    """Whether a read was seen to show an older state than the read before it, as replicas do."""
    vain = 0
    """How often a read was waited for in vain: what is missing then is lost, and not late."""

    def __init__(self, client: Client, operation: Operation, options: Options, twin: Update | None = None) -> None:
        super().__init__(client, operation, options, twin)
        assert operation.body is not None  # noqa: S101 (Contract.updates chooses only such operations)
        self.type: Type = operation.body
        self.twin: Update | None = twin
        self.further: list[Update] = []
        """The same operation through the page's further paths, where this is the first."""
        if twin is not None:
            twin.further.append(self)
        self.writable = writable(self.type, options.readonly)
        hidden = {each.name for each in self.type.properties.values() if each.write_only}
        self.computed: set[str] = {*options.computed, *hidden}
        """Properties that the server itself maintains, as declared or as noticed."""
        self.doubtful: list[Exchange] = []
        """Creations of which nobody knows whether they made something, or what its id is."""
        self._allowance = float("inf")
        """Seconds that may still be spent waiting for lagging reads to catch up with what isn't known."""
        self._known: dict[str, dict[str, Any]] = {}
        self._known_at = -1
        """`client.writes` when the objects were last looked at; the aliases of an operation share the objects."""
        self.due: Due = Due() if twin is None else twin.due
        self._values: dict[str, dict[str, Any]] = {}
        """The last value that each property was given or shown with, by id."""
        self._kept: set[str] = set()
        """Properties that the answer to an update showed which didn't send them: they are stored."""
        self._read: set[str] = set()
        """Properties that a read has shown set."""
        self._baseline: Baseline | Inconclusive | None = None
        self._partial: Exchange | None = None
        self._persists: bool | None = None
        self._markers: tuple[str, ...] | None = None

    def learn(self) -> None:
        """Find out what every case relies on: the accepted body, partial bodies, whether reads show updates."""
        self.requirement = "learn"
        self._allowance = self.client.left * SHARE
        with suppress(Inconclusive):
            _ = self.persists
        self.requirement = ""

    def let_go(self) -> None:
        super().let_go()
        self.due.clear()
        self._known, self._known_at, self._values = {}, -1, {}
        if isinstance(self._baseline, Baseline):
            self._baseline = replace(self._baseline, exchange=self._baseline.exchange.brief, steps=())
        elif self._baseline is not None:
            self._baseline = Inconclusive(self._baseline.reason)
        self._partial = self._partial and self._partial.brief

    # -- sending ------------------------------------------------------------------------------------------------

    def ask(self, *, headers: Fields | None = None) -> Exchange:
        """Send a small update that is fit to be performed."""
        return self.patch(self.small(), headers=headers)

    def refusals(self, different: Headers) -> list[Trial]:
        """Send updates that must not be performed for their header fields; a control without these comes first."""
        self.change(self.small())
        attempts = []
        for note, headers in different:
            body = self.small()
            attempts.append(Attempt(note, body, headers, marker=body[self.markers[0]]))
        return self.attempt(attempts)

    def address(self, entity: str | None = None) -> str:
        """The path that the operation's requests go to."""
        return self.path(entity)

    def patch(
        self,
        body: Any,
        *,
        entity: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        path: str | None = None,
        method: str | None = None,
        fresh: bool = False,
        wait: bool = True,
        timeout: float | None = None,
    ) -> Exchange:
        """Send one update; nothing is concluded from the answer.

        A 5xx is tried once more on a new connection, and the second answer counts. Throttling is waited out.

        Args:
            body: a JSON value, or octets to be sent as they are, or None for no body at all.
            entity: the object, if not the first.
            headers: fields to add or, with None, to leave out.
            path: another path than the object's.
            method: another method than the operation's.
        """
        exchange = self.send(
            method or self.operation.method,
            path or self.address(entity),
            octets=encoded(body),
            headers=headers,
            entity="" if path else entity or self.key,
            fresh=fresh,
            wait=wait,
            timeout=timeout,
        )
        said = _said(body)
        if exchange.ok or exchange.response is None:
            self.client.writes += 1
            if not (exchange.ok and said is not None and path is None and method is None and wait):
                self.due.forget()
        if said is not None:
            self._note(entity or self.key, said, exchange, usual=path is None, alone=wait)
        return exchange

    def _note(self, entity: str, body: Mapping[str, Any], exchange: Exchange, *, usual: bool, alone: bool) -> None:
        """Remember what was sent: to the object's own path (`usual`), and with nothing beside it (`alone`)."""
        if not exchange.ok or not usual:
            self.due.note(entity, body, accepted=False)
            return
        if alone:
            self.due.accepted(entity, body, self.shape)
        else:
            self.due.note(entity, body, accepted=True)
        self._kept |= {name for name, value in (exchange.object or {}).items() if value is not None} - set(body)
        # what was sent outranks what was answered: a stale answer must not be written back
        self._values.setdefault(entity, {}).update({**(exchange.object or {}), **body})
        if self.lag and self._persists and self._known_at == self.client.writes - 1 and entity in self._known:
            # reads lag behind: remember the object as it will be once they have caught up, and spare that wait
            self._remember({**self._known, entity: self.merged(self._known[entity], body)})

    def change(self, body: Any, **how: Any) -> Exchange:
        """Send an update that the target must have accepted for the case to go on.

        Raises:
            Inconclusive: it was not answered 2xx.
        """
        exchange = self.patch(body, **how)
        if not exchange.ok:
            raise Inconclusive(
                f"the control request was answered {exchange.answer}, so there is nothing to compare with", exchange
            )
        return exchange

    def wire(
        self,
        body: bytes,
        headers: Mapping[str, str | None],
        *,
        entity: str | None = None,
        path: str | None = None,
        close: bool = True,
    ) -> tuple[bytes, Request]:
        """The octets of an update as they would stand on the wire, with just these headers besides the usual ones.

        Content-Length is not added: the cases on framing choose it themselves.
        """
        extra = {**headers, **({"Connection": "close"} if close else {})}
        fields = self.client.headers(extra, body)
        method, url = self.operation.method, self.client.url(path or self.address(entity))
        return request_bytes(method, url, fields, body), Request(method, url, fields, body)

    def send_wire(
        self, octets: bytes, request: Request, *, half_close: bool = False, timeout: float | None = None
    ) -> Exchange:
        """Send chosen octets on a connection of their own.

        Raises:
            Inconclusive: there is a proxy, and it lets none through.
        """
        self.may_send("")
        self.client.writes += 1
        self.due.forget()
        return _through(
            self.client.send_raw(
                octets,
                request,
                half_close=half_close,
                timeout=timeout,
                operation=self.operation.id,
                requirement=self.requirement,
                entity=self.key,
            )
        )

    @contextmanager
    def line(self) -> Iterator[Callable[[bytes, Request], tuple[Exchange, bool]]]:
        """A kept connection for chosen octets.

        The function sends one request; it returns the exchange and whether the connection was that of the one before.
        """
        self.may_send("")
        with self.client.line() as send:

            def ask(octets: bytes, request: Request) -> tuple[Exchange, bool]:
                self.client.writes += 1
                self.due.forget()
                own = {"entity": self.key} if request.url == self.client.url(self.address()) else {}
                exchange, kept = send(octets, request, operation=self.operation.id, requirement=self.requirement, **own)
                return _through(exchange), kept

            yield ask

    # -- bodies -------------------------------------------------------------------------------------------------

    @property
    def asked(self) -> bool:
        """Whether the accepted body was looked for."""
        return self._baseline is not None

    @property
    def baseline(self) -> Baseline:
        """The accepted body (docs/design.md, Accepted body).

        Raises:
            Inconclusive: the target accepts none.
        """
        if self._baseline is None:
            try:
                self._baseline = ladder.climb(self)
            except Inconclusive as error:
                self._baseline = error
        if isinstance(self._baseline, Inconclusive):
            raise Inconclusive(self._baseline.reason, *self._baseline.exchanges)
        return self._baseline

    @property
    def refusal(self) -> str:
        """Why the target accepts no body, where it was found not to; nothing is sent to know."""
        return self._baseline.reason if isinstance(self._baseline, Inconclusive) else ""

    @contextmanager
    def again(self) -> Iterator[None]:
        """Let the block judge a new answer to the accepted body instead of the one on record."""
        before = self._baseline
        if isinstance(before, Baseline):
            body = next(step.body for step in before.steps if step.exchange is before.exchange)
            with suppress(Inconclusive):
                exchange = self.patch(body)
                self._baseline = replace(before, exchange=exchange) if exchange.ok else before
        try:
            yield
        finally:
            self._baseline = before

    def first(self, names: tuple[str, ...]) -> dict[str, Any]:
        """A body to find out with what the target accepts."""
        return self.values.full(self.type, 1, names)

    def full(self, n: int = 1) -> dict[str, Any]:
        """The `n`-th complete body that the target accepts; each differs in every value."""
        baseline = self.baseline
        return self.dressed(self.values.full(self.type, n, baseline.names), baseline)

    def dressed(self, body: dict[str, Any], baseline: Baseline) -> dict[str, Any]:
        """A body with what this target wants beside the properties."""
        if baseline.annotated:
            body = ladder.annotate(body, self.type)
        return {"id": self.key, **body} if baseline.keyed else body

    @property
    def markers(self) -> tuple[str, ...]:
        """Properties that take any value and are seen to keep it, best first.

        Raises:
            Inconclusive: the contract has none.
        """
        if self._markers is None:
            self._markers = ladder.markers(self)
        if not self._markers:
            raise Inconclusive("the document declares no plain property whose value could serve as a marker")
        return self._markers

    def marker(self, place: int = 0) -> dict[str, Any]:
        """A small body: one marker property with a value never used before.

        Raises:
            Inconclusive: there is no such property, or the target refuses bodies that name only some properties.
        """
        self.needs_partial()
        return self.mark(place)

    def mark(self, place: int = 0) -> dict[str, Any]:
        """The same without asking whether the target accepts it."""
        if place >= len(self.markers):
            raise Inconclusive(f"the case needs {place + 1} plain properties, the document has {len(self.markers)}")
        name = self.markers[place]
        return {name: self.values.fresh(self.type.properties[name].type)}

    def small(self, place: int = 0) -> dict[str, Any]:
        """A body with a fresh marker: alone where the target takes that, else among all the other properties.

        Raises:
            Inconclusive: there is no such property, or the target accepts no body at all.
        """
        mark = self.mark(place)
        if not self.partial.ok:
            return last(self.full(), mark)
        return {"id": self.key, **mark} if self.baseline.keyed else mark

    @property
    def partial(self) -> Exchange:
        """The answer to a body that names only one property."""
        if self._partial is None:
            baseline = self.baseline
            if len(baseline.names) == 1:
                self._partial = baseline.exchange
            else:
                body = self.mark()
                self._partial = self.patch({"id": self.key, **body} if baseline.keyed else body)
                self.notice_computed(self._partial, body)
        return self._partial

    def needs_partial(self) -> None:
        """Go on only if the target accepts bodies that name only some properties.

        Raises:
            Inconclusive: it refuses them (judged by `update.req.partial`).
        """
        if not self.partial.ok:
            answer = self.partial.answer
            raise Inconclusive(f"the target refuses bodies that name only some properties ({answer})", self.partial)

    def completed(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A body with what the target can't do without."""
        return dict(body)

    def escaped(self, body: Mapping[str, Any]) -> bytes:
        """A body with every character beyond ASCII written as an escape (RFC 8259 §7)."""
        return json.dumps(self.completed(body)).encode()

    # -- observing ----------------------------------------------------------------------------------------------

    def look(
        self, entity: str | None = None, *, fresh: bool = False, about: Iterable[str] = ()
    ) -> tuple[dict[str, Any], Exchange]:
        """The object as a separate request shows it now; `about` names the properties of interest.

        Raises:
            Inconclusive: neither GET, nor the collection, nor a neutral PATCH shows it.
        """
        if self.unsteady:
            self._catch_up()
        found, exchange = self.glance(entity, fresh=fresh, about=about)
        due = self.due.of(entity or self.key)
        if not due or not self._persists or not _fails(self.compare(due, found)):
            return found, exchange
        # either what was accepted is lost, or this is an older state
        left, found, exchange = self.reach(due, entity, fresh=fresh, most=LATE)
        self.due.lost(entity or self.key, (difference.top for difference in _fails(left)))
        return found, exchange

    def glance(
        self, entity: str | None = None, *, fresh: bool = False, about: Iterable[str] = ()
    ) -> tuple[dict[str, Any], Exchange]:
        """The object as one replica or another shows it now."""
        if self.dead is not None:
            raise Inconclusive("the target stopped answering; see update.robust.alive", self.dead)
        if self.observer.neutral is None and not self.MAKES and self._markers and self.partial.ok:
            self.observer.neutral = self._neutral
        found, exchange = self.observer.look(entity or self.key, fresh=fresh, about=frozenset(about))
        if found is None and self.observer.means is None and self.twin is not None:
            found, exchange = self.twin.observer.look(entity or self.key, fresh=fresh)
        if found is None:
            hint = "the object can't be observed: neither GET, nor the collection, nor a neutral update shows it"
            raise Inconclusive(hint, *([exchange] if exchange else []))
        assert exchange is not None  # noqa: S101 (found implies an exchange)
        self._read |= {name for name, value in found.items() if value is not None}
        return found, exchange

    def _unshown(self, difference: Difference, found: Mapping[str, Any]) -> bool:
        """Whether a property is stored, yet never shown by reads: a default selection may leave it out."""
        name = difference.top
        return name not in found and name in self._kept and name not in self._read

    def _neutral(self, entity: str, about: frozenset[str]) -> Exchange:
        """Re-send the value that one property has already, or nothing where no value is known."""
        known = self._values.get(entity, {})
        name = next((n for n in reversed(self.markers) if n in known and n not in about), None)
        name = name or next((n for n in reversed(self.markers) if n in known), None)
        writes = self.client.writes
        exchange = self.patch({name: known[name]} if name else {}, entity=entity)
        self.client.writes = writes  # it changed nothing
        if exchange.object is not None:
            self.keep(entity, exchange.object)
        return exchange

    def keep(self, entity: str, state: Mapping[str, Any]) -> None:
        """Remember an object as it was found; what is seen of it later doesn't count."""
        if entity not in self.original:
            self.original[entity] = dict(state)
            self.keeper(self, entity)

    def state(self, entity: str | None = None) -> dict[str, Any]:
        """The documented properties of an object as a separate request shows them now.

        Raises:
            Inconclusive: it can't be observed.
        """
        found, _ = self.look(entity)
        return {name: found.get(name) for name in self.shape.properties}

    def compare(self, expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[Difference]:
        """What differs in the documented properties that `expected` names, leaving out what the server maintains."""
        wanted = {name: value for name, value in expected.items() if name not in self.computed and name != "id"}
        return list(differences(wanted, actual, self.shape))

    @property
    def persists(self) -> bool:
        """Whether a plain update is seen by later reads at all: if not, reads say nothing of anything else.

        Raises:
            Inconclusive: the object can't be observed, or no update is accepted.
        """
        if self._persists is None:
            body = self.mark() if self.partial.ok else self.full(2)
            self.change(body)
            left, _ = self.settle(body, anyway=True)
            self._steady(body)
            kept = {name for name in body if not any(d.path.startswith(name) for d in left if d.severity is FAIL)}
            self._persists = bool(kept)
        return self._persists

    def _steady(self, expected: Mapping[str, Any]) -> None:
        """Find out whether reads that have shown an update keep showing it, or come from replicas that lag apart."""
        agreeing = 0
        while agreeing < GLANCES and self.observer.means != "neutral":
            waited = time.monotonic() - self.client.wrote
            found, _ = self.glance(fresh=True)
            if not _fails(self.compare(expected, found)):
                agreeing += 1
            elif agreeing or self.unsteady:
                self.unsteady, agreeing = True, 0
                self.lag = max(self.lag, waited)
            if waited > self.options.settle or self.client.expired:
                return
            if self.unsteady:
                time.sleep(0.05)

    def settle(
        self, expected: Mapping[str, Any], entity: str | None = None, *, fresh: bool = False, anyway: bool = False
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
        left, _, exchange = self.reach(expected, entity, fresh=fresh, anyway=anyway)
        return left, exchange

    def reach(
        self,
        expected: Mapping[str, Any],
        entity: str | None = None,
        *,
        fresh: bool = False,
        anyway: bool = False,
        patient: bool = True,
        most: float = float("inf"),
    ) -> tuple[list[Difference], dict[str, Any], Exchange]:
        """The same with the object as it was seen last.

        Args:
            patient: False where reads that were never seen to lag need not be waited for.
            most: seconds to wait at most, where reads were never seen to lag.

        Raises:
            Inconclusive: as `settle`.
        """
        if not anyway and not self.persists:
            raise Inconclusive("updates are not seen by later reads at all; see update.persist.read")
        started = time.monotonic()
        late = bool(self.lag) or self.unsteady
        patience = self._patience if patient or late else 0.0
        patience = patience if late else min(patience, most)
        pause = 0.01
        stale = 0.0
        while True:
            found, exchange = self.glance(entity, fresh=fresh, about=expected)
            left = [d for d in self.compare(expected, found) if not self._unshown(d, found)]
            waited = time.monotonic() - started
            graver = {difference.severity for difference in left} - {Severity.NOTE}
            # a nearly equal value may be the one before, on a target whose reads are known to lag behind
            if not graver or (FAIL not in graver and waited >= 2 * self.lag):
                if pause > 0.01 and not graver:
                    self.lag = max(self.lag, stale if self.unsteady else waited)
                return left, found, exchange
            stale = waited
            if waited >= patience or self.client.expired:
                self.vain += 1
                return left, found, exchange
            time.sleep(min(pause, max(patience - waited, 0.01)))
            pause = min(pause * 1.6, 0.5)

    @property
    def _patience(self) -> float:
        """Seconds that reads are waited for: the less, the more often that was in vain."""
        vain = self.vain
        if self.twin is not None and self._persists is not None:
            vain += self.twin.vain  # both paths lead to one store
        if not vain:
            return self.options.settle
        least = SHORT if vain <= VAIN else SHORTEST
        return min(self.options.settle, max(4 * self.lag, least))

    def establish(self, n: int = 1) -> dict[str, Any]:
        """Bring the object into the state of the `n`-th full body and return its documented properties as observed.

        Raises:
            Inconclusive: the target doesn't accept the body, or doesn't show the object.
        """
        self.change(self.full(n))
        _, found, _ = self.reach(self.full(n))
        return {name: found.get(name) for name in self.shape.properties}

    def snapshot(self) -> dict[str, dict[str, Any]]:
        """The documented properties of every known object, from memory where nothing can have changed."""
        if self._known_at != self.client.writes:
            self._catch_up()
            self._remember(self.states())
        return dict(self._known)

    def states(self) -> dict[str, dict[str, Any]]:
        """The documented properties of every known object, as separate requests show them now.

        Raises:
            Inconclusive: one can't be observed.
        """
        return {entity: self.state(entity) for entity in self.known}

    def _catch_up(self) -> None:
        """Wait until lagging reads show an unknown state: nothing tells when they do.

        Raises:
            Inconclusive: this run has waited for that as long as its deadline allows.
        """
        pause = max(self.lag * 1.5 - (time.monotonic() - self.client.wrote), 0.0)
        if pause > self._allowance:
            raise Inconclusive(f"reads lag {self.lag:.1f} s behind: to wait that out takes a longer --deadline")
        self._allowance -= pause
        time.sleep(pause)

    def _remember(self, states: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        self._known, self._known_at = states, self.client.writes
        return dict(states)

    # -- inputs that must have no effect ------------------------------------------------------------------------

    def attempt(self, attempts: Iterable[Attempt], *, hostile: bool = False) -> list[Trial]:
        """Send requests that must have no effect, or only a visible one, and look at every known object afterwards.

        Effects of requests answered 4xx are logged for `error.nochange` and `auth.notapplied`. After each hostile
        request the documented operation is tried (`robust.alive`). Where the objects can't be observed, the trials
        have no effects and nothing is logged as watched.
        """
        trials: list[Trial] = []
        waiting: list[tuple[Attempt, Exchange]] = []
        try:
            before: dict[str, dict[str, Any]] | None = self.snapshot()
        except Inconclusive:
            before = None
        for attempt in attempts:
            exchange = self._try(attempt)
            if exchange.ok and isinstance(attempt.body, Mapping):
                # what becomes of it is to be seen
                self.due.lost(attempt.entity or self.key, attempt.body)
                self.due.note(attempt.entity or self.key, attempt.body, accepted=False)
            elif exchange.ok:
                self.due.forget()
            waiting.append((attempt, exchange))
            if exchange.ok or exchange.response is None or hostile or self.MAKES:
                before = self._watch(waiting, before, trials)
            if hostile:
                before = self.after(before, self.check_alive(exchange))
        self._watch(waiting, before, trials)
        return trials

    def _try(self, attempt: Attempt) -> Exchange:
        if attempt.wire is not None:
            url = self.client.url(attempt.path or self.address(attempt.entity))
            described = Request(attempt.method or self.operation.method, url)
            return self.send_wire(attempt.wire, described, half_close=attempt.half_close, timeout=attempt.timeout)
        return self.patch(
            attempt.body,
            entity=attempt.entity,
            headers=attempt.headers,
            path=attempt.path,
            method=attempt.method,
            timeout=attempt.timeout,
        )

    def _watch(
        self,
        waiting: list[tuple[Attempt, Exchange]],
        before: dict[str, dict[str, Any]] | None,
        trials: list[Trial],
    ) -> dict[str, dict[str, Any]] | None:
        """Look at every object, attribute what changed to the waiting requests, and return the new state."""
        if not waiting:
            return before
        self.client.writes += 1
        after = None
        if before is not None:
            with suppress(Inconclusive):
                after = self.snapshot()
        if before is None or after is None:
            trials += [Trial(attempt, exchange) for attempt, exchange in waiting]
            waiting.clear()
            return None
        performed = _performed(waiting)
        changed = self.changed(before, after, waiting)
        if performed is not None and any(difference.top not in performed for _, difference in changed):
            after = self.lasting(before, performed)
            changed = self.changed(before, after, waiting)
        trials += self._attributed(waiting, changed, performed or set())
        waiting.clear()
        return after

    def _attributed(
        self, waiting: list[tuple[Attempt, Exchange]], changed: list[tuple[str, Difference]], performed: set[str]
    ) -> Iterator[Trial]:
        """The trials with what each of them caused."""

        def caused(attempt: Attempt, exchange: Exchange, difference: Difference) -> bool:
            if len(waiting) == 1:
                return True
            if attempt.marker is not None:
                return holds(difference.actual, attempt.marker)
            return exchange.ok or difference.top not in performed

        for attempt, exchange in waiting:
            own = [Effect(exchange, entity, d) for entity, d in changed if caused(attempt, exchange, d)]
            yield Trial(attempt, exchange, tuple(own), watched=True)
            if exchange.refused:
                self.log.watched.append(exchange)
                self.log.effects += own
            if exchange.ok and isinstance(attempt.body, Mapping):
                self.due.note(attempt.entity or self.key, attempt.body, accepted=True)  # it may show later still

    def changed(
        self,
        before: Mapping[str, dict[str, Any]],
        after: Mapping[str, dict[str, Any]],
        waiting: Sequence[tuple[Attempt, Exchange]] = (),  # noqa: ARG002 (who creates is asked for what is new)
    ) -> list[tuple[str, Difference]]:
        """What changed between two observations of the objects, by id, that nothing but what was sent explains."""
        return [
            (entity, d)
            for entity in before
            if entity in after
            for d in self.surprises(entity, before[entity], after[entity])
        ]

    def lasting(self, before: dict[str, dict[str, Any]], performed: Container[str]) -> dict[str, dict[str, Any]]:
        """The state of every object once it is as before, or once lag no longer explains that it is not.

        Args:
            performed: properties that were to change.
        """
        started = time.monotonic()
        patience = min(self.options.settle, max(3 * self.lag, SHORTEST if self.vain > VAIN else SHORT))
        while True:
            time.sleep(min(max(self.lag, SHORTEST) / 4, 0.25))
            after = self.states()
            waited = time.monotonic() - started
            if all(difference.top in performed for _, difference in self.changed(before, after)):
                # one read was of an older state than the one before it
                self.unsteady, self.lag = True, max(self.lag, waited)
                return self._remember(after)
            if waited > patience:
                self.vain += not self.lag
                return self._remember(after)

    def after(
        self, before: dict[str, dict[str, Any]] | None, body: Mapping[str, Any] | None
    ) -> dict[str, dict[str, Any]] | None:
        """The state of every object after an update of the first: as computed where updates are seen, else observed."""
        if before is None:
            return None
        self.client.writes += 1
        try:
            if body is None or not self.persists:
                return self.snapshot()
        except Inconclusive:
            return None
        return self._remember({**before, self.key: self.merged(before[self.key], body)})

    def changes(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
        """What changed between two observations of an object, as far as it matters."""
        return _fails(self.compare(before, after))

    def surprises(self, entity: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
        """What changed of an object that no update explains which shows only now."""
        found = self.changes(before, after)
        if found and self.due.late(entity, found):
            self.unsteady = True  # the first observation was of an older state
            return []
        return found

    def check_alive(self, culprit: Exchange) -> Mapping[str, Any] | None:
        """Try the documented operation after a hostile request; remember it if it doesn't work any more.

        Returns:
            The body that was accepted, or None.
        """
        self.log.hostile.append(culprit)
        started = time.monotonic()
        body = self.mark() if self.partial.ok else self.full()
        pause = 0.05
        first: Exchange | None = None
        while True:
            exchange = self.patch(body)
            waited = time.monotonic() - started
            if exchange.ok:
                if first is not None:
                    self.log.deaths.append(Death(culprit, first, waited, back=True))
                return body
            if exchange.status == TOO_MANY:
                return None  # whoever counts requests is alive
            first = first or exchange
            if waited > REVIVAL or self.client.expired or exchange.refused:
                self.log.deaths.append(Death(culprit, first, waited, back=False))
                if exchange.response is None:
                    self.client.dead = exchange
                return None
            time.sleep(pause)
            pause = min(pause * 2, 1.0)

    def is_set(self, name: str, value: Any) -> bool:
        """Whether a documented property's value counts as set."""
        declared = self.shape.properties.get(name)
        return declared is not None and not unset(value, declared.type)

    def merged(self, state: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        """What the object should be after an accepted update (OData 4.01 §11.4.3)."""
        return merge(state, body, self.type)

    def notice_computed(self, exchange: Exchange, body: Mapping[str, Any]) -> None:
        """Find what the server maintains itself: date-times that are about now, and again at the next update."""
        moved = self.moved_to_now(exchange.object or {}, body)
        if moved and exchange.ok:
            again = self.patch(self.mark())
            self.computed |= moved & self.moved_to_now(again.object or {}, body)

    def moved_to_now(self, entity: Mapping[str, Any], sent: Iterable[str]) -> set[str]:
        """The documented date-times of an object that are about now without having been sent."""
        found: set[str] = set()
        for name, declared in self.shape.properties.items():
            moment = instant(entity.get(name)) if declared.type.kind is Kind.DATETIMEOFFSET else None
            if moment and name not in sent and abs(moment[0].timestamp() - time.time()) < 300:
                found.add(name)
        return found


def _through(exchange: Exchange) -> Exchange:
    if exchange.error.startswith(tunnel.REFUSED):
        raise Inconclusive(f"chosen octets can't be sent: {exchange.error}", exchange)
    return exchange


def last(body: Mapping[str, Any], mark: Mapping[str, Any]) -> dict[str, Any]:
    """A body with a marker at its end."""
    return {**{name: value for name, value in body.items() if name not in mark}, **mark}


def _fails(found: Iterable[Difference]) -> list[Difference]:
    return [difference for difference in found if difference.severity is FAIL]


def _said(body: Any) -> Mapping[str, Any] | None:
    """The object that a body is, however it is spelled; None where it is no object, or one in doubt."""
    if isinstance(body, bytes):
        text = jsontext.parse(body)
        body = None if text.problem or text.limited or text.duplicates else text.value
    return body if isinstance(body, Mapping) else None


def _performed(waiting: Iterable[tuple[Attempt, Exchange]]) -> set[str] | None:
    """The properties that accepted requests were to change; None where nobody knows."""
    names: set[str] = set()
    for attempt, exchange in waiting:
        if exchange.ok and not isinstance(attempt.body, Mapping):
            return None
        names |= set(attempt.body) if exchange.ok else set()
    return names
