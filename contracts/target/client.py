"""The one way to the target: sends requests over kept connections and records every exchange.

It follows no redirect, reads no environment, keeps no cookie, and sends nothing that a case didn't ask for. Whatever
the peer does ends in an `Exchange`, never in an exception.
"""

from __future__ import annotations

import ssl
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit
from weakref import ref

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import InsecureRequestWarning

from contracts import __version__
from contracts.errors import ContractsError, TargetError
from contracts.target import pool, raw
from contracts.target.credentials import Credential, Lapsed, Renewed, Token
from contracts.target.exchange import SAFE, Exchange, Headers, Request, Response
from contracts.target.limits import KEPT_BODIES, SHORT_BODY
from contracts.target.rate import Rate
from contracts.target.traffic import Traffic
from contracts.target.watchdog import Watchdog

USER_AGENT = f"graph-contracts/{__version__}"
LONGEST_RETRY_AFTER = 60.0
LONGEST_PAUSE = 86400.0
RAW = "octets chosen one by one"
OUT_OF_TIME = "the run's deadline had passed: allow more time with --deadline"


@dataclass(frozen=True)
class Limits:
    """How long and how often to try; times in seconds."""

    timeout: float = 30.0
    connect_timeout: float = 5.0
    retries: int = 5
    """How many 429 and 503 answers to wait out for one request."""
    budget: float = 120.0
    """How long the waits for Retry-After may take in all."""


@dataclass(frozen=True)
class Connection:
    """Where the target is and how to reach it."""

    base: str
    token: str | None = None
    headers: Headers = ()
    verify: bool | str = True
    limits: Limits = Limits()
    deadline: float | None = None
    """When to stop, as `time.monotonic()`."""
    credential: Credential | None = None
    """What to authenticate with, where that is more than `token`."""
    cert: str | tuple[str, str] | None = None
    """Certificate to show to the target: a file that holds the key as well, or two files."""
    proxy: str | None = None
    rate: float | None = None
    """Most requests in a second."""
    read_only: bool = False
    """Whether to send nothing but GET, HEAD and OPTIONS."""


