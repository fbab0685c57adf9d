"""How long an answer is waited for where the target has left requests of that kind without one, and when to give it up.

A shortened limit proves nothing: a request that gets no answer within one is on record as such, and accuses nobody.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from graph_contracts.http.exchange import REFUSED, Exchange
from graph_contracts.http.request_kind import kind, malformation, place

SHORT_S = 3.0
"""The shortest limit; it is longer where the target was slower than that to answer anything."""
SLOWER = 4.0
"""How many times its slowest answer a target may take."""
NEARLY = 0.95
MAX_SILENT = 3
"""Requests in a row without an answer, of kinds that were answered before, until the target is asked once more."""


class Patience:
    """Knows which kinds of request the target leaves without an answer; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answered: set[str] = set()
        self._hung: dict[str, str] = {}
        """How a request of a kind got no answer, by the kind."""
        self._slowest = 0.0
        self._silent: list[Exchange] = []
        """The latest requests without an answer, of kinds that were answered before, with no answer in between."""
        self.shortened: Counter[str] = Counter()
        """How many requests got no answer within a shortened limit, by why it was shortened."""

    def limit(self, request: Exchange, longest: float) -> tuple[float, str]:
        """Seconds to wait for an answer to a request, and why they are fewer than `longest` where they are."""
        with self._lock:
            short = min(longest, max(SHORT_S, SLOWER * self._slowest))
            hung = next((self._hung[each] for each in _kinds(request) if each in self._hung), "") if self._hung else ""
            if short >= longest:
                return longest, ""
            if hung:
                return short, hung
            if self._silent and self._silent[-1].seconds >= NEARLY * short:
                return short, "the request before it got no answer either"
            return longest, ""

    def record(self, exchange: Exchange, own: str, limit: float, shortened: str) -> Exchange:
        """Record what came of a request of a kind.

        Returns:
            The same; without its answer, where a shortened limit cut that off.
        """
        late = exchange.seconds >= NEARLY * limit
        hung = late and (exchange.response is None or bool(exchange.response.broken))
        if hung and shortened:
            why = f"no answer within {limit:g} s; the limit was shortened, since {shortened}"
            exchange = replace(exchange, response=None, error=why, curtailed=True)
        with self._lock:
            if exchange.response is not None and not hung:
                self._slowest = max(self._slowest, exchange.seconds)
                self._answered |= {own, place(exchange)}
                self._silent.clear()
            elif exchange.error != REFUSED:
                self._hang(exchange, own, limit if hung and not shortened else 0.0)
            if exchange.curtailed:
                self.shortened[shortened] += 1
        return exchange

    def _hang(self, exchange: Exchange, own: str, limit: float) -> None:
        if own in self._answered:
            self._silent.append(exchange)
        elif limit:
            malformed = malformation(exchange)
            # well-formed ones are told apart, unless the target has never answered any of them
            shared = place(exchange) if not malformed and place(exchange) not in self._answered else ""
            how = f"an earlier input of this kind ({malformed or place(exchange)}) got no answer within {limit:g} s"
            self._hung |= dict.fromkeys(filter(None, (own, malformed, shared)), how)

    @property
    def silent(self) -> list[Exchange]:
        """The latest requests in a row without an answer, where they are enough to ask whether anybody is there."""
        with self._lock:
            return list(self._silent) if len(self._silent) >= MAX_SILENT else []


def seen(silent: Sequence[Exchange]) -> str:
    """What was seen of requests without an answer."""
    reasons = (each.error or (each.response.broken if each.response else "") for each in silent)
    often = Counter(reason.partition(";")[0] for reason in reasons)
    what = "; ".join(f"{count} × {reason}" for reason, count in often.items())
    return f"{len(silent)} requests in a row got no answer ({what})"


def _kinds(request: Exchange) -> tuple[str, ...]:
    malformed = malformation(request)
    return (kind(request), malformed) if malformed else (kind(request), place(request))
