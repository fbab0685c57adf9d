"""Requests whose octets are chosen one by one, and responses read to the last octet the peer sends.

Clients forgive what they read, as `answer` does; the cases on framing must not (RFC 9112).
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

from graph_contracts.http import tunnel
from graph_contracts.http.exchange import Headers, Response, field_values
from graph_contracts.http.limits import MAX_BODY, MAX_CODINGS, MAX_HEAD, MAX_INTERIM

MAX_MESSAGE = MAX_BODY + MAX_HEAD
INTERIM = re.compile(rb"HTTP/\d\.\d 1(?!01)\d\d")
"""Begins a response after which another will come."""
UNFOLDED = re.compile(r"\r\n(?![ \t])")
"""Ends a line of a head that doesn't go on in the next one (obs-fold)."""
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}\b")
NO_SIZE = "a chunk has no valid size"
LONGER_CHUNK = "a chunk is longer than its size says"
UNFINISHED = "the chunked body ended before its last chunk"
UNREAD = "is none that a run reads"
"""What is said of a body in a content coding that isn't known here, as Brotli."""
GRACE = 0.1
"""Seconds to wait for surplus octets from a peer that keeps the connection open."""


def request_bytes(
    method: str, url: str, headers: Headers, body: bytes = b"", *, host: bool = True, target: str | None = None
) -> bytes:
    """A request message with just these header fields, plus Host.

    Args:
        target: what the first line names, if other than the URL's path and query.
    """
    parts = urlsplit(url)
    target = target or (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    authority = parts.netloc.rpartition("@")[2]
    lines = [f"{method} {target} HTTP/1.1", *([f"Host: {authority}"] if host else [])]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


def talk(
    base: str,
    wire: bytes,
    context: ssl.SSLContext | None,
    timeout: float,
    connect_timeout: float,
    half_close: bool = False,
    proxy: str | None = None,
) -> tuple[Response | None, str]:
    """Send octets to the origin of `base` and read one response; returns it, or None and the reason."""
    line = Line(base, context, connect_timeout, proxy)
    try:
        return line.ask(wire, timeout, half_close=half_close)
    finally:
        line.close()


class Line:
    """A connection that is kept for several requests, as long as the peer keeps it."""

    def __init__(
        self, base: str, context: ssl.SSLContext | None, connect_timeout: float, proxy: str | None = None
    ) -> None:
        self._parts = urlsplit(base)
        self._context = context
        self._connect_timeout = connect_timeout
        self._proxy = proxy
        self._socket: socket.socket | None = None

    @property
    def open(self) -> bool:
        """Whether the next request goes over the connection of the last."""
        return self._socket is not None

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, wire: bytes, timeout: float, *, half_close: bool = False) -> tuple[Response | None, str]:
        """Send octets and read one response; returns it, or None and the reason."""
        due = time.monotonic() + timeout
        try:
            sock = self._socket or self._connect(timeout)
            sock.settimeout(timeout)
            with suppress(BrokenPipeError, ConnectionResetError):
                # a peer may answer and close before it has read everything: its answer still counts
                sock.sendall(wire)
                if half_close and self._context is None:
                    sock.shutdown(socket.SHUT_WR)
            response, failure, ended = _receive(sock, due, wire.split(b" ", 1)[0] == b"HEAD")
        except (OSError, ssl.SSLError) as error:
            self.close()
            return None, getattr(error, "strerror", None) or str(error) or type(error).__name__
        if ended or response is None or response.http_version == "1.0" or _says_close(response):
            self.close()
        return response, failure

    def _connect(self, timeout: float) -> socket.socket:
        host = self._parts.hostname or ""
        port = self._parts.port or (443 if self._parts.scheme == "https" else 80)
        limit = min(self._connect_timeout, timeout)
        plain = (
            tunnel.connect(self._proxy, host, port, limit)
            if self._proxy
            else socket.create_connection((host, port), limit)
        )
        plain.settimeout(timeout)
        try:
            self._socket = self._context.wrap_socket(plain, server_hostname=host) if self._context else plain
        except OSError:
            plain.close()
            raise
        return self._socket


