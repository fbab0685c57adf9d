"""Requests whose octets are chosen one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

from graph_contracts.http import tunnel
from graph_contracts.http.exchange import Exchange, Request
from graph_contracts.http.in_process.application import NO_CONNECTION
from graph_contracts.http.raw import request_bytes
from graph_contracts.json_types import Json
from graph_contracts.operations.context import Context
from graph_contracts.operations.pending_writes import PendingWrites
from graph_contracts.operations.sender import Sender
from graph_contracts.requirements import Inconclusive, NotApplicable


class Wire:
    """Writes and sends the octets of an operation's requests."""

    def __init__(
        self, context: Context, sender: Sender, pending: PendingWrites, sending: Callable[[Json, str | None], None]
    ) -> None:
        self._context = context
        self._sender = sender
        self._pending = pending
        self._sending = sending
        """Called with each body before it is sent."""

    def octets(
        self,
        body: bytes,
        headers: Mapping[str, str | None],
        *,
        entity: str | None = None,
        path: str | None = None,
        close: bool = True,
    ) -> tuple[bytes, Request]:
        """The octets of a request as they would stand on the wire, with just these headers besides the usual ones.

        Content-Length is not added: the cases on framing choose it themselves.

        Raises:
            NotApplicable: the target is an application in this process.
        """
        self._need_connection()
        self._sending(body, entity)
        client = self._context.client
        extra = {**headers, **({"Connection": "close"} if close else {})}
        fields = client.headers(extra, body)
        method, url = self._context.documented.method, client.url(path or self._context.address(entity))
        request = Request(method, url, fields, body, chosen=tuple(headers), query=client.query(extra))
        return request_bytes(method, request.address, fields, body), request

    def send(
        self, octets: bytes, request: Request, *, half_close: bool = False, timeout: float | None = None
    ) -> Exchange:
        """Send chosen octets on a connection of their own.

        Raises:
            Inconclusive: there is a proxy, and it lets none through.
            NotApplicable: the target is an application in this process.
        """
        self._need_connection()
        context, client, witness = self._context, self._context.client, self._sender.witness
        path = urlsplit(request.url).path.removeprefix(urlsplit(client.base).path)
        witness.announce(request.method, path, request.body)
        self._sender.may_send("")
        client.lane.writes += 1
        self._pending.forget()
        exchange = _through(
            client.send_raw(
                octets,
                request,
                half_close=half_close,
                timeout=timeout,
                operation=context.documented.id,
                requirement=context.requirement,
                entity=context.key,
            )
        )
        witness.record(exchange, path)
        return exchange

    @contextmanager
    def line(self) -> Iterator[Callable[[bytes, Request], tuple[Exchange, bool]]]:
        """A kept connection for chosen octets.

        The function sends one request; it returns the exchange and whether the connection was that of the one before.

        Raises:
            NotApplicable: the target is an application in this process.
        """
        self._need_connection()
        self._sender.may_send("")
        context, client = self._context, self._context.client
        with client.line() as send:

            def ask(octets: bytes, request: Request) -> tuple[Exchange, bool]:
                client.lane.writes += 1
                self._pending.forget()
                own = {"entity": context.key} if request.url == client.url(context.address()) else {}
                about = {"operation": context.documented.id, "requirement": context.requirement}
                exchange, kept = send(octets, request, **about, **own)
                return _through(exchange), kept

            yield ask

    def _need_connection(self) -> None:
        if self._context.client.connection.in_process:
            raise NotApplicable(NO_CONNECTION)


def _through(exchange: Exchange) -> Exchange:
    if exchange.error.startswith(tunnel.REFUSED):
        raise Inconclusive(f"chosen octets can't be sent: {exchange.error}", exchange)
    if exchange.throttled and exchange.response is not None and exchange.response.header("Retry-After") is not None:
        # neither done nor refused: it says nothing of this request, and what was sent octet by octet isn't sent again
        raise Inconclusive(f"the target was busy ({exchange.answer})", exchange)
    return exchange
