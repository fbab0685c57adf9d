"""Answers off a kept connection: read as clients read them, whole, within limits, and never on into the next one."""

from __future__ import annotations

import socket
import time

import pytest

from graph_contracts.http.answer import AnswerReader, Malformed
from graph_contracts.http.exchange import Response

OK = b"HTTP/1.1 200 OK\r\n"
COUNTED = OK + b"Content-Length: 2\r\n\r\n{}"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def read(octets: bytes, *, ended: bool = False, head_only: bool = False, seconds: float = 5.0) -> tuple[Response, bool]:
    """The answer that octets are read as, and whether the connection is over; `ended`: the peer closes it."""
    peer, own = socket.socketpair()
    with peer, own:
        peer.sendall(octets)
        if ended:
            peer.shutdown(socket.SHUT_WR)
        reader = AnswerReader(own, time.monotonic() + seconds)
        return reader.ask(b"GET / HTTP/1.1\r\n\r\n", head_only=head_only), reader.is_over


@pytest.mark.parametrize(
    "octets",
    [
        COUNTED,
        OK + b"Content-Length: 2, 2\r\n\r\n{}",
        CHUNKED + b"1;x=y\r\n{\r\n1\r\n}\r\n0\r\nTrailer: 1\r\n\r\n",
        OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + COUNTED,
        b"HTTP/1.1 200\nContent-Length: 2\n\n{}",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_an_answer_ends_where_it_says_and_the_next_can_be_asked_for(octets: bytes) -> None:
    response, is_over = read(octets)
    assert (response.status, response.body, response.broken, is_over) == (200, b"{}", "", False)


@pytest.mark.parametrize(
    ("octets", "body"),
    [
        (OK + b"\r\n{}", b"{}"),
        (COUNTED + b"surplus", b"{}"),
        (OK + b"Connection: Close\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}", b""),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n\0\1", b""),
        (CHUNKED + b"2\r\n{}\r\n0\r\n", b"{}"),
    ],
)
def test_no_other_answer_is_read_where_octets_of_this_one_could_follow(octets: bytes, body: bytes) -> None:
    response, is_over = read(octets, ended=True)
    assert (response.body, response.broken, is_over) == (body, "", True)


def test_an_answer_to_head_has_no_body_whatever_its_length_says() -> None:
    assert read(OK + b"Content-Length: 2\r\n\r\n", head_only=True) == (
        Response(200, (("Content-Length", "2"),), reason="OK"),
        False,
    )


@pytest.mark.parametrize(
    ("octets", "broken", "body"),
    [
        (OK + b"Content-Length: 3\r\n\r\n{}", "the body ended early: Content-Length says 3 octets, 2 came", b"{}"),
        (OK + b"Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}", "Content-Length is not one number: 2, 5", b"{}"),
        (OK + b"Content-Length: -2\r\n\r\n{}", "Content-Length is not one number: -2", b"{}"),
        (OK + b"Content-Length: 1" + b"0" * 9999 + b"\r\n\r\n{}", "Content-Length is not one number: 1", b"{}"),
        (CHUNKED + b"2\r\n{}\r\n", "the body ended early: the chunked body ended before its last chunk", b"{}"),
        (CHUNKED + b"9\r\n{}", "the body ended early: the chunked body ended before its last chunk", b"{}"),
        (CHUNKED + b"-1\r\n{}", "the body ended early: a chunk has no valid size", b""),
        (CHUNKED + b"1\r\n{}\r\n", "the body ended early: a chunk is longer than its size says", b"{"),
        (CHUNKED + b"0\r\n" + b"X: y\r\n" * 200, "the body ended early: the trailer has more than 100 fields", b""),
        (OK + b"no field\r\nContent-Length: 2\r\n\r\n{}", "a line of the head is no field: 'no field'", b"{}"),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "the body does not decode as gzip", b"{}"),
    ],
)
def test_what_is_wrong_with_an_answer_is_named(octets: bytes, broken: str, body: bytes) -> None:
    response, _ = read(octets, ended=True)
    assert (response.broken[: len(broken)], response.body) == (broken, body)


@pytest.mark.parametrize(
    ("octets", "word"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "not HTTP: it begins with SSH"),
        (b"ICY 200 OK\r\n\r\n", "not HTTP: it begins with ICY"),
        (b"HTTP/2.0 200 OK\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: y", "ended in its head"),
        (OK + b"X: y\r\n" * 101 + b"\r\n", "more than 100 fields"),
        (OK + b"X: " + b"y" * 40_000 + b"\r\n\r\n", "the header is longer than 32768 octets"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n" * 40, "32 interim responses and no final one"),
    ],
)
def test_what_is_no_answer_is_refused_with_a_reason(octets: bytes, word: str) -> None:
    with pytest.raises(Malformed, match=word):
        read(octets, ended=True)


def test_a_connection_without_an_answer_was_closed() -> None:
    with pytest.raises(ConnectionResetError, match="closed before an answer"):
        read(b"", ended=True)


def test_fields_are_read_as_they_come_and_folded_ones_in_one_line() -> None:
    response, _ = read(OK + b"X: a\r\n b\rY: c\r\nZ : d\r\nx:e\r\nContent-Length: 0\r\n\r\n")
    assert response.headers == (("X", "a b\rY: c"), ("Z ", "d"), ("x", "e"), ("Content-Length", "0"))


def test_an_exchange_ends_when_it_is_due() -> None:
    with pytest.raises(TimeoutError):
        read(OK, seconds=0.05)
    with pytest.raises(TimeoutError):
        read(OK + b"\r\n{}", seconds=0.05)
    assert read(OK + b"Content-Length: 3\r\n\r\n{}", seconds=0.05)[0].broken == "the body did not end in time"
