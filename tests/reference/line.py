"""Talking to a running reference: requests through `http.client`, octets through a socket."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from graph_contracts.reference.message import Tokens
from tests.reference.desk import DOCUMENT, TOKENS, Answer, Ask
from tests.support.forked import reference

PATIENCE = 60.0
"""Seconds; an answer on this machine takes a thousandth."""


@dataclass(frozen=True)
class Line:
    """The way to a running reference."""

    host: str
    port: int
    tokens: Tokens

    def ask(self, ask: Ask) -> Answer:
        """The answer to a request on a connection of its own; status 0 where none came."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        fields = ask.fields | self._authorization(ask)
        try:
            connection.request(ask.method, ask.target, ask.octets if ask.body is not None else None, fields)
            response = connection.getresponse()
            try:
                return Answer(response.status, tuple(response.getheaders()), response.read())
            except http.client.IncompleteRead as cut:
                return Answer(response.status, tuple(response.getheaders()), cut.partial, broken=True)
        except (http.client.HTTPException, OSError):
            return Answer(broken=True)
        finally:
            connection.close()

    def _authorization(self, ask: Ask) -> dict[str, str]:
        usual = f"Bearer {TOKENS.full}"
        return {"authorization": f"Bearer {self.tokens.full}"} if ask.fields.get("authorization") == usual else {}

    def octets(self, ask: Ask, *more: bytes, end: bool = False) -> bytes:
        """All octets that come back for a head, made of a request's fields alone, and whatever is sent after it.

        `end` closes our side before listening.
        """
        fields = {"host": self.host, "connection": "close", **ask.fields, **self._authorization(ask)}
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        with socket.create_connection((self.host, self.port), timeout=PATIENCE) as line:
            line.sendall(f"{ask.method} {ask.target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + b"".join(more))
            if end:
                line.shutdown(socket.SHUT_WR)
            received = bytearray()
            try:
                while octets := line.recv(65536):
                    received += octets
            except OSError:
                pass  # a reset ends it as well
            return bytes(received)


@contextmanager
def serving(faults: Sequence[str] = (), variations: Sequence[str] = (), auth: str = "enforced") -> Iterator[Line]:
    """The project's own document, served by a process of its own."""
    with reference(DOCUMENT, faults=faults, variations=variations, auth=auth) as running:
        url = urlsplit(running.url)
        yield Line(url.hostname or "", url.port or 0, running.tokens)
