"""Passes each request on to the target and its answer back, piece by piece, and hands over a copy of both.

As RFC 9110 has it of an intermediary, fields about one connection go no further, Host is the target's, and Via tells of
the proxy. All else passes as it came; nothing waits for a body to be complete.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpcore

from graph_contracts.engine.proxy.copy import Copy
from graph_contracts.http.exchange import SAFE

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Field = tuple[bytes, bytes]

ONE_CONNECTION = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
"""Fields that are about one connection (RFC 9110 §7.6.1), or about trailers, which go no further."""
VIA = (b"Via", b"1.1 graph-contracts")
UNREACHED = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    ssl.SSLError,
)
CLOSED_MEANWHILE = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)
"""What a kept connection looks like that the target has closed."""
MAX_WORDS = 200


class _ClientGone(Exception):  # noqa: N818 (it never leaves this module)
    """The client went away."""


class Passing:
    """The application that a server calls for each request.

    Args:
        target: scheme, host and port of the target, without a path.
        pool: connections to it.
        room: waits until another exchange may begin.
        taken: gets the copy of each exchange that is over.
        connect_timeout: seconds to wait for a connection.
    """

    def __init__(
        self,
        target: str,
        pool: httpcore.AsyncConnectionPool,
        room: Callable[[], Awaitable[None]],
        taken: Callable[[Copy], None],
        connect_timeout: float,
    ) -> None:
        self._target = target
        self._parts = urlsplit(target)
        self._pool = pool
        self._room = room
        self._taken = taken
        self._timeout = {"connect": connect_timeout}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        await self._room()
        line = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        if not line.startswith(b"/"):
            await _say(send, 400, "badRequest", "this is no proxy to name in HTTP_PROXY: send requests to its own URL")
            return
        copy = Copy(scope["method"], self._target + line.decode("latin-1"), scope["headers"])
        try:
            await self._until_client_is_gone(scope, line, receive, send, copy)
        finally:
            copy.end()
            self._taken(copy)

    async def _until_client_is_gone(
        self, scope: Message, line: bytes, receive: Receive, send: Send, copy: Copy
    ) -> None:
        """Pass an exchange on, and end it where the client no longer waits for it."""
        read = asyncio.Event()
        passing = asyncio.ensure_future(self._pass_on(scope, line, _body(receive, copy, read), send, copy, read))
        gone = asyncio.ensure_future(_gone(receive, read))
        try:
            await asyncio.wait({passing, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not passing.done():
                copy.broken_off("the client went away")
                passing.cancel()
            with suppress(_ClientGone, asyncio.CancelledError):
                await passing
        finally:
            passing.cancel()
            gone.cancel()

    async def _pass_on(
        self, scope: Message, line: bytes, body: AsyncIterator[bytes], send: Send, copy: Copy, read: asyncio.Event
    ) -> None:
        names = {name for name, _ in scope["headers"]}
        has_body = bool(names & {b"content-length", b"transfer-encoding"})
        fields = [*_kept(scope["headers"]), (b"Host", self._parts.netloc.encode()), VIA]
        if has_body and b"transfer-encoding" in names:
            fields = [*((n, v) for n, v in fields if n != b"content-length"), (b"Transfer-Encoding", b"chunked")]
        if not has_body:
            read.set()
        request = httpcore.Request(
            scope["method"],
            httpcore.URL(
                scheme=self._parts.scheme,
                host=(self._parts.hostname or "").encode(),
                port=self._parts.port,
                target=line,
            ),
            headers=fields,
            content=body if has_body else None,
            extensions={"timeout": self._timeout},
        )
        try:
            response = await self._answer(request, again=not has_body and scope["method"] in SAFE)
        except UNREACHED as error:
            await _say(send, 502, "badGateway", f"{self._target} gave no answer: {_words(error)}")
            return
        try:
            await self._pass_back(response, send, copy)
        finally:
            with suppress(*UNREACHED):
                await response.aclose()

    async def _answer(self, request: httpcore.Request, *, again: bool) -> httpcore.Response:
        try:
            return await self._pool.handle_async_request(request)
        except CLOSED_MEANWHILE:
            if not again:
                raise
        return await self._pool.handle_async_request(request)

    async def _pass_back(self, response: httpcore.Response, send: Send, copy: Copy) -> None:
        """Send the answer on as it comes.

        Raises:
            httpcore errors: the target broke it off, which the server passes on by closing the client's connection.
        """
        extensions = response.extensions
        copy.begin(response.status, extensions.get("reason_phrase", b""), extensions["http_version"], response.headers)
        await send({"type": "http.response.start", "status": response.status, "headers": [*_kept(response.headers)]})
        try:
            async for chunk in response.aiter_stream():
                copy.answered(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except UNREACHED as error:
            copy.broken_off(f"the body ended early: {_words(error)}")
            raise
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _kept(fields: list[Field]) -> Iterator[Field]:
    """The fields that go further; Host and Via of the next connection are added where they are needed."""
    named = {
        each.strip().lower() for name, value in fields if name.lower() == b"connection" for each in value.split(b",")
    }
    dropped = ONE_CONNECTION | (named - {b"content-length"}) | {b"host"}  # without it a body would have no end
    return ((name, value) for name, value in fields if name.lower() not in dropped)


async def _body(receive: Receive, copy: Copy, read: asyncio.Event) -> AsyncIterator[bytes]:
    """The request's body, piece by piece.

    Raises:
        _ClientGone: the client went away before its end.
    """
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            copy.broken_off("the client went away")
            raise _ClientGone
        if chunk := message.get("body", b""):
            copy.sent(chunk)
            yield chunk
        if not message.get("more_body"):
            read.set()
            return


async def _gone(receive: Receive, read: asyncio.Event) -> None:
    """Return once the client has gone, after its body was read."""
    await read.wait()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(send: Send, status: int, code: str, words: str) -> None:
    """Answer in the target's place."""
    body = json.dumps({"error": {"code": code, "message": f"graph-contracts proxy: {words}"}}).encode()
    fields = [(b"Content-Type", b"application/json"), (b"Content-Length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})


def _words(error: Exception) -> str:
    return (str(error) or type(error).__name__)[:MAX_WORDS]
