"""`graph-contracts proxy`: serves in the target's place until it is ended, and judges each answer as it passes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import httpcore
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from graph_contracts import system
from graph_contracts.contract import Contract
from graph_contracts.contract.conventions import requested
from graph_contracts.engine.connect import check_files
from graph_contracts.engine.interrupts import handled
from graph_contracts.engine.proxy.backlog import Backlog
from graph_contracts.engine.proxy.passing import Passing
from graph_contracts.engine.proxy.traffic_judge import NO_GATE, TrafficJudge
from graph_contracts.engine.replay.answer_results import Judged
from graph_contracts.engine.target import connection_to
from graph_contracts.gate import Gate
from graph_contracts.http import tls
from graph_contracts.http.connection import Connection
from graph_contracts.listening import listen
from graph_contracts.packaged import default_document
from graph_contracts.settings import Settings, base_url

GRACE = 5
"""Seconds that exchanges get to end once the proxy is to end."""
MAX_CONNECTIONS = 512
MAX_IDLE = 32
"""Connections to the target that are kept while nothing is on them."""


@dataclass(frozen=True)
class Serving:
    """A proxy that takes requests."""

    url: str
    """What stands for the target's base URL."""
    stop: Callable[[], None]
    """Ends it; may be called in any thread."""


def proxy(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    duration: float | None = None,
    command: str = "graph-contracts proxy",
    announce: Callable[[Serving], None],
    say: Callable[[str], None],
    gate: Gate = NO_GATE,
) -> Judged:
    """Pass a client's traffic on until a signal or `Serving.stop` ends it, or its time is over.

    Args:
        settings: the target, how to reach it and what to judge by.
        host: the address to listen on.
        port: the port; 0 for a free one.
        duration: seconds until it ends by itself.
        command: how it was called, for the results.
        announce: is called once, when requests are taken.
        say: gets a line for each answer that breaks a requirement which gates.
        gate: what the results are held against in the end.

    Raises:
        ContractsError: something given can't be used, or no answer could be judged.
    """
    contract = Contract.load(settings.openapi or default_document())
    connection = connection_to(settings)
    check_files(connection)
    judge = TrafficJudge(contract, settings.profile, connection.base, requested(settings.conventions), say, gate)
    listener, url = listen(host, port)
    parts = urlsplit(connection.base)

    async def serve() -> None:
        backlog = Backlog(judge.take)
        async with _pool(connection, settings.proxy) as pool:
            origin = f"{parts.scheme}://{parts.netloc}"
            passing = Passing(origin, pool, backlog.room, backlog.put, connection.limits.connect_timeout)
            server = _Server(_config(passing))
            loop = asyncio.get_running_loop()

            def stop() -> None:
                with suppress(RuntimeError):  # it is over already
                    loop.call_soon_threadsafe(setattr, server, "should_exit", True)

            server.ready = lambda: announce(Serving(f"{url}{parts.path}", stop))
            if duration is not None:
                loop.call_later(duration, stop)
            judging = asyncio.ensure_future(backlog.work())
            with _ended_by_signals(stop):
                await server.serve([listener])
            backlog.close()
            await judging

    asyncio.run(serve())
    return judge.judged(command)


def _pool(connection: Connection, through: str | None) -> httpcore.AsyncConnectionPool:
    """Connections to the target."""
    outer = None
    if through:
        user, _, password = urlsplit(through).netloc.rpartition("@")[0].partition(":")
        auth = (unquote(user), unquote(password)) if user else None
        outer = httpcore.Proxy(base_url.without_userinfo(through), auth)
    return httpcore.AsyncConnectionPool(
        ssl_context=tls.context(connection),
        proxy=outer,
        max_connections=MAX_CONNECTIONS,
        max_keepalive_connections=MAX_IDLE,
    )


def _config(passing: Passing) -> uvicorn.Config:
    app: Any = passing
    return uvicorn.Config(
        app,
        http=H11Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
    )


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever has it, and says when it takes requests."""

    ready: Callable[[], None]

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def _ended_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Let the signals that end a run end the proxy; only the main thread gets any."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with handled(system.ENDING, lambda _number, _frame: stop()):
        yield
