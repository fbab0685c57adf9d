"""Running the reference: in the foreground for people, and as the process that a run starts."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from graph_contracts.contract import Contract
from graph_contracts.errors import ConfigurationError, ContractsError, DocumentError
from graph_contracts.listening import listen
from graph_contracts.reference.app import App
from graph_contracts.reference.behaviours import choose
from graph_contracts.reference.message import Tokens
from graph_contracts.reference.server import Started


def build(
    contract: Contract,
    tokens: Tokens,
    *,
    auth: str = "enforced",
    objects: int = 2,
    faults: Sequence[str] = (),
    variations: Sequence[str] = (),
) -> App:
    """An app with some behaviours switched on.

    Raises:
        ConfigurationError: a behaviour isn't known, or the contract lacks what it changes.
        DocumentError: the contract has no operation that the app could serve.
    """
    if not contract.operations:
        raise DocumentError(f"{contract.source}: no operation to serve", "Has the document any path?")
    app = App(contract, tokens, auth, objects)
    for behaviour in (*choose(variations, "variation"), *choose(faults, "fault")):
        what = f"{behaviour.kind} {behaviour.name}"
        if not behaviour.fits(app.addresses.routes.kinds):
            raise ConfigurationError(f"{what} is about operations that {behaviour.about}, which {contract.title} lacks")
        try:
            behaviour.apply(app)
        except LookupError as error:
            raise ConfigurationError(f"{what} changes a property of a kind that {contract.title} lacks") from error
    return app


def serve(
    contract: Contract,
    *,
    host: str = "127.0.0.1",
    port: int | None = 0,
    tokens: Tokens | None = None,
    auth: str = "enforced",
    objects: int = 2,
    faults: Sequence[str] = (),
    variations: Sequence[str] = (),
    announce: Callable[[Started], None],
) -> None:
    """Serve until interrupted.

    Args:
        tokens: the identities' tokens; made up by default.
        objects: how many each collection has to begin with.
        announce: called once with the address, when requests are answered.

    Raises:
        ConfigurationError: a behaviour isn't known or doesn't fit the contract, or the port can't be had.
        DocumentError: the contract has no operation to serve.
    """
    app = build(contract, tokens or Tokens(), auth=auth, objects=objects, faults=faults, variations=variations)
    serve_app(app, host=host, port=port, announce=announce)


def serve_app(app: App, *, host: str = "127.0.0.1", port: int | None = 0, announce: Callable[[Started], None]) -> None:
    """Serve an app that was built, until interrupted; `announce` is called once with its address.

    Args:
        port: a free one where it is 0; the usual one where it is None, or where that is taken a free one.

    Raises:
        ConfigurationError: the port can't be had.
    """
    contract = app.contract
    listener, url = listen(host, port)
    started = Started(f"{url}{contract.base_path}", app.access.tokens)
    served = Starlette()
    served.router.default = app  # a route's pattern would stop at a line feed in the path
    config = uvicorn.Config(
        served,
        http=_Protocol,
        log_level="critical",
        access_log=False,
        lifespan="off",
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
        loop="asyncio",
    )
    server = _Server(config, lambda: announce(started))
    with suppress(KeyboardInterrupt):
        asyncio.run(server.serve([listener]))


class _Protocol(H11Protocol):
    """The parser that passes unknown methods on; lets an app reach the connection, to send what uvicorn would mend."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn itself does
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()


def child() -> None:
    """The process that `start` runs: one line of wishes in, one line of facts out, gone when the input ends."""
    line = sys.stdin.readline()
    if not line:
        return
    wanted = json.loads(line)

    def end_with_input() -> None:
        sys.stdin.read()
        os._exit(0)

    def announce(started: Started) -> None:
        sys.stdout.write(json.dumps({"url": started.url, "tokens": asdict(started.tokens)}) + "\n")
        sys.stdout.flush()
        threading.Thread(target=end_with_input, daemon=True).start()

    try:
        serve(
            Contract.load(Path(wanted["document"])),
            tokens=Tokens(**wanted["tokens"]),
            host=wanted["host"],
            port=wanted["port"],
            auth=wanted["auth"],
            objects=wanted["objects"],
            faults=wanted["faults"],
            variations=wanted["variations"],
            announce=announce,
        )
    except ContractsError as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
