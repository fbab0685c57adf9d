"""Long-running operations: what a 202 leads to, asked until it has ended.

RFC 9110 §15.3.3 has a status monitor for what was only begun. OData 4.01 §11.6 answers it with 202 while the operation
runs; Graph answers 200, with the state in `status`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from graph_contracts.backoff import rounds
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.throttling import retry_after
from graph_contracts.json_types import Json
from graph_contracts.operations.context import Context
from graph_contracts.operations.observer import follow

ACCEPTED = 202
FIELDS = ("Operation-Location", "Azure-AsyncOperation", "Location")
"""The header fields that name a monitor, the least ambiguous first."""
RESULTS = ("targetResourceLocation", "resourceLocation")
"""The members in which a monitor names what the operation made or changed."""
STATES = frozenset({"notStarted", "running", "succeeded", "failed"})
"""The states of Graph's guidelines."""
WAITING = frozenset({"notstarted", "running", "inprogress", "pending", "waiting", "queued", "accepted", "updating"})
DONE = frozenset({"succeeded", "completed"})
VAIN = frozenset({"failed", "canceled", "cancelled"})
ELSEWHERE = frozenset({301, 302, 303, 307, 308})
LONGEST_S = 60.0
"""Seconds that an operation may take, unless reads may lag longer."""
FRACTION = 0.1
"""The part of what is left of the deadline that one operation may take."""
PAUSE_S, LONGEST_PAUSE_S = 0.05, 2.0


class State(StrEnum):
    """What a monitor says of its operation."""

    RUNNING = "running"
    DONE = "succeeded"
    FAILED = "failed"
    UNKNOWN = "in a state that nobody knows"
    LOST = "not answered"


@dataclass(frozen=True)
class Begun:
    """What an operation was only begun by, and the monitor that the answer names."""

    exchange: Exchange
    field: str
    """The header field that names the monitor; empty where none does."""
    location: str
    promised: bool
    """Whether the document has that field, or its name leaves no doubt: `Location` alone may name what is made."""


@dataclass(frozen=True)
class Watched:
    """A monitor, asked until its operation had ended or the time was over."""

    begun: Begun
    looks: tuple[Exchange, ...]
    """Empty where the monitor is on another server, to which nothing is sent."""

    @property
    def last(self) -> Exchange:
        return self.looks[-1] if self.looks else self.begun.exchange

    @property
    def state(self) -> State:
        """The state that it was last seen in."""
        return state_in(self.looks[-1]) if self.looks else State.LOST

    @property
    def result(self) -> str:
        """Where the monitor says that the result is; empty where it doesn't."""
        if self.last.status in ELSEWHERE:
            return _field(self.last, "Location")
        body = self.last.object or {}
        return next((body[name] for name in RESULTS if isinstance(body.get(name), str)), "")

    @property
    def url(self) -> str:
        """The monitor's URL as it was found to answer."""
        return self.last.request.url


def begun(operation: Context, exchange: Exchange) -> Begun:
    """The monitor that a 202 names."""
    documented = operation.documented.answer_fields
    names = sorted(FIELDS, key=lambda name: name.lower() not in documented)
    field = next((name for name in names if _field(exchange, name)), "")
    promised = bool(field) and (field.lower() in documented or field != FIELDS[-1])
    return Begun(exchange, field, _field(exchange, field), promised)


def watch(operation: Context, started: Begun) -> Watched:
    """Ask a monitor until its operation has ended, at the pace that its answers ask for, as long as there is time."""
    looks: list[Exchange] = []
    urls = addresses(operation, started.exchange, started.location)
    client = operation.client
    limit = min(max(operation.options.settle, LONGEST_S), client.left * FRACTION)
    for since in rounds(limit, PAUSE_S, most=LONGEST_PAUSE_S, over=lambda: client.expired):
        for url in urls:
            looks.append(look(operation, url))
            if looks[-1].ok or looks[-1].status in ELSEWHERE:
                urls = [url]
                break
        pause = retry_after(looks[-1]) if looks and _field(looks[-1], "Retry-After") else 0.0
        if not looks or state_in(looks[-1]) is not State.RUNNING or since() + pause > limit:
            break
        time.sleep(pause)
    return Watched(started, tuple(looks))


def addresses(operation: Context, exchange: Exchange, location: str) -> list[str]:
    """The URLs on the target's origin that a reference may mean: as RFC 3986 has it, else below the API's base.

    Graph's pages write `/teams('…')/operations('…')`, which leaves out the version.
    """
    found = follow(exchange.request.url, location) if location else None
    below = [operation.client.url(location)] if location.startswith("/") and not location.startswith("//") else []
    return list(dict.fromkeys([*([found] if found else []), *below]))


def look(operation: Context, url: str) -> Exchange:
    """The answer to a GET on the target's origin."""
    return operation.client.send("GET", url, operation=operation.documented.id, requirement=operation.requirement)


def state_in(shown: Exchange) -> State:
    """The state that an answer of a monitor shows."""
    status = status_in(shown)
    if shown.status == ACCEPTED:
        return State.RUNNING
    if shown.status in ELSEWHERE:
        return State.DONE
    if not shown.ok:
        return State.LOST
    if not isinstance(status, str):
        return State.DONE if status is None else State.UNKNOWN  # OData answers with the result itself
    word = status.lower()
    return next((state for words, state in _WORDS if word in words), State.UNKNOWN)


_WORDS = ((WAITING, State.RUNNING), (DONE, State.DONE), (VAIN, State.FAILED))


def status_in(shown: Exchange) -> Json:
    """The member `status` of a monitor's answer; null where it has none."""
    return (shown.object or {}).get("status") if shown.ok else None


def reads(operation: Context, exchange: Exchange, location: str) -> Iterator[Exchange]:
    """GETs of what a reference leads to, until one is answered, for as long as reads may lag."""
    urls = addresses(operation, exchange, location)
    for _ in operation.looks():
        for url in urls:
            found = look(operation, url)
            yield found
            if found.ok:
                return


def _field(exchange: Exchange, name: str) -> str:
    return (exchange.response.header(name) or "").strip() if exchange.response is not None and name else ""
