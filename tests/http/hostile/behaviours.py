"""The table: what a peer does, when it does it, and how a run against it may end."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import struct
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.http.hostile.peer import Act, Ask, Peer, message, refusal

MARKUP = "<script>hostile(1)</script><img src=x onerror=hostile(2)>"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b1m\r\u202egnp\u200b %s%n%x {0} {self} ${x} {{7*7}} $(id) `id`"
ENDLESS = 200_000_000
"""Octets: as good as without end, for a run that takes everything that comes."""


def always(ask: Ask) -> bool:
    """From the first request on."""
    return True


def updates(ask: Ask) -> bool:
    """Only updates: the object can be read."""
    return ask.method == "PATCH"


def updated(ask: Ask) -> bool:
    """Updates that name a property: reads and the probe's empty body are answered soundly."""
    return ask.method == "PATCH" and len(ask.body) > 2


@dataclass(frozen=True)
class Behaviour:
    """One row of the table."""

    name: str
    act: Act
    codes: tuple[int, ...]
    """The exit codes that are right."""
    when: Callable[[Ask], bool] = always
    greeting: Callable[[Peer, socket.socket], None] | None = None
    tls: str = ""
    """The certificate that the peer has: `sound`, `expired`, `self-signed`, `wrong-name`; empty for plain HTTP."""
    scheme: str = ""
    """The scheme in the URL, where it isn't the peer's."""
    word: str = ""
    """What stderr or the report has to say."""


# -- how to answer -------------------------------------------------------------------------------------------------


def says(octets: bytes) -> Act:
    """Sends the octets and closes."""
    return lambda peer, connection, ask: connection.sendall(octets)


def body(value: Any, *fields: str, status: str = "200 OK") -> Act:
    """A sound message around any body."""
    octets = value if isinstance(value, bytes) else json.dumps(value).encode()
    return says(message(octets, status, *fields))


def spoiled(change: Callable[[dict[str, Any]], Any]) -> Act:
    """The right object, changed on its way out."""

    def act(peer: Peer, connection: socket.socket, ask: Ask) -> None:
        right = peer.sound(ask)
        found = json.loads(right.partition(b"\r\n\r\n")[2])
        connection.sendall(message(json.dumps(change(found)).encode()) if "error" not in found else right)

    return act


def framed(change: Callable[[bytes, bytes], bytes]) -> Act:
    """The right answer with its head and its body changed as octets."""

    def act(peer: Peer, connection: socket.socket, ask: Ask) -> None:
        head, _, content = peer.sound(ask).partition(b"\r\n\r\n")
        connection.sendall(change(head, content))

    return act


def silent(peer: Peer, connection: socket.socket, ask: Ask) -> None:
    peer.stopped.wait()


def closed(peer: Peer, connection: socket.socket, ask: Ask) -> None:
    """Says nothing and closes."""


def reset(connection: socket.socket) -> None:
    """Close with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def resets(part: float) -> Act:
    """Resets the connection after a part of the right answer."""

    def act(peer: Peer, connection: socket.socket, ask: Ask) -> None:
        octets = peer.sound(ask)
        connection.sendall(octets[: int(len(octets) * part)])
        reset(connection)

    return act


def stops(at: bytes, after: int = 0) -> Act:
    """Sends the right answer up to so many octets past a mark, then nothing more."""

    def act(peer: Peer, connection: socket.socket, ask: Ask) -> None:
        octets = peer.sound(ask)
        connection.sendall(octets[: octets.index(at) + after])
        peer.stopped.wait()

    return act


def drips(octets: bytes, head: bytes = b"") -> Act:
    """Sends a beginning at once and the rest octet by octet, each well within a socket's timeout."""

    def act(peer: Peer, connection: socket.socket, ask: Ask) -> None:
        connection.sendall(head)
        for octet in octets:
            connection.sendall(bytes([octet]))
            if peer.stopped.wait(0.1):
                return

    return act


