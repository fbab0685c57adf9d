"""Calls an ASGI application (3.0) in an event loop of its own, and runs its lifespan."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, MutableMapping
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TooLate
from contextlib import suppress
from typing import Any, TypeVar

from graph_contracts.errors import TargetError
from graph_contracts.http.in_process.message import MAX_WORDS, Incoming, Outgoing

Message = MutableMapping[str, Any]
Value = TypeVar("Value")
GRACE_S = 5.0
"""Seconds that an application gets to end."""
VERSIONS = {"version": "3.0", "spec_version": "2.3"}


class AsgiCaller:
    """An application with an event loop in a thread of its own; safe to use from several threads.

    The thread is a daemon: an application that blocks its loop for ever doesn't keep the process.
    """

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="asgi", daemon=True)
        self._state: dict[str, Any] = {}
        """What the lifespan shares with requests."""
        self._events: asyncio.Queue[Message] = asyncio.Queue()
        self._told: asyncio.Queue[str] = asyncio.Queue()
        self._lifespan: asyncio.Task[None] | None = None
        self._lock = threading.Lock()
        self._problem = ""
        """Why the application did not start."""

    def ask(self, incoming: Incoming, timeout: float) -> Outgoing:
        """What the application sends in answer to a request.

        Raises:
            TimeoutError: it is not at its end in time; it is cancelled then.
            TargetError: it does not start.
        """
        with self._lock:
            if not self._thread.is_alive():
                self._thread.start()
                self._problem = self._within(self._begin(), timeout)
        if self._problem:
            raise TargetError(f"the application did not start: {self._problem}")
        return self._within(self._asked(incoming), timeout)

    def close(self) -> None:
        """End the lifespan and the loop."""
        if not self._thread.is_alive():
            return
        with suppress(TimeoutError):
            self._within(self._end(), GRACE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(GRACE_S)
        if not self._thread.is_alive():
            self._loop.close()

    def _within(self, coroutine: Coroutine[Any, Any, Value], seconds: float) -> Value:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(seconds)
        except (TooLate, CancelledError):
            raise TimeoutError from None
        finally:
            future.cancel()

    # -- in the loop --------------------------------------------------------------------------------------------

    async def _begin(self) -> str:
        """Run the lifespan up to where it has started; returns why that failed, in the application's last words.

        An application without a lifespan goes on without.
        """
        self._lifespan = asyncio.get_running_loop().create_task(self._live())
        await self._events.put({"type": "lifespan.startup"})
        return await self._told.get()

    async def _end(self) -> None:
        if self._lifespan is not None and not self._lifespan.done():
            await self._events.put({"type": "lifespan.shutdown"})
            await self._told.get()
            self._lifespan.cancel()

    async def _live(self) -> None:
        async def send(message: Message) -> None:
            await self._told.put(_last_words(message) if message["type"].endswith(".failed") else "")

        scope = {"type": "lifespan", "asgi": VERSIONS, "state": self._state}
        try:
            await self._app(scope, self._events.get, send)
        except Exception:  # noqa: S110 (the specification: an application that raises here has no lifespan)
            pass
        finally:
            await self._told.put("")

    async def _asked(self, incoming: Incoming) -> Outgoing:
        outgoing = Outgoing(is_head=incoming.method == "HEAD")
        unread = [incoming.body]
        over = asyncio.Event()

        async def receive() -> Message:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                outgoing.begin(message["status"], [(bytes(n), bytes(v)) for n, v in message.get("headers", ())])
            elif message["type"] == "http.response.body":
                outgoing.add(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    outgoing.end()
                    over.set()

        try:
            await self._app(self._scope(incoming), receive, send)
        except (Exception, SystemExit) as error:
            outgoing.fail(error)
        return outgoing

    def _scope(self, incoming: Incoming) -> Message:
        return {
            "type": "http",
            "asgi": VERSIONS,
            "http_version": "1.1",
            "method": incoming.method,
            "scheme": "http",
            "path": incoming.path,
            "raw_path": incoming.raw_path,
            "query_string": incoming.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in incoming.fields],
            "client": ("127.0.0.1", 50000),
            "server": (incoming.host, 80),
            "state": dict(self._state),
            "extensions": {},
        }


def _last_words(message: Message) -> str:
    """The last line of what a message says, which may be a traceback."""
    lines = [line.strip() for line in message.get("message", "").splitlines() if line.strip()]
    return str(lines[-1])[:MAX_WORDS] if lines else "it does not say why"
