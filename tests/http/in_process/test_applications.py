"""Requests to applications in this process: what comes is what would come off a connection."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import partial
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from graph_contracts.errors import ConfigurationError, TargetError
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection, Limits
from graph_contracts.http.credentials import QueryKey
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.in_process import application

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
BODY = {"type": "http.response.body", "body": b"fine"}
PATIENCE = 120.0


def client(app: object, timeout: float = PATIENCE) -> Client:
    return Client(Connection("http://testserver/v1", limits=Limits(timeout), application=application(app)))


def sent(app: object, method: str = "GET", path: str = "/x", timeout: float = PATIENCE, **how: Any) -> Exchange:
    """One exchange with an application."""
    peer = client(app, timeout)
    try:
        return peer.send(method, path, **how)
    finally:
        peer.close()


def answering(*messages: Message) -> Callable[..., Awaitable[None]]:
    """An ASGI application that sends these messages."""

    async def app(scope: Message, receive: object, send: Send) -> None:
        if scope["type"] == "http":
            for message in messages:
                await send(message)

    return app


async def echo(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
    """Answers what it was asked."""
    assert scope["type"] == "http", "it has no lifespan"
    asked = await receive()
    said = (scope["method"], scope["raw_path"], scope["path"], scope["query_string"], sorted(scope["headers"]))
    await send(START)
    await send({"type": "http.response.body", "body": f"{said} {asked['body']!r}".encode()})


def wsgi(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
    """Answers what it was asked."""
    start("201 Created", [("Content-Type", "text/plain"), ("X-Two", "a"), ("X-Two", "b")])
    names = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_X_ASKED")
    yield repr([environ.get(name) for name in names]).encode()
    yield environ["wsgi.input"].read()


def body(exchange: Exchange) -> str:
    assert exchange.response is not None, exchange.error
    return exchange.response.body.decode()


def test_an_asgi_application_gets_the_request_as_a_server_would_pass_it_on() -> None:
    said = body(sent(echo, "PATCH", "/a%2Fb%C3%A9?q=%20", body=b"{}", headers={"X-Asked": "yes"}))
    assert "('PATCH', b'/v1/a%2Fb%C3%A9', '/v1/a/bé', b'q=%20'," in said
    for field in ("(b'host', b'testserver')", "(b'content-length', b'2')", "(b'x-asked', b'yes')"):
        assert field in said
    assert said.endswith("b'{}'")


def test_a_wsgi_application_gets_the_request_as_a_server_would_pass_it_on() -> None:
    exchange = sent(wsgi, "PUT", "/%C3%A9?q=1", body=b"[1]", headers={"X-Asked": "yes"})
    path = "/v1/é".encode().decode("latin-1")
    assert body(exchange) == f"{['PUT', path, 'q=1', 'application/json', '3', 'yes']!r}[1]"
    assert exchange.response is not None
    assert (exchange.status, exchange.response.reason) == (201, "Created")
    assert exchange.response.all("x-two") == ("a", "b")


def fails(environ: object, start: object) -> None:
    raise ZeroDivisionError("by\nnought")


async def fails_later(scope: Message, receive: object, send: Send) -> None:
    if scope["type"] == "http":
        await send(START)
        raise LookupError


async def exits(scope: Message, receive: object, send: Send) -> None:
    if scope["type"] == "http":
        raise SystemExit(3)


def test_a_key_in_the_query_reaches_the_application() -> None:
    asked = []

    async def app(scope: Message, receive: object, send: Send) -> None:
        if scope["type"] == "http":
            asked.append(scope["query_string"])
            await send(START)
            await send(BODY)

    connection = Connection("http://testserver/v1", application=application(app), credential=QueryKey("key", "a+b/c"))
    peer = Client(connection)
    try:
        peer.send("GET", "/x?y=1")
    finally:
        peer.close()
    assert asked == [b"y=1&key=a%2Bb%2Fc"]


@pytest.mark.parametrize(
    ("app", "status", "broken", "note"),
    [
        (fails, 500, "", "the application raised ZeroDivisionError: by nought (test_applications.py:"),
        (fails_later, 200, "the application did not end its answer", "raised LookupError (test_applications.py:"),
        (exits, 500, "", "the application raised SystemExit: 3 (test_applications.py:"),
    ],
)
def test_an_exception_is_a_500_with_a_note(app: object, status: int, broken: str, note: str) -> None:
    peer = client(app)
    for _ in range(2):
        exchange = peer.send("GET", "/x")
    peer.close()
    assert exchange.status == status
    assert exchange.response is not None
    assert broken in exchange.response.broken
    (line,) = peer.notes
    assert note in line


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ((), "the application ended without an answer"),
        ((START,), "the application did not end its answer"),
        (({**START, "status": 204}, BODY), "4 octets of content after a 204"),
        (({**START, "headers": [(b"content-length", b"9")]}, BODY), "Content-Length says 9 octets, 4 came"),
        (({**START, "headers": [(b"content-encoding", b"gzip")]}, BODY), "does not decode as gzip"),
        (({**START, "headers": [(b"x", b"1\r\nno field")]}, BODY), "a line of the head is no field"),
        (({**START, "status": 99}, BODY), "99 is no final status"),
    ],
)
def test_what_is_wrong_with_an_answer_shows(messages: tuple[Message, ...], expected: str) -> None:
    exchange = sent(answering(*messages))
    assert expected in (exchange.response.broken if exchange.response else exchange.error)


def test_the_answer_to_head_has_no_content() -> None:
    exchange = sent(answering(START, BODY), "HEAD")
    assert exchange.response is not None
    assert (exchange.response.body, exchange.response.broken) == (b"", "")


def waiting_wsgi(environ: object, start: object) -> list[bytes]:
    time.sleep(PATIENCE)
    return []


async def waiting(scope: Message, receive: object, send: object) -> None:
    if scope["type"] == "http":
        await asyncio.sleep(PATIENCE)


@pytest.mark.parametrize("app", [waiting, waiting_wsgi])
def test_an_application_that_does_not_answer_is_left_behind(app: object) -> None:
    began = time.monotonic()
    exchange = sent(app, timeout=0.2)
    assert (exchange.error, exchange.hung) == ("no complete answer within 0.2 s", True)
    assert time.monotonic() - began < PATIENCE


def test_the_lifespan_is_run_around_all_requests() -> None:
    happened = []

    async def lifespan(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        while True:
            kind = (await receive())["type"]
            happened.append(kind)
            scope["state"]["given"] = "by the lifespan"
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return

    async def app(scope: Message, receive: Any, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(scope, receive, send)
            return
        happened.append(scope["state"]["given"])
        await answering(START, BODY)(scope, receive, send)

    peer = client(app)
    assert peer.send("GET", "/x").ok
    assert peer.send("GET", "/x").ok
    peer.close()
    assert happened == ["lifespan.startup", "by the lifespan", "by the lifespan", "lifespan.shutdown"]


def test_an_application_that_does_not_start_answers_nothing_and_says_why() -> None:
    async def app(scope: Message, receive: Any, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "Traceback …\n  …\nOSError: no disk\n"})

    peer = client(app)
    for _ in range(2):
        assert peer.send("GET", "/x").error == "the application did not start: OSError: no disk"
    peer.close()


def test_requests_of_several_threads_are_answered_at_once() -> None:
    meeting = threading.Barrier(2, timeout=PATIENCE)

    def meet(environ: object, start: Callable[..., object]) -> list[bytes]:
        meeting.wait()
        start("200 OK", [])
        return [b"met"]

    peer = client(meet)
    found: list[Exchange] = []
    threads = [threading.Thread(target=lambda: found.append(peer.send("GET", "/x"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    peer.close()
    assert [body(each) for each in found] == ["met", "met"]


def test_a_framework_is_no_exception() -> None:
    async def hello(request: Request) -> Response:
        return PlainTextResponse(request.url.path)

    assert body(sent(Starlette(routes=[Route("/v1/hello", hello)]), path="/hello")) == "/v1/hello"


def test_there_are_no_connections() -> None:
    peer = client(echo)
    with pytest.raises(TargetError, match="application in this process"), peer.line():
        pass
    peer.close()


class Called:
    async def __call__(self, scope: object, receive: object, send: object) -> None: ...


@pytest.mark.parametrize(
    ("app", "is_async"), [(echo, True), (wsgi, False), (Called(), True), (partial(echo), True), (partial(wsgi), False)]
)
def test_the_interface_of_an_application_is_known(app: object, is_async: bool) -> None:
    assert application(app).is_async is is_async


@pytest.mark.parametrize("target", [3, None, Called, object()])
def test_what_is_no_application_is_refused(target: object) -> None:
    with pytest.raises(ConfigurationError, match="neither a URL nor an application"):
        application(target)