class Client:
    """Sends requests to one target; safe to use from several threads."""

    def __init__(self, connection: Connection, record: Callable[[Exchange], None] | None = None) -> None:
        self.connection = connection
        self.base = connection.base.rstrip("/")
        self.exchanges = Traffic()
        self._record = record
        self._lock = threading.Lock()
        if connection.verify is False:
            # the operator said so: each request need not say it again on stderr
            warnings.filterwarnings("ignore", category=InsecureRequestWarning)
        self._watchdog = Watchdog()
        self._session = pool.session(self._watchdog, connection.proxy)
        self._rate = Rate(connection.rate)
        self.credential = connection.credential or (Token(connection.token) if connection.token else Credential())
        self.notes: list[str] = []
        """What happened to the credentials, a line each."""
        self.lapsed = ""
        """Why the credentials are good for nothing any more; empty while they are."""
        self._accepted = False
        self.isolated = False
        """Whether each request goes over a connection of its own."""
        self._waited = 0.0
        self._long: deque[tuple[ref[Response], int]] = deque()
        """Answers with long bodies as long as anybody holds them, and the octets of each."""
        self._octets = 0
        """How many octets those have together."""
        self.throttled = 0
        self.dead: Exchange | None = None
        """The exchange that showed that the target no longer answers, for whoever would only wait in vain."""
        self.broken_off = False
        """Whether a signal ended the wait for an answer: the target may still do what it was asked."""
        self.silent = False
        """Whether the run is over: what was exchanged may be looked at, and nothing more may be sent."""
        self.cut: set[int] = set()
        """Indexes of broken answers that may be so because the deadline came."""
        self.writes = 0
        """How often something on the target may have changed: what is remembered of it from before is void."""
        self.wrote = 0.0
        """When the last answer to anything but a GET came, as `time.monotonic()`."""

    def close(self) -> None:
        self._session.close()

    def extend(self, deadline: float) -> None:
        """Move the time to stop, as `time.monotonic()`."""
        self.connection = replace(self.connection, deadline=deadline)

    # -- sending ------------------------------------------------------------------------------------------------

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
        """The absolute URL of a path below the base; an absolute URL stays as it is."""
        return path if "://" in path else f"{self.base}{path}"

    @property
    def token(self) -> str | None:
        """The bearer token that the run authenticates with, where it does so with one."""
        return self.credential.token

    def headers(self, extra: Mapping[str, str | None], body: bytes | None) -> Headers:
        """The headers of a request: credentials and media type, unless `extra` sets them or leaves them out (None)."""
        fields: dict[str, str | None] = {"User-Agent": USER_AGENT}
        if not any(name.lower() == "authorization" for name in extra):
            # a case that chooses Authorization itself is about credentials: no other kind of them may help it
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
        request = Request(method, self.url(path), self.headers(headers or {}, body), body or b"")

        def once() -> Exchange:
            return self._exchange(request, fresh or self.isolated, timeout or self.connection.limits.timeout)

        exchange = self._recorded(once, wait, about)
        chosen = any(name.lower() == "authorization" for name in headers or {})
        self._accepted = self._accepted or (exchange.ok and not chosen)
        if exchange.status == 401 and not chosen and self._renewed(request.headers):
            request = replace(request, headers=self.headers(headers or {}, body))
            exchange = self._recorded(once, wait, about)
            if exchange.status == 401 and isinstance(self.credential, Renewed):
                self.credential.vain()
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
        limit = timeout or self.connection.limits.timeout

        def once() -> Exchange:
            started = time.time()
            left = self._left(limit)
            if left <= 0:
                return Exchange(0, request, None, "the run's deadline has passed", started=started)
            response, error = raw.talk(
                self.base, wire, self._ssl_context(), left, self._connect_timeout(), half_close, self.connection.proxy
            )
            sent = replace(request, wire=wire)
            return Exchange(0, sent, response, error, started=started, seconds=time.time() - started)

        return self._recorded(once, True, about)

    @contextmanager
    def line(self) -> Iterator[Callable[..., tuple[Exchange, bool]]]:
        """A kept connection, on which chosen octets are sent one request after the other.

        The function takes the octets, the `Request` that describes them and what they belong to. It returns the
        exchange and whether it went over the connection of the one before.
        """
        self._may_send(RAW)
        line = raw.Line(self.base, self._ssl_context(), self._connect_timeout(), self.connection.proxy)

        def send(wire: bytes, request: Request, **about: str) -> tuple[Exchange, bool]:
            kept = line.open

            def once() -> Exchange:
                started = time.time()
                left = self._left(self.connection.limits.timeout)
                response, error = line.ask(wire, left) if left > 0 else (None, "the run's deadline has passed")
                sent = replace(request, wire=wire)
                return Exchange(0, sent, response, error, started=started, seconds=time.time() - started)

            return self._recorded(once, False, about), kept

        try:
            yield send
        finally:
            line.close()

    # -- one exchange ------------------------------------------------------------------------------------------

    def _recorded(self, once: Callable[[], Exchange], wait: bool, about: Mapping[str, str]) -> Exchange:
        retried = 0
        while True:
            self._rate.wait(self._left(LONGEST_PAUSE))
            exchange = replace(once(), retried=retried, **about)  # type: ignore[arg-type]
            with self._lock:
                exchange = replace(exchange, index=len(self.exchanges))
                self.exchanges.append(exchange)
                self._keep(exchange.response)
                if exchange.response is not None and exchange.response.broken and self.expired:
                    self.cut.add(exchange.index)
                if exchange.request.method != "GET":
                    self.wrote = time.monotonic()
                if exchange.throttled:
                    self.throttled += 1
            if self._record:
                self._record(exchange)
            if not wait or not exchange.throttled or retried >= self.connection.limits.retries:
                return exchange
            pause = retry_after(exchange)
            with self._lock:
                self._waited += pause
                exhausted = self._waited > self.connection.limits.budget or self._left(pause + 1) <= pause
            if exhausted:
                return exchange
            time.sleep(pause)
            retried += 1

    def _keep(self, response: Response | None) -> None:
        """Let go of the oldest long bodies where there are more than a run should hold."""
        if response is None or len(response.body) <= SHORT_BODY:
            return
        self._long.append((ref(response), len(response.body)))
        self._octets += len(response.body)
        while self._octets > KEPT_BODIES:
            oldest, octets = self._long.popleft()
            self._octets -= octets
            if (held := oldest()) is not None:
                held.let_go()

    def _exchange(self, request: Request, fresh: bool, timeout: float) -> Exchange:
        left = self._left(timeout)
        if left <= 0:
            return Exchange(0, request, None, "the run's deadline has passed", started=time.time())
        session = pool.session(self._watchdog, self.connection.proxy) if fresh else self._session
        started, clock = time.time(), time.perf_counter()
        try:
            response, error = self._attempt(session, request, left)
            if response is None and not fresh and error == STALE:
                # the peer had closed a kept connection: not an answer to this request
                response, error = self._attempt(session, request, left)
        except KeyboardInterrupt:
            self.broken_off = True
            raise
        finally:
            if fresh:
                session.close()
        seconds = time.perf_counter() - clock
        return Exchange(0, request, response, error, started=started, seconds=seconds)

    def _attempt(self, session: requests.Session, request: Request, timeout: float) -> tuple[Response | None, str]:
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = request.url
        prepared.headers = CaseInsensitiveDict(request.headers)
        if request.body:
            # without it requests would send the body chunked
            prepared.headers.setdefault("Content-Length", str(len(request.body)))
            prepared.body = request.body
        with self._watchdog.watch(timeout) as watch:
            try:
                adapter = session.get_adapter(request.url)
                proxy = self.connection.proxy
                if proxy and request.url.startswith("http:"):
                    # to the proxy alone: no part of the request as recorded
                    prepared.headers.update(HTTPAdapter().proxy_headers(proxy))
                answer = adapter.send(
                    prepared,
                    stream=True,
                    timeout=(self._connect_timeout(), timeout),
                    verify=self.connection.verify,
                    cert=self.connection.cert,
                    proxies={"http": proxy, "https": proxy} if proxy else None,
                )
                return pool.read(answer, watch), ""
            except pool.BROKEN as error:
                if watch.expired:
                    return None, f"no complete answer within {timeout:g} s"
                return None, STALE if watch.reused and pool.closed(error) else pool.reason(error)

    def _connect_timeout(self) -> float:
        return self.connection.limits.connect_timeout

    def _left(self, timeout: float) -> float:
        if self.connection.deadline is None:
            return timeout
        return min(timeout, self.connection.deadline - time.monotonic())

    @property
    def left(self) -> float:
        """Seconds until the run's deadline; infinite where there is none."""
        return self._left(float("inf"))

    @property
    def expired(self) -> bool:
        """Whether the run's deadline has passed."""
        return self.left <= 0

    def _ssl_context(self) -> ssl.SSLContext | None:
        if urlsplit(self.base).scheme != "https":
            return None
        verify = self.connection.verify
        context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
        cert = self.connection.cert
        if cert:
            context.load_cert_chain(*([cert] if isinstance(cert, str) else cert))
        if verify is False:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


STALE = "the kept connection had been closed"


def retry_after(exchange: Exchange) -> float:
    """Seconds that a 429 or 503 asks to wait (RFC 9110 §10.2.3), at most a minute; 1 where it doesn't say."""
    value = (exchange.response.header("Retry-After") or "").strip() if exchange.response else ""
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_RETRY_AFTER)
    try:
        due = parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return 1.0
    return min(max(due, 0.0), LONGEST_RETRY_AFTER)
