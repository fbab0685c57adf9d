"""Answers read off a connection that is kept, as clients read them, until an exchange is due.

What a client can live with is no error here: octets after an answer, content of a 204, fields in two lines, lines that
end with a bare LF. `raw` is for those who look for that. Nothing is read without a limit, however the peer drips.
"""

from __future__ import annotations

import re
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from graph_contracts.http import raw
from graph_contracts.http.exchange import Headers, Response, field_values
from graph_contracts.http.limits import MAX_BODY, MAX_FIELDS, MAX_HEAD, MAX_INTERIM, MAX_LINE
from graph_contracts.http.pool import reason

CLOSED = "the connection was closed before an answer"
STATUS_LINE = re.compile(r"HTTP/(1\.\d)[ \t]+([1-9]\d\d)(?:[ \t]+(.*))?")
LINE_END = re.compile(r"\r?\n")
FOLD = re.compile(r"\r?\n[ \t]+")
"""Where a field goes on in the next line (obs-fold)."""
HEAD_END = re.compile(rb"\n\r?\n")
SWITCHING = 101
CONTENTLESS = frozenset({SWITCHING, 204, 304})
EARLY = "the body ended early"


class Malformed(Exception):  # noqa: N818 (says what the peer did)
    """What came is no answer, or not all of one."""


@dataclass(frozen=True, slots=True)
class _Head:
    version: str
    status: int
    reason: str
    headers: Headers
    problem: str

    @property
    def interim(self) -> bool:
        """Whether another one follows (RFC 9110 §15.2)."""
        return self.status < 200 and self.status != SWITCHING


class AnswerReader:
    """Asks one thing on a connection and reads the answer."""

    def __init__(self, sock: socket.socket, due: float) -> None:
        self._sock = sock
        self._due = due
        self._came = bytearray()
        """Octets that are still to be read."""
        self._body = bytearray()
        self._ended = False
        self.is_over = True
        """Whether no other answer can be read off this connection."""

    def ask(self, request: bytes, *, head_only: bool) -> Response:
        """Send the octets of a request and read its answer.

        Args:
            head_only: whether it is HEAD.

        Raises:
            TimeoutError: no answer came before the exchange was due.
            OSError: the connection ended before it.
            Malformed: something else came.
        """
        self._sock.settimeout(self._left())
        with suppress(BrokenPipeError, ConnectionResetError):
            # a peer may answer and close before it has read everything: its answer still counts
            self._sock.sendall(request)
        head = self._head()
        interim = 0
        while head.interim:
            interim += 1
            if interim == MAX_INTERIM:
                raise Malformed(f"{MAX_INTERIM} interim responses and no final one")
            head = self._head()
        return self._answer(head, head_only=head_only)

    def _left(self) -> float:
        left = self._due - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _more(self) -> bool:
        """Wait for more octets; False where the connection ended."""
        self._sock.settimeout(self._left())
        octets = self._sock.recv(65536)
        self._came += octets
        self._ended = not octets
        return not self._ended

    # -- the head -----------------------------------------------------------------------------------------------

    def _head(self) -> _Head:
        came = self._came
        while (end := HEAD_END.search(came)) is None and len(came) <= MAX_HEAD:
            if not b"HTTP/".startswith(came[:5]):
                raise Malformed(raw.no_http(came))
            if not self._more():
                raise Malformed("the answer ended in its head") if came else ConnectionResetError(CLOSED)
        if end is None or end.start() > MAX_HEAD:
            raise Malformed(f"the header is longer than {MAX_HEAD} octets")
        text = came[: end.start()].decode("latin-1").removesuffix("\r")
        status_line, *lines = LINE_END.split(FOLD.sub(" ", text))
        found = STATUS_LINE.fullmatch(status_line)
        if not found:
            raise Malformed(raw.no_http(came))
        del came[: end.end()]
        if len(lines) > MAX_FIELDS:
            raise Malformed(f"the header has more than {MAX_FIELDS} fields")
        headers, problem = raw.fields(lines)
        return _Head(found[1], int(found[2]), found[3] or "", headers, problem)

    def _answer(self, head: _Head, *, head_only: bool) -> Response:
        headers = head.headers
        lengths, codings = field_values(headers, "Content-Length"), field_values(headers, "Transfer-Encoding")
        broken = ""
        try:
            if not head_only and head.status not in CONTENTLESS:
                broken = self._read_body(lengths, codings)
        except TimeoutError:
            if not lengths and not codings:
                raise  # where only its end would show that the answer is whole
            broken = "the body did not end in time"
        except Malformed as error:
            broken = str(error)
        except OSError as error:
            broken = f"{EARLY}: {reason(error)}"
        coding = ", ".join(field_values(headers, "Content-Encoding"))
        body, problem = raw.decode(bytes(self._body[:MAX_BODY]), coding, MAX_BODY)
        # content that must not be there would be taken for the next answer
        odd = head.status == SWITCHING or (head.status in CONTENTLESS and bool(lengths or codings))
        self.is_over = odd or self._ended or bool(broken or self._came) or _says_close(head)
        return Response(head.status, headers, body, head.reason, head.version, broken or problem or head.problem)

    # -- the body -----------------------------------------------------------------------------------------------

    def _fill(self, length: int | None) -> bool:
        """Read the body up to a length, or to the end of the connection; False where that came first."""
        while length is None or len(self._body) < length:
            if not self._came and not self._more():
                return length is None
            piece = self._came[: None if length is None else length - len(self._body)]
            del self._came[: len(piece)]
            self._body += piece
            if len(self._body) > MAX_BODY:
                raise Malformed(f"the body is longer than {MAX_BODY} octets and was cut there")
        return True

    def _read_body(self, lengths: tuple[str, ...], codings: tuple[str, ...]) -> str:
        """Read a body as long as a head says; returns what is wrong with that, where something is."""
        if codings and codings[-1].lower().endswith("chunked"):
            self._read_chunks()
            return ""
        numbers, problem = raw.lengths(lengths) if lengths else (set(), "")
        length = min(numbers, default=None)
        if not self._fill(length):
            raise Malformed(f"{EARLY}: Content-Length says {length} octets, {len(self._body)} came")
        return problem

    def _read_chunks(self) -> None:
        while True:
            line = self._line()
            if line is None:
                raise Malformed(f"{EARLY}: {raw.UNFINISHED}")
            size = raw.CHUNK_SIZE.match(line)
            if size is None:
                raise Malformed(f"{EARLY}: {raw.NO_SIZE}")
            length = int(size[0], 16)
            if length == 0:
                break
            if not self._fill(len(self._body) + length):
                raise Malformed(f"{EARLY}: {raw.UNFINISHED}")
            if self._line():
                raise Malformed(f"{EARLY}: {raw.LONGER_CHUNK}")
        for _ in range(MAX_FIELDS):  # trailer fields up to an empty line
            if not self._line():
                return
        raise Malformed(f"{EARLY}: the trailer has more than {MAX_FIELDS} fields")

    def _line(self) -> bytes | None:
        """The next line without its end; None where the connection ended before that."""
        while (end := self._came.find(b"\n")) < 0:
            if len(self._came) > MAX_LINE:
                raise Malformed(f"{EARLY}: a line of the message is longer than {MAX_LINE} octets")
            if not self._more():
                return None
        line = bytes(self._came[:end]).removesuffix(b"\r")
        del self._came[: end + 1]
        return line


def _says_close(head: _Head) -> bool:
    wish = ", ".join(field_values(head.headers, "Connection")).lower()
    return "close" in wish or (head.version == "1.0" and "keep-alive" not in wish)
