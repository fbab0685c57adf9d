"""The client: whatever a peer does ends in an exchange, within its time, with nothing sent that wasn't asked for."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from graph_contracts.errors import BodyNotKeptError
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection, Limits
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.http.throttling import retry_after

PATIENCE = 15.0
"""Seconds within which an exchange ends whose limit is a second, and less than the longest drip takes."""
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def peer(*scripts: Callable[[socket.socket, bytes], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that treats its n-th connection as the n-th script says; yields its URL and what it was sent."""
    seen: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for script in scripts:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(60)
                    request = connection.recv(65536)
                    seen.append(request)
                    script(connection, request)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/beta", seen
    finally:
        listener.close()


def answer(octets: bytes) -> Callable[[socket.socket, bytes], None]:
    return lambda connection, _: connection.sendall(octets)


def drip(octets: bytes) -> Callable[[socket.socket, bytes], None]:
    def script(connection: socket.socket, _: bytes) -> None:
        for place in range(len(octets)):
            connection.sendall(octets[place : place + 1])
            time.sleep(0.05)

    return script


def hang(connection: socket.socket, _: bytes) -> None:
    while connection.recv(65536):
        pass


def client(url: str, **limits: float) -> Client:
    return Client(Connection(url, "T0k3n", limits=Limits(**limits)))  # type: ignore[arg-type]


def test_an_answer_becomes_a_response_and_is_recorded() -> None:
    with peer(answer(OK)) as (url, _):
        target = client(url)
        exchange = target.send("PATCH", "/x", body=b"{}", operation="op", entity="1")
    assert (exchange.status, exchange.object, exchange.operation, exchange.entity) == (200, {}, "op", "1")
    assert list(target.exchanges) == [exchange]


def test_nothing_is_sent_that_was_not_asked_for() -> None:
    with peer(answer(OK)) as (url, seen):
        client(url).send("PATCH", "/x", body=b"{}")
    lines = seen[0].decode().split("\r\n")
    names = {line.partition(":")[0].lower() for line in lines[1:] if line and not line.startswith("{")}
    assert lines[0] == "PATCH /beta/x HTTP/1.1"
    assert names == {"host", "user-agent", "authorization", "content-type", "content-length", "accept-encoding"}


@pytest.mark.parametrize("path", ["/a%2f..%2fb", "/a%27%00", "/a/../b", "/%7Bx%7D", "/a?x=%20"])
def test_paths_are_sent_as_they_are(path: str) -> None:
    with peer(answer(OK)) as (url, seen):
        client(url).send("PATCH", path, body=b"{}")
    assert seen[0].split(b" ")[1].lower() == f"/beta{path}".lower().encode()


def test_headers_can_be_changed_and_left_out() -> None:
    with peer(answer(OK)) as (url, seen):
        client(url).send("PATCH", "/x", body=b"{}", headers={"Authorization": None, "content-type": "text/plain"})
    text = seen[0].decode().lower()
    assert "authorization" not in text
    assert "content-type: text/plain" in text
    assert text.count("content-type") == 1


