"""Calls a WSGI application (PEP 3333) for one request after the other, each in a thread that can be left behind."""

from __future__ import annotations

import io
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from typing import Any

from graph_contracts.http.in_process.message import Incoming, Outgoing

Work = tuple[Future[Outgoing], Incoming]
PLAIN = {"HTTP_CONTENT_TYPE": "CONTENT_TYPE", "HTTP_CONTENT_LENGTH": "CONTENT_LENGTH"}


class WsgiCaller:
    """An application and the threads that call it; safe to use from several threads.

    A thread is used again once it is idle, since frameworks keep connections to databases by thread.
    """

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app
        self._idle: list[queue.SimpleQueue[Work | None]] = []
        self._lock = threading.Lock()

    def ask(self, incoming: Incoming, timeout: float) -> Outgoing:
        """What the application sends in answer to a request.

        Raises:
            TimeoutError: it is not at its end in time; its thread goes on without anybody who listens.
        """
        future: Future[Outgoing] = Future()
        with self._lock:
            worker = self._idle.pop() if self._idle else self._started()
        worker.put((future, incoming))
        try:
            return future.result(timeout)
        except TooLate:
            raise TimeoutError from None

    def close(self) -> None:
        """End the threads that wait."""
        with self._lock:
            for worker in self._idle:
                worker.put(None)
            self._idle.clear()

    def _started(self) -> queue.SimpleQueue[Work | None]:
        worker: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        threading.Thread(target=self._work, args=(worker,), name="wsgi", daemon=True).start()
        return worker

    def _work(self, worker: queue.SimpleQueue[Work | None]) -> None:
        while (work := worker.get()) is not None:
            future, incoming = work
            outgoing = self._asked(incoming)
            with self._lock:
                self._idle.append(worker)
            future.set_result(outgoing)

    def _asked(self, incoming: Incoming) -> Outgoing:
        outgoing = Outgoing(is_head=incoming.method == "HEAD")

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            if exc_info and outgoing.body:
                raise exc_info[1]
            fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            outgoing.begin(int(status.split(" ", 1)[0]), fields)
            return outgoing.add

        try:
            parts = self._app(_environ(incoming), start)
            try:
                for part in parts:
                    outgoing.add(part)
            finally:
                if hasattr(parts, "close"):
                    parts.close()
            outgoing.end()
        except (Exception, SystemExit) as error:
            outgoing.fail(error)
        return outgoing


def _environ(incoming: Incoming) -> dict[str, Any]:
    raw_uri = incoming.raw_path.decode("latin-1") + (f"?{incoming.query.decode('latin-1')}" if incoming.query else "")
    return {
        "REQUEST_METHOD": incoming.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": incoming.octets.decode("latin-1"),
        "QUERY_STRING": incoming.query.decode("latin-1"),
        "REQUEST_URI": raw_uri,
        "RAW_URI": raw_uri,
        "SERVER_NAME": incoming.host,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(incoming.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **dict(_fields(incoming)),
    }


def _fields(incoming: Incoming) -> Iterator[tuple[str, str]]:
    """The header fields, several of one name combined."""
    found: dict[str, list[str]] = {}
    for name, value in incoming.fields:
        if b"_" not in name:  # as servers do: it would be taken for the one with a hyphen
            key = f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"
            found.setdefault(PLAIN.get(key, key), []).append(value.decode("latin-1"))
    return ((key, ", ".join(values)) for key, values in found.items())
