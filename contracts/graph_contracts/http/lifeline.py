"""Whether the target's process ended, which request ended it, and whether anybody starts it again.

A connection that is refused says that nobody listens. The request never left this machine, so it may be sent again.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from graph_contracts.backoff import rounds
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import REFUSED, Exchange
from graph_contracts.http.suspects import Suspects

RESTART_GRACE_S = 30.0
"""How long a supervisor, or the operator's command, gets to start the target again."""
CERTAIN_S = 0.2
"""How long connections are refused until the operator's command is run: a supervisor may be faster."""


@dataclass(frozen=True)
class Death:
    """The end of the target's process, as connections that were refused show it."""

    culprit: Exchange
    """The request that ended it, most probably."""
    others: tuple[Exchange, ...]
    """Further requests that may have ended it, the latest first."""
    refused: Exchange
    """The first request that found nobody."""
    seconds: float
    """How long nobody was found."""
    restarted: bool
    problem: str = ""
    """Why the operator's command did not start the target, where it did not."""
    is_ours: bool = True
    """Whether it was a request of this process, and not one of another worker."""
    rivals: int = 0
    """How many other workers have sent a request that could have done it."""


class Blame(Protocol):
    """Settles between the workers of a run whose request ended the target."""

    def claim(self, culprit: Exchange, *, is_new: bool) -> None:
        """Record which of this worker's requests may have ended the target."""

    def settle(self) -> tuple[bool, int]:
        """Whether this worker's request did it, and how many other workers' requests could have."""


class Lifeline:
    """Notices that the target ended, and waits until it is there again; safe to use from several threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._suspects = Suspects()
        self._reached = False
        self.deaths: list[Death] = []
        self.on_restart: list[Callable[[], None]] = []
        """Called when the target is there again: what it kept in its memory is lost."""
        self.blame: Blame | None = None
        """There where other workers send requests to the same target."""
        self.hopeless = False
        """Whether nobody started the target again, so that nobody waits for it any more."""

    def move(self, connection: Connection) -> None:
        """Look for the target where its requests go from now on."""
        self._connection = connection

    def record(self, exchange: Exchange, kind: str) -> None:
        """Record a request of a kind that somebody may have got."""
        if exchange.error != REFUSED:
            self._reached = self._reached or exchange.response is not None
            self._suspects.add(exchange, kind)

    def may_send_again(self, exchange: Exchange, alive: Callable[[], bool], over: Callable[[], bool]) -> bool:
        """Whether a request that was refused a connection can be sent again, once somebody takes connections.

        Args:
            exchange: what came of the request.
            alive: whether the target still holds another connection: then it is there, and refuses only some.
            over: whether there is no time to wait any longer.
        """
        if exchange.error != REFUSED or not self._reached or self.hopeless or self._connection.proxy:
            return False
        before = len(self.deaths)
        with self._lock:
            if len(self.deaths) != before:
                return self.deaths[-1].restarted  # another thread has waited meanwhile
            for _ in rounds(CERTAIN_S, over=over):
                if not alive():
                    return self._wait(exchange, over)
                if self._accepts():
                    return True
            return False

    def _wait(self, refused: Exchange, over: Callable[[], bool]) -> bool:
        began, command = time.monotonic(), self._connection.restart
        suspects, is_new = self._suspects.take()
        if suspects and self.blame is not None:
            self.blame.claim(suspects[0], is_new=is_new)
        there = self._there_within(CERTAIN_S if command else RESTART_GRACE_S, over)
        if command and not there:
            with command.turn():  # another worker may have started it meanwhile
                there = self._accepts()
                if not there:
                    command.start()
                    there = self._there_within(RESTART_GRACE_S, lambda: over() or bool(command.problem))
        seconds = time.monotonic() - began
        self.hopeless = not there
        if suspects:
            is_ours, rivals = self.blame.settle() if self.blame is not None else (True, 0)
            problem = command.problem if command and not there else ""
            others = tuple(suspects[1:])
            self.deaths.append(Death(suspects[0], others, refused, seconds, there, problem, is_ours, rivals))
        for each in self.on_restart if there else ():
            each()
        return there

    def _there_within(self, seconds: float, over: Callable[[], bool]) -> bool:
        return any(self._accepts() for _ in rounds(seconds, 0.05, 1.5, 1.0, over=over))

    def _accepts(self) -> bool:
        """Whether somebody takes a connection."""
        parts = urlsplit(self._connection.base)
        address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        try:
            socket.create_connection(address, self._connection.limits.connect_timeout).close()
        except OSError:
            return False
        return True