@pytest.mark.parametrize(
    ("script", "timeout", "word"),
    [
        (hang, 0.5, "within 0.5 s"),
        (drip(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 60), 0.5, "within 0.5 s"),
        (answer(b""), 60, "closed|reset"),  # reset where the body came only after the peer had read the head
        (answer(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), 60, ""),
        (answer(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"), 60, ""),
    ],
)
def test_a_peer_that_does_not_answer_makes_an_exchange_with_a_reason(
    script: Callable[[socket.socket, bytes], None], timeout: float, word: str
) -> None:
    started = time.monotonic()
    with peer(script) as (url, _):
        exchange = client(url, timeout=timeout).send("PATCH", "/x", body=b"{}")
    assert exchange.response is None
    assert exchange.error
    assert re.search(word, exchange.error)
    assert time.monotonic() - started < PATIENCE


def test_a_body_that_drips_is_cut_at_the_limit() -> None:
    def head_then_drip(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")
        drip(b" " * 400)(connection, request)

    with peer(head_then_drip) as (url, _):
        exchange = client(url, timeout=1.5).send("PATCH", "/x", body=b"{}")
    assert exchange.status == 200
    assert exchange.response
    assert exchange.response.broken == "the body did not end in time"


def test_a_body_shorter_than_its_length_is_broken() -> None:
    with peer(answer(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}")) as (url, _):
        exchange = client(url).send("PATCH", "/x", body=b"{}")
    assert exchange.response
    assert "early" in exchange.response.broken


def test_nobody_listening_is_a_refused_connection() -> None:
    exchange = client("http://127.0.0.1:1/beta").send("GET", "/x")
    assert exchange.response is None
    assert exchange.error == "Connection refused"


def test_a_kept_connection_that_was_closed_meanwhile_is_replaced() -> None:
    with peer(answer(OK), answer(OK)) as (url, seen):
        target = client(url)
        first = target.send("GET", "/1")
        time.sleep(0.05)  # the peer closes after its first answer
        second = target.send("GET", "/2")
    assert (first.status, second.status) == (200, 200)
    assert len(seen) == 2


def test_redirects_are_not_followed() -> None:
    with peer(answer(b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")) as (url, seen):
        exchange = client(url).send("PATCH", "/x", body=b"{}")
    assert exchange.status == 307
    assert len(seen) == 1


def test_throttling_is_waited_out_and_counted() -> None:
    busy = b"HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with peer(answer(busy), answer(busy), answer(OK)) as (url, _):
        target = client(url)
        exchange = target.send("PATCH", "/x", body=b"{}")
    assert (exchange.status, exchange.retried, target.throttling.answers) == (200, 2, 2)
    assert [e.status for e in target.exchanges] == [429, 429, 200]


def test_a_server_that_stays_busy_is_given_up() -> None:
    busy = b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with peer(*[answer(busy)] * 4) as (url, _):
        target = client(url, retries=3)
        assert target.send("PATCH", "/x", body=b"{}").status == 503
    assert target.throttling.answers == 4


def test_past_the_deadline_nothing_is_sent() -> None:
    target = Client(Connection("http://127.0.0.1:1/beta", deadline=time.monotonic() - 1))
    assert target.expired
    assert "deadline" in target.send("GET", "/x").error


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("7", 7), ("3153600000", 60), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", 1), ("-5", 1), (None, 1)],
)
def test_retry_after_is_read_as_seconds_or_date_and_never_longer_than_a_minute(value: str | None, seconds: int) -> None:
    headers = (("Retry-After", value),) if value is not None else ()
    assert retry_after(Exchange(0, Request("PATCH", "/"), Response(429, headers))) == seconds


def flood(head: bytes, piece: bytes, size: int = 60_000_000) -> Callable[[socket.socket, bytes], None]:
    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head)
        block = piece * (65536 // len(piece))
        for _count in range(size // len(block)):
            connection.sendall(block)

    return script


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("script", "word"),
    [
        (flood(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), "interim responses"),
        (answer(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 40_000 + b"\r\n\r\n"), "header is longer"),
        (flood(CHUNKED + b"1;", b"x"), "a line of the message is longer"),
        (flood(CHUNKED + b"-1\r\n", b"x"), "no valid size"),
        (flood(CHUNKED, b"400\r\n" + b"x" * 1024 + b"\r\n"), "the body is longer than"),
        (flood(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), "the body is longer than"),
    ],
    ids=["interim", "header", "chunk-line", "negative-chunk", "chunks", "body"],
)
def test_what_never_ends_is_cut_with_a_reason(script: Callable[[socket.socket, bytes], None], word: str) -> None:
    with peer(script) as (url, _):
        exchange = client(url, timeout=10).send("PATCH", "/x", body=b"{}")
    reason = exchange.error or (exchange.response.broken if exchange.response else "")
    assert word in reason
    assert exchange.response is None or len(exchange.response.body) < 9_000_000


def test_early_hints_are_no_answer() -> None:
    with peer(answer(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK)) as (url, _):
        assert client(url).send("PATCH", "/x", body=b"{}").object == {}


def test_a_handshake_that_drips_ends_at_the_limit() -> None:
    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00")
        drip(b"\x02" * 400)(connection, b"")

    with peer(script) as (url, _):
        started = time.monotonic()
        exchange = client(url.replace("http:", "https:"), timeout=0.5).send("GET", "/x")
    assert exchange.response is None
    assert time.monotonic() - started < PATIENCE


def test_long_bodies_are_let_go_of_before_they_fill_the_memory() -> None:
    body = b"x" * 7_000_000
    long = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with peer(*[answer(long)] * 9) as (url, _):
        target = client(url, timeout=10)
        exchanges = [target.send("GET", "/x", fresh=True) for _ in range(9)]
    responses = [exchange.response for exchange in exchanges if exchange.response]
    assert len(responses) == 9
    assert sum(len(response.body) for response in responses) <= 48 * 1024 * 1024
    assert [response.whole for response in responses] == [False] * 2 + [True] * 7
    assert {response.length for response in responses} == {7_000_000}
    assert len({response.sha256 for response in responses}) == 1
    with pytest.raises(BodyNotKeptError):
        _ = responses[0].object


def test_a_request_that_a_signal_broke_off_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    target = client("http://127.0.0.1:1/beta")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(target._transport, "_attempt", interrupted)
    with pytest.raises(KeyboardInterrupt):
        target.send("PATCH", "/x", body=b"{}")
    assert target.together.broken_off


def test_a_kept_connection_serves_the_next_request_and_a_fresh_one_does_not() -> None:
    def two(connection: socket.socket, _: bytes) -> None:
        connection.sendall(OK)
        connection.recv(65536)
        connection.sendall(OK)

    with peer(two, answer(OK)) as (url, seen):
        target = client(url)
        assert [target.send("GET", path).status for path in ("/1", "/2")] == [200, 200]
        assert target.send("GET", "/3", fresh=True).status == 200
    assert len(seen) == 2


@pytest.mark.parametrize("fields", [{"X": "a\r\nY: b"}, {"X": "a\nb"}, {"X\r\nY": "a"}, {"X": "\u20ac"}])
def test_a_field_that_would_be_another_one_is_not_sent(fields: dict[str, str | None]) -> None:
    with peer(answer(OK)) as (url, seen):
        assert "can't be written" in client(url).send("GET", "/x", headers=fields).error
    assert seen == []


@pytest.mark.parametrize(
    ("path", "sent"), [("/a b?c=\xe9[1]", "/a%20b?c=%C3%A9%5B1%5D"), ("/a%2f%zz", "/a%252f%25zz"), ("/a%2f", "/a%2f")]
)
def test_characters_that_no_url_has_are_escaped(path: str, sent: str) -> None:
    with peer(answer(OK)) as (url, seen):
        client(url).send("GET", path)
    assert seen[0].split(b" ")[1].decode() == f"/beta{sent}"


def test_an_update_without_a_body_says_so() -> None:
    with peer(answer(OK), answer(OK)) as (url, seen):
        target = client(url)
        target.send("PATCH", "/x", fresh=True)
        target.send("DELETE", "/x", fresh=True)
    assert [b"Content-Length: 0\r\n" in each for each in seen] == [True, False]