def _says_close(response: Response) -> bool:
    return "close" in (response.header("Connection") or "").lower()


def _receive(sock: socket.socket, due: float, head_only: bool) -> tuple[Response | None, str, bool]:
    """One response, or None and the reason, and whether the connection is over."""
    data = bytearray()
    failure = ""
    ended = False
    while True:
        hopeless = _hopeless(data)
        if hopeless:
            return None, hopeless, True
        # what is still on its way is awaited first: reading again from the start costs more than octets do
        message = None if _more(sock) else parse(bytes(data), ended=False, head_only=head_only)
        complete = message is not None and not message.broken
        left = min(due - time.monotonic(), GRACE) if complete else due - time.monotonic()
        if left <= 0 or len(data) > MAX_MESSAGE:
            failure = "no complete answer in time" if left <= 0 else f"the body is longer than {MAX_BODY} octets"
            break
        sock.settimeout(left)
        try:
            chunk = sock.recv(65536)
        except TimeoutError:
            if complete:
                break
            continue
        except OSError as error:
            failure = error.strerror or str(error)
            break
        if not chunk:
            ended = True
            break
        data += chunk
    message = parse(bytes(data), ended=True, head_only=head_only)
    if message is None:
        silence = "the connection was closed before an answer"
        return None, failure or (silence if not data else "the answer is not HTTP"), True
    if failure and message.broken:
        message = replace(message, broken=f"{message.broken} ({failure})")
    return message, "", ended or bool(failure)


def _more(sock: socket.socket) -> bool:
    """Whether octets lie ready to be read."""
    if isinstance(sock, ssl.SSLSocket) and sock.pending():
        return True
    return bool(select.select([sock], [], [], 0)[0])


def _hopeless(data: bytearray) -> str:
    """Why no more octets would make a response of these, if that is so."""
    if not b"HTTP/".startswith(data[:5]):
        return no_http(data)
    start, interim = _final(data)
    if interim > MAX_INTERIM:
        return f"{MAX_INTERIM} interim responses and no final one"
    if len(data) - start > MAX_HEAD and data.find(b"\r\n\r\n", start, start + MAX_HEAD) < 0:
        return f"the header is longer than {MAX_HEAD} octets"
    return ""


def no_http(data: bytes | bytearray) -> str:
    """What is said of octets that begin no answer."""
    return f"the answer is not HTTP: it begins with {data[:40].decode('latin-1')}…"


def _final(data: bytes | bytearray) -> tuple[int, int]:
    """Where the first response that isn't interim begins, and how many interim ones come before it."""
    start = interim = 0
    while interim <= MAX_INTERIM and INTERIM.match(data, start):
        end = data.find(b"\r\n\r\n", start)
        if end < 0:
            break
        start, interim = end + 4, interim + 1
    return start, interim


def parse(data: bytes, *, ended: bool, head_only: bool = False) -> Response | None:
    """Read one response from octets; None while (or where) they hold no complete head.

    Args:
        data: all that came on the connection.
        ended: whether no more will come; what is missing or too much is then named in `broken`.
        head_only: whether the request was HEAD.
    """
    start, interim = _final(data)
    end = data.find(b"\r\n\r\n", start)
    if end < 0 or interim > MAX_INTERIM or end - start > MAX_HEAD:
        return None
    lines = UNFOLDED.split(data[start:end].decode("latin-1"))
    status_line = re.fullmatch(r"HTTP/(\d\.\d) (\d{3})(?: (.*))?", lines[0])
    if not status_line:
        return None
    version, status, reason = status_line[1], int(status_line[2]), status_line[3] or ""
    rest = data[end + 4 :]
    headers, nameless = fields(lines[1:])
    body, broken = _body(rest, status, headers, ended=ended, head_only=head_only)
    coding = ", ".join(field_values(headers, "Content-Encoding"))
    decoded, problem = decode(body, coding, MAX_BODY) if ended else (body, "")
    return Response(status, headers, decoded, reason, version, broken or problem or nameless)


