"""The end of a target: told from connections that are refused for once, and laid on the request that did it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from graph_contracts.http import lifeline
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection, Limits
from graph_contracts.http.exchange import REFUSED, Exchange, Request, Response
from graph_contracts.http.request_kind import kind
from graph_contracts.http.suspects import LATEST, Suspects

URL = "http://one.example/v1/things/one"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Listener:
    """A server that answers each request, and whose port a test opens and closes."""

    def __init__(self) -> None:
        self.port = 0
        self.socket: socket.socket | None = None
        self.taken: list[socket.socket] = []
        self.open()

    def open(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", self.port))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._take, args=(self.socket,), daemon=True).start()

    def close(self) -> None:
        """Take no more connections; those that were taken stay."""
        if self.socket is not None:
            _end(self.socket)
            self.socket = None

    def die(self) -> None:
        self.close()
        for each in self.taken:
            _end(each)

    def _take(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.taken.append(connection)
            threading.Thread(target=_answer, args=(connection,), daemon=True).start()


def _end(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()


def _answer(connection: socket.socket) -> None:
    while True:
        try:
            if not connection.recv(65536):
                return
            connection.sendall(ANSWER)
        except OSError:
            return


@contextmanager
def connected() -> Iterator[tuple[Listener, Client]]:
    listener = Listener()
    client = Client(Connection(f"http://127.0.0.1:{listener.port}", limits=Limits(timeout=60)))
    try:
        yield listener, client
    finally:
        client.close()
        listener.die()


def test_a_target_that_is_there_again_gets_the_request_that_found_nobody() -> None:
    with connected() as (listener, client):
        assert client.send("GET", "/").ok
        listener.die()
        opened = threading.Timer(0.3, listener.open)
        opened.start()
        assert client.send("GET", "/again").ok
        opened.join()
        (death,) = client.lifeline.deaths
        assert death.restarted
        assert death.refused.error == REFUSED
        assert client.dead is None


def test_a_target_that_nobody_starts_again_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifeline, "RESTART_GRACE_S", 0.1)
    with connected() as (listener, client):
        assert client.send("GET", "/").ok
        listener.die()
        for _ in range(2):
            assert client.send("GET", "/again").error in {REFUSED, "the connection was closed before an answer"}
        assert [death.restarted for death in client.lifeline.deaths] == [False]
        assert client.dead is not None
        assert client.lifeline.hopeless


def test_a_target_that_refuses_a_connection_and_holds_another_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifeline, "CERTAIN_S", 0.05)
    with connected() as (listener, client):
        assert client.send("GET", "/").ok
        listener.close()
        refused = client.send("GET", "/", fresh=True)
        assert refused.error == REFUSED
        assert client.send("GET", "/").ok, "over the connection that it holds"
        assert client.lifeline.deaths == []
        assert client.dead is None


def test_a_target_that_was_never_reached_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    client = Client(Connection(f"http://127.0.0.1:{port}"))
    assert client.send("GET", "/").error == REFUSED
    assert client.lifeline.deaths == []


# -- which request it was ----------------------------------------------------------------------------------------------


def exchange(index: int, body: Any, *, method: str = "PATCH", answered: bool = True, **about: Any) -> Exchange:
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(200) if answered else None
    return Exchange(index, Request(method, URL, (), octets), response, entity="one", **about)


def after(usual: int, *last: Exchange) -> list[int]:
    """The indexes of the suspects, once so many plain requests were outlived."""
    suspects = Suspects()
    for index in range(usual):
        plain = {"name": f"name {index}"} if index % 2 else b""
        each = exchange(index, plain, method="PATCH" if index % 2 else "GET")
        suspects.add(each, kind(each))
    for each in last:
        suspects.add(each, kind(each))
    return [each.index for each in suspects.take()[0]]


def test_what_is_unlike_all_that_was_outlived_is_to_blame_and_not_the_plain_request_after_it() -> None:
    bad, plain, read = (
        exchange(100, None),
        exchange(102, {"name": "x 1"}, answered=False),
        exchange(101, b"", method="GET"),
    )
    assert after(2 * LATEST, bad, plain) == [100]
    assert after(2 * LATEST, bad, read, plain) == [100]


def test_the_last_request_is_to_blame_where_none_is_new() -> None:
    assert after(2 * LATEST + 1) == [2 * LATEST]


def test_the_latest_of_several_new_requests_comes_first() -> None:
    assert after(2 * LATEST, exchange(100, [1]), exchange(101, None)) == [101, 100]


@pytest.mark.parametrize("body", [None, [], "x", {"other": "x"}, {"name": 1}, {"name": "\0"}, b"{", b"[" * 5000])
def test_a_request_that_could_do_something_else_is_of_another_kind(body: Any) -> None:
    assert kind(exchange(1, body)) != kind(exchange(2, {"name": "name 2"}))


def test_other_values_of_the_same_form_are_of_one_kind() -> None:
    one, other = ({"name": "a b", "count": 1, "bag": {"x": "1"}}, {"bag": {"x": "27"}, "count": 12, "name": "c d"})
    assert kind(exchange(1, one)) == kind(exchange(2, other))
