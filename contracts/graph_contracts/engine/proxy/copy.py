"""A copy of one exchange that passes, as much of it as a run would read."""

from __future__ import annotations

import time
from collections.abc import Iterable

from graph_contracts.engine.replay.left_out import LeftOut, Reason
from graph_contracts.engine.replay.recorded import Recorded
from graph_contracts.http import raw
from graph_contracts.http.exchange import Exchange, Headers, Request, Response
from graph_contracts.http.limits import MAX_BODY

Fields = Iterable[tuple[bytes, bytes]]


class Copy:
    """What is known of an exchange so far."""

    def __init__(self, method: str, url: str, fields: Fields) -> None:
        self._asked = Request(method, url, _text(fields))
        self._sent = bytearray()
        self._head: tuple[int, str, str, Headers] | None = None
        self._body = bytearray()
        self._broken = ""
        self._reason = Reason.NOT_ANSWERED
        self._started, self._clock = time.time(), time.perf_counter()
        self._seconds = 0.0

    @property
    def octets(self) -> int:
        """How many octets of bodies it holds."""
        return len(self._sent) + len(self._body)

    def sent(self, chunk: bytes) -> None:
        """Add to the request's body."""
        self._sent += chunk[: MAX_BODY - len(self._sent)]

    def begin(self, status: int, reason: bytes, version: bytes, fields: Fields) -> None:
        """Take the head of the answer."""
        number = version.decode("latin-1").rpartition("/")[2]
        self._head = status, reason.decode("latin-1"), number, _text(fields)

    def answered(self, chunk: bytes) -> None:
        """Add to the answer's body."""
        room = MAX_BODY - len(self._body)
        self._body += chunk[:room]
        if len(chunk) > room:
            self._broken = f"the body is longer than {MAX_BODY} octets"

    def broken_off(self, why: str) -> None:
        """Note that the answer, or its rest, did not come through."""
        self._broken, self._reason = why, Reason.BROKEN_OFF

    def end(self) -> None:
        """Note that the exchange is over."""
        self._seconds = time.perf_counter() - self._clock

    def recorded(self) -> Recorded | LeftOut:
        """The exchange, with the content coding of the answer removed; the reason where there was no answer."""
        asked = self._asked
        if self._head is None:
            return LeftOut("", asked.method, asked.url, self._reason)
        status, reason, version, fields = self._head
        coding = ", ".join(value for name, value in fields if name.lower() == "content-encoding")
        body, problem = raw.decode(bytes(self._body), coding, MAX_BODY)
        request = Request(asked.method, asked.url, asked.headers, bytes(self._sent))
        response = Response(status, fields, body, reason, version, self._broken or problem)
        return Recorded(Exchange(0, request, response, started=self._started, seconds=self._seconds), "")


def _text(fields: Fields) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)
