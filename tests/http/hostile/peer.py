"""A server on a bare socket with one object, sound as it is; a behaviour takes its place for some requests."""

from __future__ import annotations

import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

ID = "4ff456ff-56ff-4ff4-ff56-f44fff56f44f"
PATHS = re.compile(r"/beta/auditLogs/(?:provisioning|directoryProvisioning)(?:/([^/?]+))?")
Act = Callable[["Peer", socket.socket, "Ask"], None]
"""Answers one request, or does not; the connection is closed after it."""


@dataclass(frozen=True)
class Ask:
    """A request as the peer read it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def authorization(self) -> str:
        return self.headers.get("authorization", "")


def message(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    """A sound response; a field replaces the usual one of that name."""
    usual = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    named = {field.partition(":")[0].lower() for field in fields}
    lines = [f"{name}: {value}" for name, value in usual.items() if name.lower() not in named]
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, *fields, "Connection: close", "", ""])
    return head.encode("utf-8", "surrogateescape") + body


class Elsewhere:
    """Another origin, which nobody may contact: a listener that takes no connection but notices one."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]

    def contacted(self) -> bool:
        """Whether somebody has connected."""
        try:
            self.listener.accept()
        except BlockingIOError:
            return False
        return True


@dataclass
class Peer:
    """One server; `act` is what it does instead of answering soundly."""

    act: Act
    when: Callable[[Ask], bool] = lambda _: True
    tls: ssl.SSLContext | None = None
    greeting: Callable[[Peer, socket.socket], None] | None = None
    """Done as soon as a connection is there, before anything is read."""
    state: dict[str, Any] = field(default_factory=lambda: {"id": ID})
    asked: int = 0
    connections: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    listener: socket.socket = field(init=False)
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Listen; yields the base URL."""
        self.listen()
        try:
            yield f"{'https' if self.tls else 'http'}://localhost:{self.port}/beta"
        finally:
            self.stopped.set()
            for listener in (self.listener, self.elsewhere.listener):
                with suppress(OSError):
                    listener.close()

    def listen(self, port: int = 0) -> None:
        """Take connections, each in a thread of its own."""
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(15)
        # whatever goes wrong here is what the other side made of a behaviour
        with suppress(OSError, ValueError, ssl.SSLError):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                if self.greeting:
                    self.greeting(self, connection)
                ask = _read(connection)
                if ask is None:
                    return
                with self.lock:
                    self.asked += 1
                if self.when(ask):
                    self.act(self, connection, ask)
                else:
                    connection.sendall(self.sound(ask))

    def sound(self, ask: Ask) -> bytes:
        """The right answer."""
        found = PATHS.fullmatch(ask.path.partition("?")[0])
        if found is None or (found[1] or ID).lower() != ID:
            return refusal("404 Not Found", "notFound")
        if ask.method == "GET":
            return message(json.dumps(self.state if found[1] else {"value": [self.state]}).encode())
        if ask.method != "PATCH" or not found[1]:
            return refusal("405 Method Not Allowed", "notAllowed", "Allow: GET, PATCH")
        try:
            body = json.loads(ask.body)
        except (ValueError, RecursionError):
            return refusal("400 Bad Request", "badRequest")
        if not isinstance(body, dict):
            return refusal("400 Bad Request", "badRequest")
        with self.lock:
            self.state = _merged(self.state, {name: value for name, value in body.items() if name != "id"})
            return message(json.dumps(self.state).encode())


def refusal(status: str, code: str, *fields: str) -> bytes:
    """An error as Graph words it."""
    return message(json.dumps({"error": {"code": code, "message": "no"}}).encode(), status, *fields)


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        merged[name] = _merged(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def _read(connection: socket.socket) -> Ask | None:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return None
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        chunk = connection.recv(65536)
        if not chunk:
            break
        body += chunk
    return Ask(method, path, headers, body)
