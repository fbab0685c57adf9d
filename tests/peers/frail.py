"""The naive store as a process of its own that some inputs end, and that others spoil or leave without an answer.

Run as a program it serves on a port that it is told, so that it can be started again there, by itself or by a command.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.peers.naive import FIRST, SECOND, Naive, Request, thing

ROOT = Path(__file__).parents[2]
DEEP = 1000
MORE = [f"{number:08}-3333-4333-8333-333333333333" for number in range(8)]
"""Ids of further objects."""
PATIENCE_S = 60.0
"""How long a server gets to take its first connection."""


def is_input(what: str, octets: bytes) -> bool:
    """Whether a body is one of those that servers don't bear."""
    match what:
        case "null":
            return octets.strip() == b"null"
        case "deep":
            return octets.count(b"[") > DEEP
        case "constructor":
            return b'"constructor"' in octets
        case "malformed":
            try:
                json.loads(octets)
            except ValueError:
                return True
            except RecursionError:
                return False
    return False


class Frail(Naive):
    """The store; each option names an input (see `is_input`)."""

    def __init__(self, options: argparse.Namespace) -> None:
        ThreadingHTTPServer.__init__(self, ("127.0.0.1", options.port), FrailRequest)
        self.options = options
        self.habits = frozenset({"null removes"})
        self.lock = threading.Lock()
        self.objects = {entity: thing(entity) for entity in (FIRST, SECOND, *MORE[: options.more])}
        self.conditions = []
        self.requests = 0
        self.spoiled: set[int] = set()
        """Objects that can't be shown any more, by `id`."""

    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that hang up."""


class FrailRequest(Request):
    """One connection."""

    server: Frail

    def handle_request(self) -> None:
        found = self.server.objects.get(self.path.removeprefix("/v1/things/"))
        last = self.server.options.fails_after
        self.server.requests += 1
        if last is not None and self.server.requests > last:
            self.fail()
        elif self.command == "GET" and id(found) in self.server.spoiled:
            self.refuse(500)
        else:
            super().handle_request()

    def fail(self) -> None:
        """Give no answer, or none that ends."""
        self.close_connection = True
        match self.server.options.fails_by:
            case "hanging":
                time.sleep(3600)
            case "dripping":
                for octet in itertools.cycle(b"HTTP/1.1 200 OK "):
                    self.wfile.write(bytes([octet]))
                    self.wfile.flush()
                    time.sleep(0.1)
            case "resetting":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def update(self, found: dict[str, Any], octets: bytes) -> bool:
        options = self.server.options
        if is_input(options.dies_of, octets):
            if options.late is None:
                os._exit(1)
            threading.Timer(options.late, os._exit, (1,)).start()
            return True
        if is_input(options.stuck_on, octets):
            time.sleep(3600)
        if is_input(options.hangs_on, octets):
            self.server.lock.release()
            try:
                time.sleep(3600)
            finally:
                self.server.lock.acquire()
        if is_input(options.spoiled_by, octets):
            self.server.spoiled.add(id(found))
            return True
        return super().update(found, octets)


for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS"):
    setattr(FrailRequest, f"do_{method}", FrailRequest.handle_request)


def options(arguments: list[str]) -> argparse.Namespace:
    """What the program is told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--more", type=int, default=0, help="so many further objects")
    parser.add_argument("--dies-of", default="")
    parser.add_argument("--late", type=float, help="seconds after the answer until it dies")
    parser.add_argument("--spoiled-by", default="")
    parser.add_argument("--hangs-on", default="")
    parser.add_argument("--stuck-on", default="", help="answers nothing else after it, either")
    parser.add_argument("--fails-after", type=int, help="so many requests it answers, and no more")
    parser.add_argument("--fails-by", choices=["hanging", "dripping", "resetting"])
    parser.add_argument("--supervised", type=float, help="seconds until it is started again")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> None:
    """Serve, and start again each time that the process ends, where there is a supervisor."""
    told = options(arguments)
    while told.supervised is not None:
        child = os.fork()
        if not child:
            break
        os.waitpid(child, 0)
        time.sleep(told.supervised)
    with Frail(told) as server:
        server.serve_forever(0.05)


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def command(port: int, *arguments: str) -> list[str]:
    """The command that starts it."""
    return [sys.executable, "-m", "tests.peers.frail", "--port", str(port), *arguments]


@contextmanager
def serving(*arguments: str, port: int | None = None) -> Iterator[str]:
    """Serve it, and with it its supervisor; gives its URL."""
    port = port or free_port()
    process = subprocess.Popen(command(port, *arguments), cwd=ROOT, start_new_session=True)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def _wait_for(port: int) -> None:
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(f"nobody listens on port {port}")


if __name__ == "__main__":
    main(sys.argv[1:])
