"""The one way to the target: sends requests over kept connections and records every exchange.

It follows no redirect but those that `redirects` learned, reads no environment, keeps no cookie, and sends nothing that
a case didn't ask for. Whatever the peer does ends in an `Exchange`, never in an exception.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from graph_contracts import __version__
from graph_contracts.errors import ContractsError, TargetError
from graph_contracts.http.connection import Connection
from graph_contracts.http.credentials import Credential, Lapsed, Renewed, Token
from graph_contracts.http.exchange import REFUSED, SAFE, Exchange, Headers, Request
from graph_contracts.http.lane import Lane
from graph_contracts.http.lifeline import Lifeline
from graph_contracts.http.long_bodies import LongBodies
from graph_contracts.http.patience import Patience, seen
from graph_contracts.http.rate import Rate
from graph_contracts.http.redirects import Redirects
from graph_contracts.http.request_kind import OBSERVE, kind
from graph_contracts.http.throttling import Throttling
from graph_contracts.http.together import Together
from graph_contracts.http.traffic import Traffic
from graph_contracts.http.transport import Transport, make_exchange

if TYPE_CHECKING:
    from graph_contracts.http.in_process.transport import InProcess

USER_AGENT = f"graph-contracts/{__version__}"
MAX_PAUSE = 86400.0
TOO_LATE = "the run's deadline has passed"
ALIVE = "update.robust.alive"
PAUSES = (0.1, 0.5, 1.0)
"""Seconds before each further request to a target that answers nothing."""
MAX_LIVES = 5
"""How often one request is sent again to a target that was started again."""
RAW = "octets chosen one by one"
OUT_OF_TIME = "the run's deadline had passed: allow more time with --deadline"


class Client:
    """Sends requests to one target; safe to use from several threads."""

    def __init__(self, connection: Connection, record: Callable[[Exchange], None] | None = None) -> None:
        self.connection = connection
        self.base = connection.base.rstrip("/")
        self.exchanges = Traffic()
        self._recorder = record
        self._lock = threading.Lock()
        self._rate = Rate(connection.rate)
        self.credential = connection.credential or (Token(connection.token) if connection.token else Credential())
        self.notes: list[str] = []
        """What happened to the credentials, redirects that were learned, and where an application failed."""
        self.redirects = Redirects(notes=self.notes)
        self._transport = _transport(connection, self.notes)
        self.lapsed = ""
        """Why the credentials are good for nothing any more."""
        self._accepted = False
        self.isolated = False
        """Whether each request goes over a connection of its own."""
        self._long_bodies = LongBodies()
        self.throttling = Throttling(connection.limits)
        self.lifeline = Lifeline(connection)
        self.patience = Patience()
        self.together = Together()
        self.gave_up = ""
        """What was seen of a target that was given up since it left everything without an answer."""
        self._plain: Exchange | None = None
        """The last read that was performed."""
        self.dead: Exchange | None = None
        """The exchange that showed that the target no longer answers, for callers that would only wait for it."""
        self.silent = False
        """Whether the run is over: what was exchanged may be looked at, and nothing more may be sent."""
        self.cut: set[int] = set()
        """Indexes of broken answers that may be so because the deadline came."""

    def close(self) -> None:
        self._transport.close()

    @property
    def lane(self) -> Lane:
        """What was sent by whoever asks: by the run, or by one of several cases that are judged at the same time."""
        return self.together.lane

    def since(self, index: int) -> Iterator[Exchange]:
        """The exchanges from an index on that are still held, as far as whoever asks has sent them."""
        return self.lane.own(self.exchanges.since(index))

    @property
    def why_dead(self) -> str:
        """Why nothing is sent any more to a target that is dead."""
        if self.gave_up:
            return f"the target was given up: {self.gave_up}"
        died = self.dead is not None and self.lifeline.hopeless
        return f"the target {'ended and is not there again' if died else 'stopped answering'}; see {ALIVE}"

    def extend(self, deadline: float) -> None:
        """Move the time to stop, as `time.monotonic()`."""
        self.connection = replace(self.connection, deadline=deadline)

    def _may_send(self, method: str) -> None:
        """The last word of --read-only: whoever gets here with anything else has a defect.

        Raises:
            PermissionError: the request could change something.
            TargetError: the run is over.
        """
        if self.silent:
            raise TargetError(OUT_OF_TIME)
        if self.connection.read_only and method not in SAFE:
            raise PermissionError(f"{method} in a run that may only read")

    def url(self, path: str) -> str:
        """The absolute URL of a path below the base, where that has moved to; one of elsewhere stays as it is."""
        return self.redirects.url(path, self.base)

    def move(self, base: str) -> None:
        """Send everything to another base URL from now on."""
        self.base, self.connection = base, replace(self.connection, base=base)
        self._transport = self._transport.moved(self.connection)
        self.lifeline.move(self.connection)

    @property
    def token(self) -> str | None:
        """The bearer token that the run authenticates with, where it does so with one."""
        return self.credential.token

    def query(self, extra: Mapping[str, str | None]) -> Headers:
        """The parameters of the query that authenticate, unless a case chooses Authorization itself."""
        return () if _chooses_credentials(extra) else self.credential.query

    def headers(self, extra: Mapping[str, str | None], body: bytes | None) -> Headers:
        """The headers of a request: credentials and media type, unless `extra` sets them or leaves them out (None)."""
        fields: dict[str, str | None] = {"User-Agent": USER_AGENT}
        if not _chooses_credentials(extra):
            fields.update(self.credential.fields())
        fields.update(self.connection.headers)
        if body is not None:
            fields["Content-Type"] = "application/json"
        for name, value in extra.items():
            for present in [key for key in fields if key.lower() == name.lower()]:
                del fields[present]
            fields[name] = value
        return tuple((name, value) for name, value in fields.items() if value is not None)

    def send(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
        fresh: bool = False,
        wait: bool = True,
        timeout: float | None = None,
        **about: str,
    ) -> Exchange:
        """Send one request and record what came of it.

        Args:
            method: any token; it is sent as it is.
            path: below the base, percent-encoded.
            body: the exact octets.
            headers: fields to add or, with None, to leave out.
            fresh: on a connection of its own.
            wait: whether to wait out 429 and 503 as Retry-After says.
            timeout: seconds for the whole exchange, if other than the limits say.
            about: the `operation`, `requirement` and `entity` that it belongs to.
        """
        self._may_send(method)
        extra = headers or {}

        def once(request: Request, left: float) -> Exchange:
            try:
                return self._transport.exchange(request, left, fresh=fresh or self.isolated)
            except KeyboardInterrupt:
                self.together.broken_off = True
                raise

        def exchanged() -> Exchange:
            fields, query = self.headers(extra, body), self.query(extra)
            request = Request(method, self.url(path), fields, body or b"", chosen=tuple(extra), query=query)
            return self._exchange(request, partial(once, request), about, timeout, wait=wait)

        exchange = self.redirects.follow(exchanged, self)
        chosen = _chooses_credentials(extra)
        self._accepted = self._accepted or (exchange.ok and not chosen)
        if exchange.status == 401 and not chosen and self._renewed(exchange.request.headers):
            exchange = exchanged()
            if exchange.status == 401 and isinstance(self.credential, Renewed):
                self.credential.forget_refused()
        return exchange

    def _renewed(self, refused: Headers) -> bool:
        """Whether there are new credentials in place of refused ones."""
        try:
            note = self.credential.renew(refused)
        except (Lapsed, ContractsError) as reason:
            # what was never good is no matter of time, and told by the probes
            self.lapsed = str(reason) if self._accepted else ""
            return False
        with self._lock:
            if note and note not in self.notes:
                self.notes.append(note)
        return bool(note)

    def send_raw(
        self, wire: bytes, request: Request, *, half_close: bool = False, timeout: float | None = None, **about: str
    ) -> Exchange:
        """Send chosen octets on a connection of their own and read what comes until the peer closes.

        `request` describes them for the evidence.
        """
        self._may_send(RAW)
        sent = replace(request, wire=wire)

        def once(left: float) -> Exchange:
            return self._transport.talk(sent, left, half_close=half_close)

        return self._exchange(request, once, about, timeout)

    @contextmanager
    def line(self) -> Iterator[Callable[..., tuple[Exchange, bool]]]:
        """A kept connection, on which chosen octets are sent one request after the other.

        The function takes the octets, the `Request` that describes them and what they belong to. It returns the
        exchange and whether it went over the connection of the one before.
        """
        self._may_send(RAW)
        line = self._transport.line()

        def send(wire: bytes, request: Request, **about: str) -> tuple[Exchange, bool]:
            kept, sent = line.open, replace(request, wire=wire)

            def once(left: float) -> Exchange:
                return make_exchange(sent, lambda: line.ask(wire, left))

            return self._exchange(sent, once, about, wait=False), kept

        try:
            yield send
        finally:
            line.close()

    def _exchange(
        self,
        request: Request,
        once: Callable[[float], Exchange],
        about: Mapping[str, str],
        timeout: float | None = None,
        *,
        wait: bool = True,
    ) -> Exchange:
        """Send a request, again after each pause that the target asks for; `once` sends it within so many seconds."""
        retried = lives = 0
        while True:
            self._rate.wait(self._left(MAX_PAUSE))
            longest = timeout or self.connection.limits.timeout
            limit, shortened = self.patience.limit(Exchange(0, request, None, **about), longest)  # type: ignore[arg-type]
            left = self._left(limit)
            exchange = self.together.wait(partial(once, left)) if left > 0 else _too_late(request)
            exchange = replace(exchange, retried=retried, **about)  # type: ignore[arg-type]
            exchange = self._record(exchange, limit, shortened)
            self._give_up(exchange)
            if lives < MAX_LIVES and self._there_again(exchange):
                lives += 1
                continue
            pause = self.throttling.pause(exchange, self.left) if wait else None
            if pause is None:
                return exchange
            time.sleep(pause)
            retried += 1

    def _there_again(self, refused: Exchange) -> bool:
        """Whether a request that found nobody can be sent again; else nobody may wait for the target any more."""
        lifeline = self.lifeline
        known = len(lifeline.deaths)
        if lifeline.may_send_again(refused, self._transport.holds_connection, lambda: self.expired):
            self.lane.writes += len(lifeline.deaths) > known
            return True
        if lifeline.hopeless and self.dead is None and refused.error == REFUSED:
            self.dead = refused
        return False

    def _give_up(self, last: Exchange) -> None:
        """Send no more to a target that leaves everything without an answer, once it was asked some more times."""
        silent = self.patience.silent
        if not silent or self._plain is None or self.dead is not None or self.expired:
            return
        plain, pauses = self._plain, () if self.gave_up else PAUSES
        about = {"operation": plain.operation, "requirement": OBSERVE}
        for pause in pauses:
            time.sleep(min(pause, max(self.left, 0.0)))
            limit, shortened = self.patience.limit(plain, self.connection.limits.timeout)
            exchange = self._transport.exchange(plain.request, self._left(limit), fresh=True)
            exchange = self._record(replace(exchange, **about), limit, shortened)  # type: ignore[arg-type]
            if exchange.response is not None or exchange.error == REFUSED or self.expired:
                return
            silent = [*silent, exchange]
        self.dead = last
        self.gave_up = self.gave_up or seen(silent)

    def _record(self, exchange: Exchange, limit: float = inf, shortened: str = "") -> Exchange:
        """The exchange with its index, kept and passed on."""
        own = kind(exchange)
        if not self.expired:
            exchange = self.patience.record(exchange, own, limit, shortened)
        self.throttling.count(exchange)
        self.together.record(exchange)
        with self._lock:
            exchange = replace(exchange, index=len(self.exchanges))
            self.exchanges.append(exchange)
            self._long_bodies.keep(exchange.response)
            self.lifeline.record(exchange, own)
            if exchange.ok and exchange.request.method == "GET":
                self._plain = exchange
            self.lane.record(exchange)
            if exchange.response is not None and exchange.response.broken and self.expired:
                self.cut.add(exchange.index)
        if self._recorder:
            self._recorder(exchange)
        return exchange

    def _left(self, timeout: float) -> float:
        if self.connection.deadline is None:
            return timeout
        return min(timeout, self.connection.deadline - time.monotonic())

    @property
    def left(self) -> float:
        """Seconds until the run's deadline; infinite where there is none."""
        return self._left(inf)

    @property
    def expired(self) -> bool:
        """Whether the run's deadline has passed."""
        return self.left <= 0


def _too_late(request: Request) -> Exchange:
    return Exchange(0, request, None, TOO_LATE, started=time.time())


def _chooses_credentials(extra: Mapping[str, str | None]) -> bool:
    """Whether a case chooses Authorization itself: it is about credentials, and no other kind of them may help it."""
    return any(name.lower() == "authorization" for name in extra)


def _transport(connection: Connection, notes: list[str]) -> Transport | InProcess:
    """The way to the target, which may be an application in this process."""
    if connection.application is None:
        return Transport(connection)
    from graph_contracts.http.in_process.transport import InProcess  # noqa: PLC0415 (asyncio takes a while)

    return InProcess(connection.application, notes)
