"""A dry run counts first, marks what is dangerous, and shows each request without a secret."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import cli
from graph_contracts.cases import load
from graph_contracts.engine.request_list import MAX_LINE, RequestList
from graph_contracts.http.exchange import Exchange, Headers, Request
from graph_contracts.http.redact import Redactor
from graph_contracts.settings import Settings
from tests.peers import shelf
from tests.peers.shelf import FIRST, SECOND

SECRET = "s3cr3t-of-Zw0lf-and-more"


def exchange(requirement: str, method: str = "PATCH", body: bytes = b'{"a":1}', *more: tuple[str, str]) -> Exchange:
    headers: Headers = (("Authorization", "Bearer stand-in-token"), *more)
    return Exchange(0, Request(method, "http://h/beta/things/1", headers, body), None, requirement=requirement)


def lines(*exchanges: Exchange, bodies: bool = False, **given: Any) -> list[str]:
    load()
    settings = Settings(**given)
    shown = RequestList(settings, Redactor(settings.secrets()), "stand-in-token", bodies)
    return [*shown.counts(exchanges), "----", *shown.requests(exchanges)]


def curl(**given: Any) -> list[str]:
    """The words of the line for one request."""
    (line,) = [each for each in lines(exchange("x", "PATCH", b"{}"), bodies=True, **given) if "curl" in each]
    return shlex.split(line, comments=True)


def test_a_count_for_each_requirement_comes_first_and_dangers_are_marked() -> None:
    shown = lines(
        exchange("update.merge.siblings"),
        exchange("observe", "GET", b""),
        exchange("update.json.malformed"),
        exchange("update.json.malformed", "PATCH", b"{"),
        exchange("delete.collection", "DELETE", b""),
        destructive=True,
    )
    assert shown[0] == "# 5 requests in all: 3 PATCH, 1 GET, 1 DELETE"
    counts = shown[: shown.index("----")]
    assert "#         1  update.merge.siblings" in counts
    assert "#         2  update.json.malformed  !! hostile" in counts
    assert any(line.startswith("# !! hostile: ") for line in counts)
    assert not any("spoiling" in line for line in counts)
    assert "# update.json.malformed  !! hostile" in shown[len(counts) :]


def test_what_takes_destructive_is_marked_where_it_was_given() -> None:
    one = exchange("update.route.nokey")
    assert "#         1  update.route.nokey  !! destructive" in lines(one, destructive=True)
    assert not any("!!" in line for line in lines(one))


def test_bodies_and_long_lines_are_for_those_who_ask() -> None:
    long = exchange("x", "PATCH", b"{}", ("X-Long", "x" * 500))
    one = exchange("x", "PATCH", b'{"name":"long"}')
    short, whole = lines(long, one, one), lines(long, one, one, bodies=True)
    assert not any('{"name"' in line for line in short)
    assert all(len(line) < MAX_LINE + 60 for line in short)
    assert any("$BODY" in line and line.endswith("# BODY has 15 octets") for line in short)
    assert "# and the same once more" in short
    assert any('\'{"name":"long"}\'' in line for line in whole)
    assert any("x" * 500 in line for line in whole)


def test_looks_at_the_objects_are_a_line_where_bodies_are_left_out() -> None:
    looks = [exchange("observe", "GET", b"")] * 3
    assert "# observe (looks at the objects): 3 GET" in lines(*looks)
    assert any(line.startswith("curl") for line in lines(*looks, bodies=True))


def test_no_write_is_taken_for_a_look() -> None:
    found = lines(exchange("", "PATCH", b"{}"))
    assert any(line.startswith("# beside (sent through another operation") for line in found)
    assert any(line.startswith("curl") and "PATCH" in line for line in found)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"token": SECRET}, ["-H", "Authorization: Bearer $TOKEN"]),
        ({"token_command": f"print {SECRET}"}, ["-H", "Authorization: Bearer $TOKEN"]),
        ({"entra": True}, ["-H", "Authorization: Bearer $TOKEN"]),
        ({"basic": f"user:{SECRET}"}, ["--user", "$TOKEN"]),
        ({"target": f"https://user:{SECRET}@h/beta"}, ["--user", "$TOKEN"]),
        ({"credential": f"X-Api-Key: {SECRET}"}, ["-H", "X-Api-Key: $TOKEN"]),
        ({"credential": f"X-`id`: {SECRET}"}, ["-H", "X-`id`: $TOKEN"]),
        ({}, []),
    ],
)
def test_the_lines_authenticate_as_the_run_does(given: dict[str, Any], words: list[str]) -> None:
    found = curl(**{"target": "https://h/beta", **given})
    assert found[5:-5] == words
    assert found[-5:-3] == ["-H", "Content-Type:"], "curl would send one of its own"
    assert [word for word in found if "$TOKEN" in word] == words[1:]
    assert "stand-in-token" not in " ".join(found)
    assert SECRET[3:15] not in " ".join(found)


def test_the_lines_reach_the_target_as_the_run_does(tmp_path: Path) -> None:
    names = ("ca.pem", "my cert.pem", "key.pem")
    ca, cert, key = (tmp_path / name for name in names)
    for path in (ca, cert, key):
        path.touch()
    proxy = f"http://me:{SECRET}@proxy:3128"
    found = curl(
        target="https://h/beta", token="t", insecure=True, ca=ca, client_cert=cert, client_key=key, proxy=proxy
    )
    words = ["--insecure", "--cacert", str(ca), "--cert", str(cert), "--key", str(key)]
    words += ["--proxy", "http://proxy:3128", "--proxy-user", "$PROXY_USER"]
    assert found[5 : 5 + len(words)] == words


def test_a_dry_run_by_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    document = str(shelf.write_document(tmp_path, example=True))
    select = ["--select", "update.status.success", "--select", "update.json.nonobject"]
    with shelf.serving(FIRST, SECOND) as server:
        flags = ["--target", server.url, "--openapi", document, "--dry-run", *select]
        assert cli.main(["run", *flags, "--basic", f"user:{SECRET}"]) == 0
        short = capsys.readouterr().out
        # what gets a token is not started either
        assert cli.main(["run", *flags, "--token-command", f"touch made-{SECRET}", "-v"]) == 0
        whole = capsys.readouterr().out
        assert server.seen == []
    assert "  update.json.nonobject  !! spoiling\n" in short
    assert '--user "$TOKEN"' in short
    assert "$BODY" in short
    assert "$BODY" not in whole
    assert SECRET[2:14] not in short + whole
    assert {path.name for path in tmp_path.iterdir()} == {"shelf.json"}
