"""Sending one request: what is tried again, and what is not sent at all."""

from __future__ import annotations

from typing import Protocol

from graph_contracts.http import jsontext
from graph_contracts.http.exchange import SAFE, Exchange
from graph_contracts.json_types import Json
from graph_contracts.operations.attempts import Fields
from graph_contracts.operations.context import Context
from graph_contracts.requirements import Inconclusive

SERVER_FAILURES = frozenset({500, 502, 504, 505, 508})


class Witness(Protocol):
    """Records requests that may make objects, before and after they are sent."""

    def may_send(self, method: str) -> None:
        """Go on only where a request may be sent; raises Inconclusive where not."""

    def about(self, method: str, entity: str) -> str:
        """The object that a request is about."""

    def announce(self, method: str, path: str, octets: bytes | None) -> None:
        """Record that a request is about to be sent."""

    def record(self, exchange: Exchange, path: str) -> None:
        """Record the answer to a request."""

    def identify(self, exchange: Exchange) -> None:
        """Find the object that a documented request made, once the answer is recorded."""


class NothingMade:
    """The witness of an operation that makes no objects."""

    def may_send(self, method: str) -> None:
        pass

    def about(self, method: str, entity: str) -> str:  # noqa: ARG002
        return entity

    def announce(self, method: str, path: str, octets: bytes | None) -> None:
        pass

    def record(self, exchange: Exchange, path: str) -> None:
        pass

    def identify(self, exchange: Exchange) -> None:
        pass


class Sender:
    """Sends the requests of one operation."""

    def __init__(self, context: Context, witness: Witness | None = None) -> None:
        self._context = context
        self.witness: Witness = witness or NothingMade()

    def send(
        self,
        method: str,
        path: str,
        *,
        octets: bytes | None = None,
        headers: Fields | None = None,
        entity: str = "",
        fresh: bool = False,
        wait: bool = True,
        timeout: float | None = None,
    ) -> Exchange:
        """Send one request; nothing is concluded from the answer.

        A 5xx is tried once more on a new connection, and the second answer counts. Throttling is waited out.

        Args:
            entity: what the request is about, if it goes to the documented path.
        """
        context, client = self._context, self._context.client
        self.may_send(method)
        if context.documented.accept and method == context.documented.method:
            headers = {"Accept": context.documented.accept, **(headers or {})}
        about = {"operation": context.documented.id, "requirement": context.requirement}
        if entity:
            about["entity"] = self.witness.about(method, entity)

        def once(fresh: bool) -> Exchange:
            self.witness.announce(method, path, octets)
            exchange = client.send(
                method, path, body=octets, headers=headers, fresh=fresh, wait=wait, timeout=timeout, **about
            )
            self.witness.record(exchange, path)
            return exchange

        exchange = once(fresh)
        if exchange.status == 401 and client.lapsed:
            raise Inconclusive(client.lapsed, exchange)
        if exchange.status == 429 and wait:
            # neither done nor refused: it says nothing of this request
            raise Inconclusive(f"the target was busy ({exchange.answer}) for longer than --retries waits", exchange)
        if exchange.status in SERVER_FAILURES:
            again = once(True)
            if again.status not in SERVER_FAILURES:
                context.log.transient.add(exchange.index)
            exchange = again
        return exchange

    def may_send(self, method: str) -> None:
        """Go on only where a request is of use and allowed.

        Raises:
            Inconclusive: the target or the credentials are dead, or the request could change something in a run that
                may only read.
        """
        client = self._context.client
        if client.dead is not None:
            raise Inconclusive(client.why_dead, client.dead)
        if client.lapsed:
            raise Inconclusive(client.lapsed)
        if self._context.options.read_only and method not in SAFE:
            raise Inconclusive("not tested: needs an update, and --read-only sends none")
        self.witness.may_send(method)


def encode(body: Json) -> bytes | None:
    """The octets of a body: the body itself where it is octets, else its JSON."""
    return body if isinstance(body, bytes) or body is None else jsontext.dump(body)


def performed_or_inconclusive(exchange: Exchange) -> Exchange:
    """The answer to a request that must be performed for the case to go on.

    Raises:
        Inconclusive: it was not answered 2xx.
    """
    if not exchange.ok:
        raise Inconclusive(
            f"the control request was answered {exchange.answer}, so there is nothing to compare with", exchange
        )
    return exchange
