"""Connections by TLS: the target's certificate is checked as the operator says, and the client's is shown."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a client that breaks off is what some tests are about."""


@contextmanager
def serving(context: ssl.SSLContext) -> Iterator[str]:
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"https://localhost:{server.server_address[1]}/beta"
        server.shutdown()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The URL of a server that asks for a certificate, and a folder with an authority's and a client's."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    client = authority.issue_cert("client@example.com")
    client.private_key_and_cert_chain_pem.write_to_path(str(folder / "both.pem"))
    client.private_key_pem.write_to_path(str(folder / "key.pem"))
    client.cert_chain_pems[0].write_to_path(str(folder / "certificate.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    with serving(context) as url:
        yield url, folder


@pytest.mark.parametrize("cert", ["both.pem", ("certificate.pem", "key.pem")])
@pytest.mark.parametrize("verify", ["authority.pem", False])
def test_a_client_that_shows_its_certificate_is_answered(
    verify: str | bool, cert: str | tuple[str, str], files: tuple[str, Path], recwarn: pytest.WarningsRecorder
) -> None:
    url, folder = files
    shown = str(folder / cert) if isinstance(cert, str) else (str(folder / cert[0]), str(folder / cert[1]))
    trusted = str(folder / verify) if isinstance(verify, str) else verify
    client = Client(Connection(url, verify=trusted, cert=shown))
    assert [client.send("GET", path).status for path in ("/1", "/2")] == [200, 200]
    assert [str(each.message) for each in recwarn if issubclass(each.category, UserWarning)] == []


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"cert": "both.pem"}, "certificate verify failed"),
        ({"verify": "authority.pem"}, "EOF|alert|reset"),
        ({"verify": "nowhere.pem"}, "Could not find a suitable TLS CA certificate bundle"),
        ({"verify": "authority.pem", "cert": "nowhere.pem"}, "Could not find the TLS certificate file"),
    ],
)
def test_a_connection_that_is_not_trusted_is_none(options: dict[str, str], word: str, files: tuple[str, Path]) -> None:
    url, folder = files
    connection = Connection(url, **{name: str(folder / value) for name, value in options.items()})  # type: ignore[arg-type]
    exchange = Client(connection).send("GET", "/x")
    assert exchange.response is None
    assert any(each in exchange.error for each in word.split("|")), exchange.error
