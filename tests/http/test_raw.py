"""The raw reader: responses read to the last octet, and everything wrong with them named."""

from __future__ import annotations

import gzip

import pytest

from graph_contracts.http.head_fields import unsound
from graph_contracts.http.raw import UNREAD, decode, parse

HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (HEAD + b"Content-Length: 2\r\n\r\n{}", b"{}"),
        (HEAD + b"Content-Length: 2, 2\r\n\r\n{}", b"{}"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\nTrailer: 1\r\n\r\n", b"{}"),
        (HEAD + b"\r\n{}", b"{}"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"Content-Length: 2\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", b""),
    ],
)
def test_a_sound_message_is_read_whole(data: bytes, body: bytes) -> None:
    response = parse(data, ended=True)
    assert response
    assert response.body == body
    assert not response.broken


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (HEAD + b"Content-Length: 3\r\n\r\n{}", "3 octets, 2"),
        (HEAD + b"Content-Length: 1\r\n\r\n{}", "1 octets, 2"),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "not one number"),
        (HEAD + b"Content-Length: x\r\n\r\n{}", "not one number"),
        (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", "both"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", "last chunk"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n", "valid size"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", "longer than its size"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nmore", "after the last chunk"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}", "after a 204"),
        (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "decode"),
    ],
)
def test_what_is_wrong_with_a_message_is_named(data: bytes, word: str) -> None:
    response = parse(data, ended=True)
    assert response
    assert word in response.broken


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 200 OK\r\n", b"220 smtp\r\n\r\n", b"\x16\x03\x01\r\n\r\n"])
def test_what_is_no_response_is_none(data: bytes) -> None:
    assert parse(data, ended=True) is None


def test_a_coded_body_is_inflated_up_to_a_limit() -> None:
    assert decode(gzip.compress(b"x" * 100), "gzip", 1000) == (b"x" * 100, "")
    body, problem = decode(gzip.compress(b"x" * 100_000), "gzip", 1000)
    assert len(body) == 1000
    assert "cut" in problem
    assert "short" in decode(gzip.compress(b"x" * 100)[:-9], "gzip", 1000)[1]
    assert decode(b"\x3b", "br", 1000) == (b"\x3b", f"the content coding 'br' {UNREAD}")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (HEAD + b"Content-Length: 1" + b"0" * 9999 + b"\r\n\r\n{}", "not one number"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n", "valid size"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n[\r\n" * 200_000, "last chunk"),
        (HEAD + b"Content-Encoding: " + b"gzip, " * 50 + b"gzip\r\nContent-Length: 2\r\n\r\n{}", "codings"),
    ],
)
def test_what_is_there_to_wear_the_reader_out_is_named(data: bytes, word: str) -> None:
    response = parse(data, ended=True)
    assert response
    assert word in response.broken


def test_interim_responses_are_skipped_but_not_without_end() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    sound = HEAD + b"Content-Length: 2\r\n\r\n{}"
    response = parse(interim * 5 + sound, ended=True)
    assert response
    assert (response.status, response.body) == (200, b"{}")
    assert parse(interim * 400_000 + sound, ended=True) is None


def test_a_head_beyond_the_limit_is_no_response() -> None:
    assert parse(HEAD + b"X: " + b"y" * 40_000 + b"\r\n\r\n{}", ended=True) is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ('ETag: "a"\r\nETag: "b"', ['ETag 2 times: "a", then "b"']),
        ("Content-Type: text/html\r\nContent-Type: text/html", []),
        ("X-A: a\x00b", ["X-A with the forbidden octet 0x00"]),
        ("X-A: a\r\n b", ["X-A goes on in another line (obs-fold)"]),
        ("X-A : a", ["a field name that is no token: 'X-A '"]),
        ("X.A~1: Z\xfcrich\tb\r\nX-Empty:\r\nVary: A\r\nVary: B\r\nDate: a\r\nDate: b", []),
    ],
)
def test_what_a_head_may_not_have_is_said(fields: str, said: list[str]) -> None:
    octets = f"HTTP/1.1 200 OK\r\n{fields}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    response = parse(octets, ended=True)
    assert response is not None
    assert not response.broken
    assert list(unsound(response)) == said


def test_a_line_of_a_head_that_is_no_field_is_told() -> None:
    response = parse(b"HTTP/1.1 200 OK\r\nno field\r\nContent-Length: 0\r\n\r\n", ended=True)
    assert response is not None
    assert response.broken == "a line of the head is no field: 'no field'"
