"""A target that moved its paths on its own origin is tested where they are; a redirect that comes and goes is told."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme

from graph_contracts import cli
from graph_contracts.engine.discovery.doctor import examine
from graph_contracts.settings import Settings
from tests.peers import plain_server, shelf
from tests.peers.shelf import FIRST, SECOND, TOKEN, Request, Shelf

MOVED = "/things/{thing-id} is redirected (308): the run sends requests for it to paths that end in a slash"


def run(folder: Path, server: Shelf, *more: str) -> tuple[int, dict[str, Any]]:
    document = shelf.write_document(folder, example=True)
    reach = ("--target", server.url, "--openapi", str(document), "--token", TOKEN, "--report", str(folder / "r"))
    code = cli.main(["run", *reach, "--select", "*.status.success", "--settle", "0.1", *more])
    file = folder / "r" / "results.json"
    return code, json.loads(file.read_text()) if file.exists() else {}


def slashed(status: int = 308) -> Callable[[Request], bool]:
    """A server whose paths end in a slash, and that redirects from those that don't."""

    def hook(request: Request) -> bool:
        path, mark, query = request.path.partition("?")
        if path.endswith("/"):
            return False
        request.reply(status, Location=f"{path}/{mark}{query}")
        return True

    return hook


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_slash_is_learned_and_told_and_requests_go_to_the_new_address(
    status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = slashed(status)
        code, results = run(tmp_path, server)
        assert code == 0, results["notes"]
        assert server.objects == {each["id"]: each for each in (FIRST, SECOND)}
        patched = [path for method, path in server.seen if method == "PATCH"]
    assert patched
    assert all(path.endswith("/") for path in patched)
    note = MOVED.replace("308", str(status))
    assert [each for each in results["notes"] if "redirected" in each] == [
        note.replace("/{thing-id}", ""),
        note,
    ]
    assert note in " ".join(capsys.readouterr().out.partition("Judged by")[0].split())
    assert cli.main(["har", str(tmp_path / "r")]) == 0


def test_a_fault_behind_a_redirect_is_found_and_its_replay_asks_the_new_address(tmp_path: Path) -> None:
    def broken(request: Request) -> bool:
        if slashed()(request):
            return True
        wrong = request.command == "PATCH" and len(request.octets) > 2
        if wrong:
            request.reply(202, {})
        return wrong

    with shelf.serving(FIRST, SECOND) as server:
        server.hook = broken
        code, results = run(tmp_path, server)
    assert code == 1
    failed = [row for row in results["requirements"] if row["id"] == "update.status.success"]
    assert failed[0]["verdict"] == "fail"
    assert "/ " in f"{failed[0]['outcomes'][0]['curl']} "


def test_a_redirect_that_comes_only_sometimes_is_told_and_not_followed(tmp_path: Path) -> None:
    reads = 0

    def hook(request: Request) -> bool:
        nonlocal reads
        reads += request.command == "GET"
        return request.command == "GET" and reads == 1 and slashed()(request)

    with shelf.serving(FIRST, SECOND) as server:
        server.hook = hook
        _, results = run(tmp_path, server)
        assert not [path for _, path in server.seen if path.endswith("/")]
    assert "/things is redirected only sometimes (308): it is not followed" in results["notes"]


def test_a_redirect_while_cases_run_is_judged_as_the_answer_that_it_is(tmp_path: Path) -> None:
    def hook(request: Request) -> bool:
        return request.command == "PATCH" and len(request.octets) > 2 and slashed(307)(request)

    with shelf.serving(FIRST, SECOND) as server:
        server.hook = hook
        code, results = run(tmp_path, server)
        assert not [path for method, path in server.seen if method == "PATCH" and path.endswith("/")]
    assert code != 0
    assert results["verdict"] != "conforms"


def test_doctor_says_it_too(tmp_path: Path) -> None:
    lines: list[str] = []
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = slashed()
        document = shelf.write_document(tmp_path, delete=False, post=False, example=True)
        given = Settings(target=server.url, openapi=document, token=TOKEN)  # type: ignore[arg-type]
        assert examine(given, lines.append) == 0
    assert f"-     redirect     {MOVED}" in lines


@contextmanager
def by_both(server: Shelf, folder: Path) -> Iterator[str]:
    """The same port by http, which redirects to https, and by https; gives the file of its authority."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    plain = plain_server.Server.get_request

    def get_request(self: plain_server.Server) -> tuple[Any, Any]:
        connection, address = plain(self)
        connection.settimeout(30)
        secure = connection.recv(1, socket.MSG_PEEK) == b"\x16"
        return (context.wrap_socket(connection, server_side=True) if secure else connection), address

    def hook(request: Request) -> bool:
        if isinstance(request.connection, ssl.SSLSocket):
            return False
        request.reply(308, Location=f"{server.url.replace('http:', 'https:')}{request.path.removeprefix('/beta')}")
        return True

    server.hook = hook
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_server.Server, "get_request", get_request)
        yield str(folder / "ca.pem")


def test_https_on_the_same_host_is_learned_and_nothing_more_is_sent_by_http(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server, by_both(server, tmp_path) as ca:
        code, results = run(tmp_path, server, "--ca", ca)
    assert code == 0, results
    assert results["target"]["url"] == server.url.replace("http:", "https:")
    assert any("the run sends all requests to https" in note for note in results["notes"])