def fields(lines: Sequence[str]) -> tuple[Headers, str]:
    """The fields that stand in lines of a head, and what is wrong with a line, if anything."""
    parts = [line.partition(":") for line in lines]
    headers = tuple([(name, value.strip(" \t")) for name, colon, value in parts if colon])
    nameless = next((line for line, colon, _ in parts if not colon), None)
    return headers, "" if nameless is None else f"a line of the head is no field: {nameless[:40]!r}"


def lengths(values: Sequence[str]) -> tuple[set[int], str]:
    """The numbers that values of Content-Length give, and what is wrong with them, if anything."""
    given = {each.strip() for value in values for each in value.split(",")}
    numbers = {int(each) for each in given if re.fullmatch(r"[0-9]{1,18}", each)}
    sound = len(given) == len(numbers) == 1
    return numbers, "" if sound else f"Content-Length is not one number: {', '.join(sorted(given))}"


def _body(rest: bytes, status: int, headers: Headers, *, ended: bool, head_only: bool) -> tuple[bytes, str]:
    said = field_values(headers, "Content-Length")
    codings = [value.lower() for value in field_values(headers, "Transfer-Encoding")]
    if head_only or status in {204, 304}:
        return (rest, f"{len(rest)} octets of content after a {status}") if rest else (b"", "")
    if codings and said:
        return rest, "Content-Length and Transfer-Encoding are both present"
    if codings and codings[-1].endswith("chunked"):
        return _chunked(rest)
    if said:
        numbers, problem = lengths(said)
        if problem:
            return rest, problem
        (length,) = numbers
        if len(rest) < length:
            return rest, f"Content-Length says {length} octets, {len(rest)} came"
        if len(rest) > length:
            return rest[:length], f"Content-Length says {length} octets, {len(rest)} came"
        return rest, ""
    return rest, "" if ended else "the body ends with the connection"


def _chunked(rest: bytes) -> tuple[bytes, str]:
    body = bytearray()
    place = 0
    while True:
        end = rest.find(b"\r\n", place)
        size = CHUNK_SIZE.match(rest, place)
        if end < 0:
            return bytes(body), UNFINISHED
        if not size:
            return bytes(body), NO_SIZE
        length = int(size[0], 16)
        place = end + 2
        if length == 0:
            while (end := rest.find(b"\r\n", place)) > place:  # trailer fields up to an empty line
                place = end + 2
            surplus = len(rest) - place - 2
            return bytes(body), UNFINISHED if end < 0 else f"{surplus} octets after the last chunk" if surplus else ""
        body += rest[place : place + length]
        place += length
        if len(rest) < place + 2:
            return bytes(body), UNFINISHED
        if rest[place : place + 2] != b"\r\n":
            return bytes(body), LONGER_CHUNK
        place += 2


def decode(body: bytes, coding: str, most: int) -> tuple[bytes, str]:
    """Undo gzip and deflate, up to `most` octets; returns the body and what is wrong with it, if anything."""
    names = [part.strip().lower() for part in coding.split(",") if part.strip()]
    if len(names) > MAX_CODINGS:
        return body, f"{len(names)} content codings, one in the other"
    for name in reversed(names):
        if name == "identity" or not body:
            continue
        if name not in {"gzip", "x-gzip", "deflate"}:
            return body, f"the content coding {name!r} {UNREAD}"
        attempts = (31,) if "gzip" in name else (15, -15)
        for wbits in attempts:
            inflate = zlib.decompressobj(wbits)
            try:
                plain = inflate.decompress(body, most)
            except zlib.error:
                continue
            if inflate.unconsumed_tail:
                return plain, f"the {name} body inflates to more than {most} octets and was cut there"
            if not inflate.eof:
                return plain, f"the {name} body is cut short"
            body = plain
            break
        else:
            return body, f"the body does not decode as {name}"
    return body, ""
