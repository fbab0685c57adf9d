"""What servers of the standard library have in common here: how they answer, and how they are run in a thread."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Server(ThreadingHTTPServer):
    """A server that takes it calmly when a client hangs up."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing."""


class Answering(BaseHTTPRequestHandler):
    """One request, and the way to answer it with JSON."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # head and body in one segment: Nagle's algorithm would make them wait for each other
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def reply(self, status: int, body: Any = None, **fields: str) -> None:
        octets = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        if octets:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(octets)


@contextmanager
def served(handler: type[BaseHTTPRequestHandler], **known: Any) -> Iterator[str]:
    """Serve on a free port until the block ends; yields the URL without a path.

    Args:
        handler: answers.
        known: what each request knows, by attribute.
    """
    server = Server(("127.0.0.1", 0), type("Bound", (handler,), known))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
