"""A reference in a process of its own that counts what it is asked, and holds the request still that was named.

Who started it ends the run that sent the request, or looks at it, and then lets the request go on. So moments are
chosen by what happened, and are the same on any machine.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from graph_contracts.contract import Contract
from graph_contracts.reference.app import App
from graph_contracts.reference.message import Receive, Scope, Send, Tokens
from graph_contracts.reference.server import Started
from graph_contracts.reference.serving import serve_app
from tests.support.forked import FORKED

Moment = Literal["asked", "done", "answered"]
"""When a request is held: before it is performed, before it is answered, or after."""
PATIENCE = 300.0
"""Seconds that a hung process gets."""


class Counting(App):
    """The reference, with a count of what it is asked."""

    def __init__(self, contract: Contract, tokens: Tokens, told: Connection) -> None:
        super().__init__(contract, tokens)
        self.told = told
        self.count = 0
        self.held: frozenset[tuple[int, Moment]] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.count += 1
        number = self.count

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.hold(number, "done")
            with suppress(OSError):
                await send(message)

        self.hold(number, "asked")
        await super().__call__(scope, receive, answer)
        self.hold(number, "answered")

    def hold(self, number: int, moment: Moment) -> None:
        """Wait to be let go where this is the moment; nobody else is served meanwhile."""
        if (number, moment) in self.held:
            self.told.send(number)
            self.told.recv()

    @property
    def state(self) -> dict[Any, Any]:
        """Every object by its collection."""
        resources = [place.resource for place in self.addresses.routes.places]
        return {each.name: copy.deepcopy(self.store.collection(each)) for each in resources if each is not None}


def _serve(told: Connection, orders: Connection, document: Path) -> None:
    app = Counting(Contract.load(document), Tokens(), told)

    def obey() -> None:
        while True:
            match orders.recv():
                case "state":
                    orders.send(app.state)
                case "count":
                    orders.send(app.count)
                case held:
                    app.count, app.held = 0, frozenset(held)
                    orders.send(None)

    threading.Thread(target=obey, daemon=True).start()
    serve_app(app, announce=told.send)


@dataclass
class Witness:
    """A counting reference that is serving."""

    url: str
    tokens: Tokens
    told: Connection
    orders: Connection

    def hold(self, *moments: tuple[int, Moment]) -> None:
        """Count anew, and hold these requests."""
        self._ask(moments)

    def held(self, sentinel: int, patience: float | None = PATIENCE) -> bool:
        """Wait until a request is held; False where the process that is to send it has ended instead.

        Args:
            sentinel: a descriptor that is readable once that process has ended.
            patience: seconds to wait; None where that process ends by itself whatever happens.
        """
        ready = connection.wait([self.told, sentinel], patience)
        assert ready, "neither was the request sent nor did the run end"
        return self.told in ready and bool(self.told.recv())

    def go(self) -> None:
        """Let the held request go on."""
        self.told.send(None)

    @property
    def state(self) -> dict[Any, Any]:
        """Every object by its collection."""
        return dict(self._ask("state"))

    @property
    def count(self) -> int:
        """How many requests there were since the count began."""
        return int(self._ask("count"))

    def _ask(self, order: Any) -> Any:
        self.orders.send(order)
        assert self.orders.poll(PATIENCE), "the server hangs"
        return self.orders.recv()


@contextmanager
def witness(document: Path) -> Iterator[Witness]:
    """Serve a document."""
    told, its_told = FORKED.Pipe()
    orders, its_orders = FORKED.Pipe()
    process = FORKED.Process(target=_serve, args=(its_told, its_orders, document), daemon=True)
    process.start()
    its_told.close()
    its_orders.close()
    try:
        started: Started = told.recv()
        yield Witness(started.url, started.tokens, told, orders)
    finally:
        process.kill()
        process.join()
        told.close()
        orders.close()