def endless(head: bytes, piece: bytes) -> Act:
    """A head and then one piece after the other, as fast as they are taken."""

    def act(peer: Peer, connection: socket.socket, ask: Ask) -> None:
        connection.sendall(head)
        block = piece * max(1, 65536 // len(piece))
        for _ in range(ENDLESS // len(block)):
            connection.sendall(block)

    return act


def chunked(chunks: bytes) -> Act:
    return says(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)


def coded(octets: bytes, coding: str) -> Act:
    return says(message(octets, "200 OK", f"Content-Encoding: {coding}"))


def echo(spell: Callable[[str], str]) -> Act:
    """Puts the Authorization header, spelled somehow, into every place of the answer."""

    def act(peer: Peer, connection: socket.socket, ask: Ask) -> None:
        word = spell(ask.authorization)
        value = {**peer.state, "changeId": word, "action": f"{'x' * 95}{word}", word: 1}
        fields = (f"X-Echo: {word}", f"ETag: {word}", f"Location: /{word}", f"WWW-Authenticate: {word}")
        connection.sendall(message(json.dumps(value).encode(), f"200 {word}", *fields, f"Server: {word}"))

    return act


def everywhere(text: str, status: int = 200) -> Act:
    """Puts a text into every place of an answer that a report could print."""

    def act(peer: Peer, connection: socket.socket, ask: Ask) -> None:
        line = " ".join(text.split())
        value = {**peer.state, "changeId": text, "action": text, text: text, "provisioningSteps": [{"name": text}]}
        failed = {"error": {"code": text, "message": text, "innerError": {"request-id": text}}}
        fields = (f"Server: {line}", f"X-{'' if text == ESCAPES else 'A'}: {line}", f"request-id: {line}")
        content = value if status < 400 else failed
        connection.sendall(
            message(json.dumps(content, ensure_ascii=False).encode("utf-8"), f"{status} {line}", *fields)
        )

    return act


def redirects(to: str, status: str = "307 Temporary Redirect") -> Act:
    """`{path}` is the path asked for, `{elsewhere}` another origin."""

    def act(peer: Peer, connection: socket.socket, ask: Ask) -> None:
        place = to.replace("{elsewhere}", f"http://localhost:{peer.elsewhere.port}").replace("{path}", ask.path)
        connection.sendall(message(b"", status, f"Location: {place}"))

    return act


def links(peer: Peer, connection: socket.socket, ask: Ask) -> None:
    """Names another origin wherever a client could follow."""
    right = json.loads(peer.sound(ask).partition(b"\r\n\r\n")[2])
    place = f"http://localhost:{peer.elsewhere.port}{ask.path}"
    names = ("@odata.nextLink", "@odata.context", "@odata.id", "@odata.editLink", "@odata.deltaLink")
    fields = (
        f"Location: {place}",
        f"Content-Location: {place}",
        f"Link: <{place}>; rel=next",
        f"Refresh: 0; url={place}",
    )
    connection.sendall(message(json.dumps({**right, **dict.fromkeys(names, place)}).encode(), "200 OK", *fields))


def hastily(peer: Peer, connection: socket.socket) -> None:
    connection.sendall(message(b'{"a":1}', "503 Busy"))
    connection.close()


def banner(peer: Peer, connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


def handshake(peer: Peer, connection: socket.socket) -> None:
    """The beginning of a TLS record that never ends."""
    connection.sendall(b"\x16\x03\x03\x40\x00")
    while not peer.stopped.wait(0.1):
        connection.sendall(b"\x02")


def dies(after: int, back: float | None = None) -> Act:
    """Answers so many requests, then stops listening; comes back on the same port after a while, if at all."""

    def act(peer: Peer, connection: socket.socket, ask: Ask) -> None:
        if peer.asked == after:
            peer.listener.shutdown(socket.SHUT_RDWR)
            peer.listener.close()
            reset(connection)
            if back is not None and not peer.stopped.wait(back):
                peer.listen(peer.port)
        else:
            connection.sendall(peer.sound(ask))

    return act


def slows(peer: Peer, connection: socket.socket, ask: Ask) -> None:
    """Takes a little longer each time."""
    peer.stopped.wait(min(peer.asked * 0.05, 5))
    connection.sendall(peer.sound(ask))


def restless(peer: Peer, connection: socket.socket, ask: Ask) -> None:
    """Answers each update with another huge body, so that no two can be kept as one."""
    connection.sendall(message(json.dumps({"id": str(time.time_ns()), "x": "y" * 7_000_000}).encode()))


def deep(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BOMB = gzip.compress(b" " * 50_000_000)
QUINE_DEPTH = ", ".join(["gzip"] * 2000)
PLACES: Mapping[str, Act] = {
    "a list of a million": body(b"[" + b"0," * 1_000_000 + b"0]"),
    "fifty megabytes of JSON": body(b'{"changeId":"' + b"x" * 50_000_000 + b'"}'),
    "a million levels": body(b'{"changeId":' + deep(1_000_000) + b"}"),
    "nine hundred levels": body(b'{"changeId":' + deep(900) + b"}"),
    "an integer of 100,000 digits": body(b'{"durationInMilliseconds":' + b"9" * 100_000 + b"}"),
    "an integer of 400 digits": body(b'{"durationInMilliseconds":' + b"9" * 400 + b"}"),
    "an exponent of a million": body(b'{"durationInMilliseconds":1e999999}'),
    "NaN": body(b'{"durationInMilliseconds":NaN}'),
    "lone surrogates": body(b'{"changeId":"\\ud800","\\udfff":"\\udc00"}'),
    "NUL": body(b'{"changeId":"a\\u0000b","action":"\x00"}'),
    "UTF-16": body(json.dumps({"changeId": "é"}).encode("utf-16"), "Content-Type: application/json; charset=utf-16"),
    "Latin-1": body(b'{"changeId":"\xe9"}', "Content-Type: application/json; charset=iso-8859-1"),
    "a charset that does not exist": body(b'{"id":1}', "Content-Type: application/json; charset=\x01rot13"),
    "overlong UTF-8": body(b'{"changeId":"\xc0\xaf\xed\xa0\x80"}'),
    "one name ten thousand times": body(b"{" + b",".join([b'"changeId":1'] * 10_000) + b"}"),
    "wrong types everywhere": spoiled(lambda found: {name: [[{}], None, 1e400, {"": []}] for name in found}),
    "a long list of wrong items": spoiled(lambda found: {**found, "provisioningSteps": list(range(20_000))}),
    "an array in place of the object": spoiled(lambda found: [found]),
    "a date at the end of time": spoiled(lambda found: {**found, "activityDateTime": "9999-12-31T23:59:59-23:59"}),
    "an id that is not text": spoiled(lambda found: {**found, "id": {"$ne": None}}),
}
HARMLESS: Mapping[str, tuple[int, ...]] = {"a date at the end of time": (0, 1)}
"""What a server may well answer."""

TABLE = (
    # nothing, or not all of it
    Behaviour("never answers", silent, (3,), word="can't be reached"),
    Behaviour("never answers an update", silent, (1, 3), updated),
    Behaviour("closes at once", closed, (3,)),
    Behaviour("closes on every update", closed, (1, 3), updated),
    Behaviour("answers before it has read, and closes", says(b""), (3,), greeting=hastily),
    Behaviour("drips its head", drips(HEAD * 9), (3,)),
    Behaviour("drips its body", drips(b" " * 500, HEAD + b"Content-Length: 500\r\n\r\n"), (1, 3), updated),
    Behaviour("drips its trailers", drips(b"X: y\r\n" * 90, HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"), (1, 3)),
    Behaviour("stops in the head", stops(b"\r\n\r\n"), (1, 3), updated),
    Behaviour("stops in the body", stops(b"\r\n\r\n", 9), (1, 3), updated),
    Behaviour("resets before the answer", resets(0), (1, 3), updated),
    Behaviour("resets in the head", resets(0.05), (1, 3), updated),
    Behaviour("resets in the body", resets(0.9), (1, 3), updated),
    Behaviour("resets every connection", resets(0), (3,)),
    # not HTTP
    Behaviour("speaks SSH", says(b"SSH-2.0-OpenSSH_9.6\r\n"), (3,), greeting=banner),
    Behaviour("sends random octets", says(bytes(range(256)) * 40), (3,)),
    Behaviour("sends line ends", endless(b"", b"\r\n"), (3,)),
    Behaviour("sends zeros", endless(b"", b"\0"), (3,)),
    Behaviour("has an odd status line", says(b"HTTP/9.9 2000 \x1b[31mOK\r\n\r\n{}"), (3,)),
    Behaviour("has a negative status", says(b"HTTP/1.1 -20 OK\r\n\r\n"), (3,)),
    Behaviour("switches protocols", says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\0\1\2"), (1, 3)),
    # heads
    Behaviour("has a header without end", endless(HEAD, b"X-Filler: yyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n"), (3,)),
    Behaviour("has a header line without end", endless(HEAD + b"X: ", b"y"), (3,)),
    Behaviour("has a status line without end", endless(b"HTTP/1.1 200 ", b"y"), (3,)),
    Behaviour("has a header of 60 kB", body({}, f"X: {'y' * 60_000}"), (1, 3), updated),
    Behaviour("has 99 headers", body({}, *[f"X-{n}: y" for n in range(95)]), (1, 3), updated),
    Behaviour("has header lines that are none", says(HEAD + b": x\r\nno colon\r\n\t\r\n\xff\xfe: \x00\r\n\r\n{}"), (1, 3)),
    Behaviour("sends 1xx without end", endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), (3,)),
    Behaviour("sends early hints first", framed(lambda h, c: b"HTTP/1.1 103 Hints\r\n\r\n" + h + b"\r\n\r\n" + c), (0,)),
    # lengths and codings
    Behaviour("has a body without end", endless(HEAD + b"\r\n", b"[" * 64), (1, 3), updated),
    Behaviour("has a body of spaces without end", endless(HEAD + b"\r\n", b" "), (1, 3), updated),
    Behaviour("says too long a length", framed(lambda h, c: h + b"\r\n\r\n" + c[:-9]), (1,), updated),
    Behaviour("says a length of 10^30", says(HEAD + b"Content-Length: 1" + b"0" * 30 + b"\r\n\r\n{}"), (1, 3)),
    Behaviour("says a length of 10^9999", says(HEAD + b"Content-Length: 1" + b"0" * 9999 + b"\r\n\r\n{}"), (1, 3)),
    Behaviour("says a negative length", says(HEAD + b"Content-Length: -5\r\n\r\n{}"), (1, 3)),
    Behaviour("says two lengths", says(HEAD + b"Content-Length: 2\r\nContent-Length: 9\r\n\r\n{}"), (1, 3)),
    Behaviour("says a length and sends chunks", says(HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"), (1, 3)),
    Behaviour("has bad chunks", chunked(b"zz\r\n{}\r\n0\r\n\r\n"), (1, 3)),
    Behaviour("has chunks of negative size", endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", b"y"), (1, 3)),
    Behaviour("has a chunk of 2^60", endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1000000000000000\r\n", b"y"), (1, 3)),
    Behaviour("has a chunk size without end", endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"y"), (1, 3)),
    Behaviour("has a million chunks", endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n[\r\n"), (1, 3), updated),
    Behaviour("has trailers without end", endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"), (1, 3)),
    Behaviour("sends a gzip bomb", coded(BOMB, "gzip"), (1, 3), updated),
    Behaviour("sends a bomb in a bomb", coded(gzip.compress(BOMB), "gzip, gzip"), (1, 3), updated),
    Behaviour("names two thousand codings", coded(gzip.compress(b"{}"), QUINE_DEPTH), (1, 3), updated),
    Behaviour("sends broken gzip", coded(gzip.compress(b"{}" * 99)[:-5], "gzip"), (1, 3), updated),
    Behaviour("sends zlib as br", coded(zlib.compress(b"{}"), "br"), (1, 3), updated),
    # redirects and waits
    Behaviour("redirects to itself", redirects("{path}"), (1, 3)),
    Behaviour("redirects updates to another origin", redirects("{elsewhere}{path}"), (1, 3), updated),
    Behaviour("redirects all to another origin", redirects("{elsewhere}{path}"), (1, 3)),
    Behaviour("redirects to nowhere", redirects("http://[::/\x1b[31m%00"), (1, 3), updated),
    Behaviour("redirects to a file", redirects("file:///etc/passwd", "302 Found"), (1, 3), updated),
    Behaviour("links to another origin", links, (0, 1)),
    Behaviour("asks to wait a century", says(refusal("429 Slow", "slow", "Retry-After: 3155760000")), (1, 3)),
    Behaviour("asks to wait for ever", says(refusal("503 Busy", "busy", "Retry-After: " + "9" * 5000)), (1, 3), updated),
    Behaviour("asks to wait for a bad date", says(refusal("503 Busy", "busy", "Retry-After: Fri, 99 Xxx 99999")), (1, 3)),
    # what stands in a body
    *(Behaviour(f"answers updates with {name}", act, HARMLESS.get(name, (1, 3)), updated) for name, act in PLACES.items()),
    Behaviour("answers everything with fifty megabytes", PLACES["fifty megabytes of JSON"], (1, 3)),
    Behaviour("answers everything with a million levels", PLACES["a million levels"], (1, 3)),
    Behaviour("answers with another seven megabytes each time", restless, (1, 3), updated),
    # what is printed
    Behaviour("puts markup everywhere", everywhere(MARKUP), (1, 3), updated),
    Behaviour("puts markup into its errors", everywhere(MARKUP, 400), (1, 3)),
    Behaviour("puts escapes everywhere", everywhere(ESCAPES), (1, 3), updated),
    Behaviour("puts escapes into its errors", everywhere(ESCAPES, 401), (3,)),
    Behaviour("puts escapes into its head", says(f"HTTP/1.1 200 {ESCAPES!s}\r\nX\x1b[31m: {MARKUP}\r\n\r\n{{}}".encode()), (1, 3)),
    Behaviour("repeats the credentials", echo(str), (1, 3), updated),
    Behaviour("repeats the credentials from the start", echo(str), (1, 3)),
    Behaviour("repeats the credentials backwards", echo(lambda word: word[::-1]), (1, 3), updated),
    Behaviour("repeats the credentials in base64", echo(lambda w: base64.b64encode(w.encode()).decode()), (1, 3), updated),
    Behaviour("repeats the credentials in escapes", echo(lambda w: "".join(f"\\u{ord(c):04x}" for c in w)), (1, 3), updated),
    Behaviour("refuses and repeats the credentials", lambda p, c, a: c.sendall(refusal(f"401 {a.authorization}", a.authorization)), (3,)),
    Behaviour("speaks no HTTP but repeats the credentials", lambda p, c, a: c.sendall(b"250 " + a.authorization.encode()), (3,)),
    # coming and going
    Behaviour("dies after the probe", dies(12), (1, 3)),
    Behaviour("dies and restarts", dies(12, 0.3), (0, 1, 3)),
    Behaviour("becomes slower and slower", slows, (0, 1, 3)),
    # TLS
    Behaviour("speaks plain where TLS is spoken to it", closed, (3,), scheme="https"),
    Behaviour("speaks TLS where plain is spoken to it", closed, (3,), tls="sound", scheme="http"),
    Behaviour("drips through the handshake", closed, (3,), greeting=handshake, scheme="https"),
    Behaviour("has an expired certificate", framed(lambda h, c: h + b"\r\n\r\n" + c), (3,), tls="expired"),
    Behaviour("has a certificate of its own", framed(lambda h, c: h + b"\r\n\r\n" + c), (3,), tls="self-signed"),
    Behaviour("has a certificate for another name", framed(lambda h, c: h + b"\r\n\r\n" + c), (3,), tls="wrong-name"),
    Behaviour("has a sound certificate", framed(lambda h, c: h + b"\r\n\r\n" + c), (0,), tls="sound"),
    Behaviour("is sound", framed(lambda h, c: h + b"\r\n\r\n" + c), (0,)),
)  # fmt: skip
