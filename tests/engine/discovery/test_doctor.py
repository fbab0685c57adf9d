"""Doctor tells each thing that a run needs in a line, and a run stops at the same things."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from graph_contracts.engine.discovery.doctor import examine
from graph_contracts.engine.run import run
from graph_contracts.errors import ContractsError
from graph_contracts.settings import Settings
from tests.http.test_credentials import jwt
from tests.peers import shelf
from tests.peers.shelf import FIRST, SECOND, TOKEN, Request, Shelf


@contextmanager
def closed_port() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


DEEP = b'{"value":' + b"[" * 9_000 + b"]" * 9_000 + b"}"
"""A text that is beyond what is read, and need not be wrong."""


def html(status: int, methods: str = "GET PATCH") -> Callable[[Request], bool]:
    return says(status, "text/html", b"<!doctype html><title>Welcome</title>", methods)


def says(status: int, media_type: str, octets: bytes, methods: str = "GET PATCH") -> Callable[[Request], bool]:
    def hook(request: Request) -> bool:
        if request.command not in methods.split():
            return False
        request.send_response(status)
        request.send_header("Content-Type", media_type)
        request.send_header("Content-Length", str(len(octets)))
        request.end_headers()
        request.wfile.write(octets)
        return True

    return hook


def refuse(status: int, method: str = "PATCH", **headers: str) -> Callable[[Request], bool]:
    def hook(request: Request) -> bool:
        if request.command != method:
            return False
        request.error(status, "no", **headers)
        return True

    return hook


def settings(server: Shelf, folder: Path, **more: object) -> Settings:
    document = shelf.write_document(folder, delete=False, post=False, example=True)
    given = {"target": server.url, "openapi": document, "token": TOKEN, "report": folder / "r", "timeout": 5, **more}
    return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


def diagnosis(given: Settings) -> tuple[int, dict[str, str]]:
    """The exit code of doctor and its lines by name."""
    lines: list[str] = []
    code = examine(given, lines.append)
    return code, {line[6:].split("  ")[0].strip(): line for line in lines}


CHECKS = ["reachable", "TLS", "JSON", "credentials", "object", "PATCH"]


def test_a_target_that_can_be_tested_has_nothing_to_do(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        code, lines = diagnosis(settings(server, tmp_path))
        assert {method for method, _ in server.seen} == {"GET", "PATCH"}
        assert server.objects == {each["id"]: each for each in (FIRST, SECOND)}
    assert code == 0
    assert list(lines) == [*CHECKS, "PATCH /things/{thing-id}"]
    assert lines["PATCH /things/{thing-id}"] == f"ok    PATCH /things/{{thing-id}}  can be judged on {FIRST['id']}"
    assert all(line.startswith("ok ") for line in lines.values())


@pytest.mark.parametrize(
    ("hook", "more", "name", "words", "stops"),
    [
        (None, {"token": None}, "credentials", "wants credentials (401 Unauthorized). Fix: Give one", True),
        (None, {"token": "wrong"}, "credentials", "refuses the token (401 Unauthorized). Fix: Check that", True),
        (None, {"token": jwt(1)}, "credentials", "It expired at 1970-01-01 00:00:01 UTC", True),
        (refuse(403), {}, "credentials", "refuses the token (403 Forbidden)", True),
        (None, {"ids": {"id": "nowhere"}}, "object", "has no object 'nowhere' (404 Not Found to PATCH). Fix", True),
        (html(404), {}, "JSON", "text/html to everything about /things (404 Not Found). Fix: Check the base URL", True),
        (html(200), {}, "JSON", "answers text/html to everything about /things (200 OK)", False),
        (says(200, "application/json", DEEP), {}, "JSON", "about /things that can be read: nested too deeply", True),
        (refuse(405), {}, "PATCH", "doesn't know PATCH on /things/{thing-id} (405 Method Not Allowed)", False),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_its_line_and_a_run_stops_there(
    hook: Callable[[Request], bool] | None,
    more: dict[str, object],
    name: str,
    words: str,
    stops: bool,
    tmp_path: Path,
) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        if hook:
            server.hook = hook
        given = settings(server, tmp_path, **more)
        code, lines = diagnosis(given)
        assert code == 3
        assert lines[name].startswith("FAIL")
        assert words in lines[name]
        if stops:
            with pytest.raises(ContractsError) as caught:
                run(given)
            assert caught.value.exit_code == 3
            assert words.partition(". Fix")[0] in str(caught.value)
            assert not list((tmp_path / "r").glob("restore-*"))


def test_a_target_that_is_not_there_is_not_reachable(tmp_path: Path) -> None:
    with shelf.serving() as server, closed_port() as port:
        code, lines = diagnosis(settings(server, tmp_path, target=f"http://127.0.0.1:{port}/beta"))
    assert code == 3
    assert "Connection refused. Fix: Check that the server is running" in lines["reachable"]
    assert lines["PATCH"] == "-     PATCH        not looked at"


def test_tls_where_there_is_none_is_told_as_tls(tmp_path: Path) -> None:
    with shelf.serving(FIRST) as server:
        code, lines = diagnosis(settings(server, tmp_path, target=server.url.replace("http:", "https:")))
    assert code == 3
    assert lines["TLS"].startswith("FAIL")
    assert "else use http://" in lines["TLS"]


def test_credentials_that_cannot_be_had_are_told_first(tmp_path: Path) -> None:
    with shelf.serving(FIRST) as server:
        given = settings(server, tmp_path, token=None, token_command="/nowhere/at-all")
        code, lines = diagnosis(given)
        assert server.seen == []
    assert code == 2
    assert "/nowhere/at-all can't be started" in lines["credentials"]


# -- what a server says itself, and what a run can judge ------------------------------------------------------------

LOGIN = b"<!doctype html><html><head><title>Sign in &amp; go</title></head><body><p>Name</p></body></html>"


def csrf(request: Request) -> bool:
    if request.command == "PATCH":
        request.reply(403, {"detail": "CSRF Failed: CSRF token missing."}, X_CSRF_Token="Required")
    return request.command == "PATCH"


def login(request: Request) -> bool:
    request.reply(302, Location="/login?next=%2Fbeta%2Fthings")
    return True


def other_realm(request: Request) -> bool:
    request.error(401, "no", WWW_Authenticate='Basic realm="staff"')
    return True


@pytest.mark.parametrize(
    ("hook", "name", "words"),
    [
        (csrf, "credentials", "against forged requests (CSRF): send it with --header"),
        (csrf, "credentials", "The server says: CSRF Failed: CSRF token missing."),
        (
            login,
            "object",
            "everything about /things to /login?next=%2Fbeta%2Fthings (302 Found). Fix: If that is a login page",
        ),
        (other_realm, "credentials", "It asks for Basic credentials: see --basic"),
        (other_realm, "credentials", 'WWW-Authenticate: Basic realm="staff"'),
        (says(200, "text/html", LOGIN), "JSON", "If that is a login page, give what the API takes"),
        (says(200, "text/html", LOGIN), "JSON", "The server says: a page, “Sign in & go”"),
        (says(403, "text/plain", b"Not from here, s3cret"), "credentials", "The server says: Not from here"),
        (says(403, "application/json", b'{"errors": [{"title": "No way"}]}'), "credentials", "The server says: No way"),
    ],
)
def test_the_server_s_own_words_are_shown(
    hook: Callable[[Request], bool], name: str, words: str, tmp_path: Path
) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = hook
        code, lines = diagnosis(settings(server, tmp_path))
    assert code == 3
    assert words in lines[name]


@pytest.mark.parametrize(
    ("moved", "hint"),
    [
        (lambda path: f"{path}/", "The server wants paths that end in a slash: spell them so in the document"),
        (lambda path: f"https://h.example{path}", "Give --target https://h.example/beta"),
        (lambda path: f"https://h.example/v2{path.removeprefix('/beta')}", "Give --target https://h.example/v2"),
        (lambda path: "https://h.example/welcome", "If that is a login page, give what the API takes"),
    ],
)
def test_a_redirect_is_told_with_what_to_give(moved: Callable[[str], str], hint: str, tmp_path: Path) -> None:
    def hook(request: Request) -> bool:
        request.reply(307, Location=moved(request.path))
        return True

    with shelf.serving(FIRST, SECOND) as server:
        server.hook = hook
        code, lines = diagnosis(settings(server, tmp_path))
        with pytest.raises(ContractsError) as caught:
            run(settings(server, tmp_path))
    assert code == caught.value.exit_code == 3
    assert hint in lines["object"]
    assert hint in caught.value.hint


def test_what_a_server_says_is_masked_and_short(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = says(403, "text/plain", f"\x1b[31m{TOKEN} {'and so on ' * 500}".encode())
        _, lines = diagnosis(settings(server, tmp_path))
    assert TOKEN not in lines["credentials"]
    assert "\x1b" not in lines["credentials"]
    assert "and so on " * 10 in lines["credentials"]
    assert len(lines["credentials"]) < 600


def test_an_update_that_answers_another_success_than_the_document_says_both(tmp_path: Path) -> None:
    def hook(request: Request) -> bool:
        if request.command == "PATCH":
            request.reply(204)
        return request.command == "PATCH"

    with shelf.serving(FIRST, SECOND) as server:
        server.hook = hook
        _, lines = diagnosis(settings(server, tmp_path))
    assert lines["PATCH"].endswith("it is routed (204 No Content; the document says 200)")


def test_each_operation_is_told_with_what_to_give_for_it(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        document = shelf.document(example=True)
        boxes = document["paths"]["/things/{thing-id}"]["patch"]
        own = [{"name": name, "in": "path", "required": True} for name in ("box-id", "thing-id")]
        nested = {"patch": {**boxes, "operationId": "box", "parameters": own}}
        document["paths"] = {"/boxes/{box-id}/things/{thing-id}": nested, **document["paths"]}
        path = tmp_path / "boxes.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        given = settings(server, tmp_path, openapi=path, select=("update.status.*",), settle=0.1)
        code, lines = diagnosis(given)
        ended = run(given)
    assert code == ended == 0
    missing = "PATCH /boxes/{box-id}/things/{thing-id}"
    assert lines[missing].startswith("-     ")
    assert "Fix: Give --id boxes.box-id=VALUE" in lines[missing]
    assert lines["PATCH /things/{thing-id}"] == f"ok    PATCH /things/{{thing-id}}  can be judged on {FIRST['id']}"
    assert not [line for line in lines.values() if line.startswith("FAIL")]
    results = json.loads((tmp_path / "r/results.json").read_text(encoding="utf-8"))
    assert [(each["operation"], each["give"]) for each in results["untested"]] == [(missing, "--id boxes.box-id=VALUE")]
    assert {each["verdict"] for row in results["requirements"] for each in row["outcomes"]} == {"pass", "inconclusive"}


def test_an_object_that_a_run_would_make_is_no_error(tmp_path: Path) -> None:
    with shelf.serving() as server:
        document = tmp_path / "whole.json"
        document.write_text(json.dumps(shelf.document(example=True)), encoding="utf-8")
        given = settings(server, tmp_path, openapi=document, select=("update.status.success",), settle=0.1)
        code, lines = diagnosis(given)
        assert code == 0
        assert lines["object"] == "ok    object       none is there: a run tries to make one by POST /things"
        assert run(given) == 0


# -- redirects ---------------------------------------------------------------------------------------------------------


def test_a_redirect_to_another_origin_is_told_and_never_followed(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as other, shelf.serving(FIRST, SECOND) as server:

        def hook(request: Request) -> bool:
            request.reply(307, Location=f"{other.url}{request.path.removeprefix('/beta')}")
            return True

        server.hook = hook
        with pytest.raises(ContractsError) as caught:
            run(settings(server, tmp_path))
        assert other.seen == []
    assert caught.value.exit_code == 3
    assert f"redirects everything about /things to {other.url}/things" in str(caught.value)


def test_a_redirect_of_updates_alone_is_a_finding_and_never_followed(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as other, shelf.serving(FIRST, SECOND) as server:

        def hook(request: Request) -> bool:
            if request.command != "PATCH":
                return False
            request.reply(308, Location=f"{other.url}{request.path.removeprefix('/beta')}")
            return True

        server.hook = hook
        code = run(settings(server, tmp_path, select=("update.route.*", "update.status.*"), settle=0.1))
        assert other.seen == []
    assert code in {1, 3}
    assert json.loads((tmp_path / "r/results.json").read_text())["verdict"] != "conforms"


def test_the_documents_servers_are_never_contacted(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as documented, shelf.serving(FIRST, SECOND) as server:
        document = shelf.document(example=True) | {"servers": [{"url": documented.url}]}
        path = tmp_path / "with-servers.json"
        path.write_text(json.dumps(document))
        run(settings(server, tmp_path, openapi=path, select=("update.status.*",), settle=0.1))
        assert documented.seen == []
        assert server.seen


# -- the deadline ------------------------------------------------------------------------------------------------------


def test_a_target_that_stops_answering_ends_with_the_deadline_and_a_report(tmp_path: Path) -> None:
    answered: list[str] = []
    over = threading.Event()

    def hook(request: Request) -> bool:
        answered.append(request.command)
        if len(answered) > 30:
            over.wait()  # nothing waits for a peer that hangs
        return False

    with shelf.serving(FIRST, SECOND) as server:
        server.hook = hook
        try:
            code = run(settings(server, tmp_path, deadline=6, timeout=2, settle=0.2))
        finally:
            over.set()
    assert code in {1, 3}
    results = json.loads((tmp_path / "r/results.json").read_text())
    assert any("--deadline" in note for note in results["notes"])
    assert any("can't be read" in note or "could not be put back" in note for note in results["notes"])
