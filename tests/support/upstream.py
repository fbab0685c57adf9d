"""A target that a test scripts octet by octet, and a proxy in front of it, both in threads of the test's process."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

from graph_contracts.engine.proxy.proxy import Serving, proxy
from graph_contracts.engine.replay.answer_results import Judged
from graph_contracts.settings import Settings

PATIENCE = 120.0
"""Seconds that end what hangs."""


@dataclass
class Asked:
    """A request as the target got it, and the connection to answer on."""

    head: str
    body: bytes
    connection: socket.socket

    def answer(self, *lines: str, body: bytes = b"") -> None:
        """Send a head of these lines, and a body."""
        self.connection.sendall("\r\n".join((*lines, "", "")).encode("latin-1") + body)

    def json(self, text: str, *fields: str, status: str = "200 OK") -> None:
        """Send JSON."""
        octets = text.encode()
        self.answer(
            f"HTTP/1.1 {status}",
            "Content-Type: application/json",
            f"Content-Length: {len(octets)}",
            *fields,
            body=octets,
        )

    def fields(self, name: str) -> list[str]:
        """The values of a header field."""
        lines = (line.partition(":") for line in self.head.split("\r\n")[1:])
        return [value.strip() for key, _, value in lines if key.lower() == name.lower()]


@dataclass
class Upstream:
    """A scripted target."""

    reply: Callable[[Asked], object]
    """Answers a request; closes the connection where it returns False."""
    context: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve for as long as the context lasts; gives the URL."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
            scheme = "https" if self.context else "http"
            yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, plain: socket.socket) -> None:
        with suppress(OSError, ValueError), plain:
            plain.settimeout(PATIENCE)
            connection = self.context.wrap_socket(plain, server_side=True) if self.context else plain
            file = connection.makefile("rb")
            while (asked := _read(file, connection)) is not None:
                self.asked.append(asked)
                if self.reply(asked) is False:
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)
                    return


def _read(file: Any, connection: socket.socket) -> Asked | None:
    lines = []
    while (line := file.readline()) not in {b"\r\n", b""}:
        lines.append(line.decode("latin-1").rstrip("\r\n"))
    if not lines:
        return None
    asked = Asked("\r\n".join(lines), b"", connection)
    if asked.fields("Transfer-Encoding"):
        while size := int(file.readline(), 16):
            asked.body += file.read(size)
            file.readline()
        file.readline()
    elif length := asked.fields("Content-Length"):
        asked.body = file.read(int(length[0]))
    return asked


@dataclass
class Running:
    """A proxy that runs in a thread."""

    url: str
    lines: list[str]
    """What it said of answers."""
    ended: Callable[[], Judged]
    """Ends it; gives what it judged, or raises what it raised."""


@contextmanager
def proxied(target: str, document: Path, **settings: Any) -> Iterator[Running]:
    """Run a proxy in front of a target for as long as the context lasts."""
    begun: Queue[Serving | BaseException] = Queue()
    outcome: Queue[Judged | BaseException] = Queue()
    lines: list[str] = []

    def serve() -> None:
        try:
            chosen = Settings(target=target, openapi=document, **settings)
            outcome.put(proxy(chosen, announce=begun.put, say=lines.append))
        except BaseException as error:
            begun.put(error)
            outcome.put(error)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    serving = begun.get(timeout=PATIENCE)
    if isinstance(serving, BaseException):
        raise serving

    def ended() -> Judged:
        serving.stop()
        found = outcome.get(timeout=PATIENCE)
        if isinstance(found, BaseException):
            raise found
        return found

    try:
        yield Running(serving.url, lines, ended)
    finally:
        serving.stop()
        thread.join(PATIENCE)
