"""What passes a proxy comes out as it went in, and nothing waits for the rest of it."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from graph_contracts.errors import NothingTestedError
from graph_contracts.http.limits import MAX_BODY
from graph_contracts.report.verdict import Verdict
from tests.support.mocks import RIGHT, WRONG, failed, lamps
from tests.support.upstream import PATIENCE, Asked, Upstream, proxied

LAMP = "/v1.0/lamps/a1"


@pytest.fixture(name="document")
def _document(tmp_path: Path) -> Path:
    return lamps(tmp_path)


def open_line(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 0), PATIENCE)


def read_until(line: socket.socket, end: str) -> str:
    """What comes, up to some words."""
    found = ""
    while end not in found:
        piece = line.recv(65536)
        assert piece, f"closed after {found!r}"
        found += piece.decode("latin-1")
    return found


def test_fields_of_one_connection_go_no_further(document: Path) -> None:
    def reply(asked: Asked) -> None:
        asked.json(
            json.dumps(RIGHT), "Connection: X-Mine, keep-alive", "X-Mine: 1", "Keep-Alive: timeout=5", "X-KePt: 2"
        )

    upstream = Upstream(reply)
    with upstream.serving() as target, proxied(f"{target}/v1.0", document) as running, open_line(running.url) as line:
        head = f"GET {LAMP}?a=%2f&b HTTP/1.1\r\nHost: mine\r\nConnection: X-Own\r\nX-Own: 1\r\nTE: trailers\r\n"
        line.sendall(f"{head}Upgrade: h2c\r\nAuthorization: Bearer t\r\nX-Odd: \xe9\r\n\r\n".encode("latin-1"))
        answer = read_until(line, '"level": 5}')
        (asked,) = upstream.asked
        assert asked.head.startswith(f"GET {LAMP}?a=%2f&b HTTP/1.1")
        assert asked.fields("Host") == [urlsplit(target).netloc]
        assert asked.fields("Authorization") == ["Bearer t"]
        assert asked.fields("X-Odd") == ["\xe9"]
        assert asked.fields("Via") == ["1.1 graph-contracts"]
        for name in ("X-Own", "TE", "Upgrade", "User-Agent", "Accept", "Accept-Encoding"):
            assert asked.fields(name) == [], name
        assert "X-KePt: 2" in answer
        assert "x-mine" not in answer.lower()
        assert "keep-alive: timeout" not in answer.lower()


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_passes_in_its_framing(chunked: bool, document: Path) -> None:
    upstream = Upstream(lambda asked: asked.json(json.dumps(RIGHT)))
    with upstream.serving() as target, proxied(f"{target}/v1.0", document) as running:
        data = iter([b'{"level"', b": 5}"]) if chunked else b'{"level": 5}'
        assert requests.patch(f"{running.url}/lamps/a1", data=data, timeout=PATIENCE).json() == RIGHT
        (asked,) = upstream.asked
        assert asked.body == b'{"level": 5}'
        assert bool(asked.fields("Content-Length")) is not chunked
        assert bool(asked.fields("Transfer-Encoding")) is chunked


def test_no_client_can_take_the_framing_of_its_body_away(document: Path) -> None:
    upstream = Upstream(lambda asked: asked.json(json.dumps(RIGHT)))
    with upstream.serving() as target, proxied(f"{target}/v1.0", document) as running:
        headers = {"Connection": "Content-Length"}
        answer = requests.patch(f"{running.url}/lamps/a1", data=b'{"level": 5}', headers=headers, timeout=PATIENCE)
        assert answer.json() == RIGHT
        assert [asked.body for asked in upstream.asked] == [b'{"level": 5}']


def test_a_coded_body_passes_as_it_is_and_is_judged(document: Path) -> None:
    octets = gzip.compress(json.dumps(WRONG).encode())

    def reply(asked: Asked) -> None:
        fields = ("Content-Type: application/json", "Content-Encoding: gzip", f"Content-Length: {len(octets)}")
        asked.answer("HTTP/1.1 200 Fine", *fields, body=octets)

    with Upstream(reply).serving() as target, proxied(f"{target}/v1.0", document) as running:
        with requests.get(f"{running.url}/lamps/a1", stream=True, timeout=PATIENCE) as answer:
            assert answer.raw.read() == octets
        assert failed(running.ended()) == ["read.type.int32"]


def test_each_piece_of_a_stream_passes_before_the_next_comes(document: Path) -> None:
    came = threading.Event()

    def reply(asked: Asked) -> bool:
        asked.answer("HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked")
        asked.connection.sendall(b"8\r\ndata: 1\n\r\n")
        assert came.wait(PATIENCE)
        asked.connection.sendall(b"8\r\ndata: 2\n\r\n0\r\n\r\n")
        return True

    with (
        Upstream(reply).serving() as target,
        proxied(f"{target}/v1.0", document) as running,
        requests.get(f"{running.url}/lamps/a1", stream=True, timeout=PATIENCE) as answer,
    ):
        pieces = answer.iter_lines(chunk_size=1)
        assert next(pieces) == b"data: 1"
        came.set()
        assert next(pieces) == b"data: 2"


def test_a_large_download_passes_whole_and_is_judged_in_part(document: Path) -> None:
    size = MAX_BODY + 100_000

    def reply(asked: Asked) -> None:
        asked.answer("HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {size}", body=b"[" * size)

    with Upstream(reply).serving() as target, proxied(f"{target}/v1.0", document) as running:
        assert len(requests.get(f"{running.url}/lamps/a1", timeout=PATIENCE).content) == size
        found = running.ended()
        assert failed(found) == []
        assert any("1 answers are recorded in part only" in note for note in found.results.notes)


def test_the_client_is_told_to_go_on_with_a_body(document: Path) -> None:
    upstream = Upstream(lambda asked: asked.json(json.dumps(RIGHT)))
    with upstream.serving() as target, proxied(f"{target}/v1.0", document) as running, open_line(running.url) as line:
        head = f"PATCH {LAMP} HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
        line.sendall(head.encode())
        assert line.recv(100).startswith(b"HTTP/1.1 100")
        line.sendall(b"{}")
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
        assert upstream.asked[0].body == b"{}"
        assert upstream.asked[0].fields("Expect") == ["100-continue"]


@pytest.mark.parametrize("method", ["HEAD", "DELETE", "OPTIONS", "ODD"])
def test_answers_without_a_body_pass(method: str, document: Path) -> None:
    def reply(asked: Asked) -> None:
        status = "204 No Content" if method == "DELETE" else "200 OK"
        length = () if method == "DELETE" else (f"Content-Length: {7 if method == 'HEAD' else 0}",)
        asked.answer(f"HTTP/1.1 {status}", *length)

    upstream = Upstream(reply)
    with upstream.serving() as target, proxied(f"{target}/v1.0", document) as running, requests.Session() as session:
        for _ in range(2):
            answer = session.request(method, f"{running.url}/lamps/a1", timeout=PATIENCE)
            assert (answer.status_code, answer.content) == (204 if method == "DELETE" else 200, b"")
        assert [each.head.split()[0] for each in upstream.asked] == [method, method]


def test_a_target_that_is_not_there_is_502_and_told(document: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        target = f"http://127.0.0.1:{free.getsockname()[1]}"
    with proxied(f"{target}/v1.0", document) as running:
        answer = requests.get(f"{running.url}/lamps/a1?token=s3cret", timeout=PATIENCE)
        assert answer.status_code == 502
        assert answer.json()["error"]["message"].startswith(f"graph-contracts proxy: {target} gave no answer: ")
        with pytest.raises(
            NothingTestedError, match="Not judged, 1 of 1 requests: the target did not answer"
        ) as caught:
            running.ended()
        assert "s3cret" not in str(caught.value)


def test_an_answer_that_the_target_breaks_off_is_broken_off_and_not_accused(document: Path) -> None:
    def reply(asked: Asked) -> bool:
        asked.answer("HTTP/1.1 200 OK", "Content-Type: application/json", "Content-Length: 99", body=b'{"id"')
        return False

    with Upstream(reply).serving() as target, proxied(f"{target}/v1.0", document) as running:
        with pytest.raises(requests.RequestException):
            requests.get(f"{running.url}/lamps/a1", timeout=PATIENCE)
        assert failed(running.ended()) == []


def test_a_client_that_goes_away_ends_the_exchange(document: Path) -> None:
    ended = threading.Event()

    def reply(asked: Asked) -> bool:
        asked.answer("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")
        asked.connection.sendall(b"1\r\nx\r\n")
        try:
            closed = not asked.connection.recv(1)
        except ConnectionError:
            closed = True  # it was reset, since something on it was not read
        if closed:
            ended.set()
        return False

    with Upstream(reply).serving() as target, proxied(f"{target}/v1.0", document) as running:
        with open_line(running.url) as line:
            line.sendall(f"GET {LAMP} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            assert line.recv(100)
        assert ended.wait(PATIENCE)


def test_a_read_is_sent_again_where_a_kept_connection_was_closed(document: Path) -> None:
    def reply(asked: Asked) -> bool:
        if len(upstream.asked) == 2:
            return False  # as one does that closes it while the request is under way
        asked.json(json.dumps(RIGHT))
        return True

    upstream = Upstream(reply)
    with upstream.serving() as target, proxied(f"{target}/v1.0", document) as running:
        codes = [requests.get(f"{running.url}/lamps/a1", timeout=PATIENCE).status_code for _ in range(2)]
        assert codes == [200, 200]
        assert len(upstream.asked) == 3


def test_a_request_for_another_host_is_refused(document: Path) -> None:
    upstream = Upstream(lambda asked: asked.json("{}"))
    with upstream.serving() as target, proxied(f"{target}/v1.0", document) as running, open_line(running.url) as line:
        line.sendall(b"GET http://other.example/v1.0/lamps/a1 HTTP/1.1\r\nHost: other.example\r\n\r\n")
        assert b"400 Bad Request" in line.recv(65536)
        assert upstream.asked == []


def test_links_to_the_target_pass_unchanged_and_are_told(document: Path) -> None:
    def reply(asked: Asked) -> None:
        link = f"http://{asked.fields('Host')[0]}/v1.0/lamps?$skiptoken=2"
        asked.json(json.dumps({"value": [RIGHT], "@odata.nextLink": link}))

    with Upstream(reply).serving() as target, proxied(f"{target}/v1.0", document) as running:
        answer = requests.get(f"{running.url}/lamps", timeout=PATIENCE).json()
        assert answer["@odata.nextLink"].startswith(f"{target}/v1.0/lamps")
        found = running.ended()
        assert any(f"1 answers hold links to {target} itself" in note for note in found.results.notes)
        assert not found.results.outcomes(Verdict.FAIL)
