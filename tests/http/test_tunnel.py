"""A proxy that the operator names is used for everything, and only then."""

from __future__ import annotations

import os
import select
import shutil
import socket
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from graph_contracts.http import curl, tunnel
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import Request
from graph_contracts.http.raw import request_bytes
from graph_contracts.http.reach import Reach
from graph_contracts.http.redact import Redactor
from tests.peers import shelf
from tests.peers.shelf import FIRST, TOKEN

PATH = f"/things/{FIRST['id']}"


class Proxy(socketserver.StreamRequestHandler):
    """Passes everything on; remembers what it was asked and with which credentials."""

    asked: list[tuple[str, str]]
    tunnels = True

    def handle(self) -> None:
        first = self.rfile.readline().decode()
        head = []
        while (line := self.rfile.readline()) not in {b"\r\n", b""}:
            head.append(line)
        proof = next((x.decode() for x in head if x.lower().startswith(b"proxy-authorization")), "")
        method, url, _ = first.split()
        self.asked.append((method, proof.partition(": ")[2].strip()))
        if method == "CONNECT" and not self.tunnels:
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
            return
        authority = url if method == "CONNECT" else url.split("/")[2]
        host, _, port = authority.partition(":")
        with socket.create_connection((host, int(port))) as upstream:
            if method == "CONNECT":
                self.wfile.write(b"HTTP/1.1 200 fine\r\n\r\n")
            else:
                kept = [x for x in head if not x.lower().startswith((b"proxy-", b"connection"))]
                path = "/" + url.split("/", 3)[3]
                upstream.sendall(
                    f"{method} {path} HTTP/1.1\r\n".encode() + b"".join(kept) + b"Connection: close\r\n\r\n"
                )
            with suppress(OSError):
                self._pass(upstream)

    def _pass(self, upstream: socket.socket) -> None:
        while True:
            ready, _, _ = select.select([upstream, self.connection], [], [], 10)
            for one in ready:
                octets = one.recv(65536)
                if not octets:
                    return
                (self.connection if one is upstream else upstream).sendall(octets)
            if not ready:
                return


@contextmanager
def proxying(*, tunnels: bool = True) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    asked: list[tuple[str, str]] = []
    handler = type("Handler", (Proxy,), {"asked": asked, "tunnels": tunnels})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://user:pa%3Ass@127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


def test_requests_and_chosen_octets_go_through_the_proxy() -> None:
    with shelf.serving(FIRST) as server, proxying() as (proxy, asked):
        client = Client(Connection(server.url, TOKEN, proxy=proxy))
        assert client.send("GET", PATH).status == 200
        wire = request_bytes("GET", client.url(PATH), (("Authorization", f"Bearer {TOKEN}"), ("Connection", "close")))
        assert client.send_raw(wire, Request("GET", client.url(PATH))).status == 200
    assert asked == [("GET", "Basic dXNlcjpwYTpzcw=="), ("CONNECT", "Basic dXNlcjpwYTpzcw==")]
    assert all(exchange.sent("Proxy-Authorization") is None for exchange in client.exchanges)


def test_a_proxy_that_gives_no_tunnel_is_told_from_the_target() -> None:
    with shelf.serving(FIRST) as server, proxying(tunnels=False) as (proxy, _):
        client = Client(Connection(server.url, TOKEN, proxy=proxy))
        exchange = client.send_raw(b"GET / HTTP/1.1\r\n\r\n", Request("GET", server.url))
    assert exchange.error == f"{tunnel.REFUSED}: it answered 403"


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with shelf.serving(FIRST) as server, proxying() as (proxy, asked):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("ALL_PROXY", proxy)
        assert Client(Connection(server.url, TOKEN)).send("GET", PATH).status == 200
    assert asked == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="lines take curl")
def test_the_lines_of_reports_go_through_the_proxy_as_the_run_did() -> None:
    with shelf.serving(FIRST) as server, proxying() as (proxy, asked):
        reach = Reach(proxy=proxy.replace("user:pa%3Ass@", ""), login=True)
        headers = (("Authorization", f"Bearer {TOKEN}"), ("Connection", "close"))
        url = server.url + PATH
        mask = Redactor([TOKEN])
        lines = [
            curl.command(Request("GET", url, headers), mask, reach=reach),
            curl.octets(Request("GET", url, wire=request_bytes("GET", url, headers)), mask, reach=reach),
        ]
        environ = {"PATH": os.environ["PATH"], "TOKEN": TOKEN, "PROXY_USER": "user:pa:ss"}
        answers = [
            subprocess.run(["bash", "-c", line], env=environ, capture_output=True, check=False).stdout for line in lines
        ]
    assert [answer.split(b"\r\n")[0] for answer in answers] == [b"HTTP/1.1 200 OK"] * 2
    assert asked == [("GET", "Basic dXNlcjpwYTpzcw=="), ("CONNECT", "Basic dXNlcjpwYTpzcw==")]
