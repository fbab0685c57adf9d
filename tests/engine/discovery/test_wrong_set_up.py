"""Where a target shows nothing of what the document has, doctor and run say alike what it answered and what to give."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from graph_contracts.engine.discovery.doctor import examine
from graph_contracts.engine.run import run
from graph_contracts.errors import ContractsError
from graph_contracts.settings import Settings
from tests.peers import shelf
from tests.peers.shelf import FIRST, TOKEN, Request

Hook = Callable[[Request], bool]
LOGIN = b"<!doctype html><title>Sign in</title>"
CSRF = f"<!doctype html><title>403 Forbidden</title><h1>Forbidden</h1><p>CSRF verification failed. {TOKEN}</p>".encode()


def document(folder: Path, *, updates: bool) -> Path:
    """Things that can be listed and read, and with `updates` also made, changed and deleted."""
    made = shelf.document(post=updates, delete=updates)
    item = made["paths"]["/things/{thing-id}"]
    answer = item["patch"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    listed = {"type": "object", "properties": {"value": {"type": "array", "items": schema}}}
    shown = {"description": "", "content": {"application/json": {"schema": listed}}}
    made["paths"].setdefault("/things", {})["get"] = {"responses": {"200": shown}}
    item["get"] = {"responses": {"200": answer}}
    if not updates:
        del item["patch"]
    made["servers"] = [{"url": "https://api.example/v1.0"}]
    path = folder / "things.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


def says(status: int, media_type: str, octets: bytes, *, reads: bool = True, **fields: str) -> Hook:
    """A server that answers everything so; without `reads`, only what isn't a GET."""

    def hook(request: Request) -> bool:
        if request.command == "GET" and not reads:
            return False
        request.send_response(status)
        for name, value in {"Content-Type": media_type, "Content-Length": str(len(octets)), **fields}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(octets)
        return True

    return hook


@pytest.mark.parametrize("updates", [True, False], ids=["all kinds", "reads alone"])
@pytest.mark.parametrize(
    ("hook", "words"),
    [
        (
            says(404, "application/json", b'{"detail": "No such route"}'),
            ["404 Not Found (No such route)", "Check the base URL", "the document's is https://api.example/v1.0"],
        ),
        (
            says(404, "text/html", b"<title>Nothing</title>"),
            ["(a page, “Nothing”)", "the document's is https://api.example/v1.0"],
        ),
        (
            says(401, "text/plain", b"", WWW_Authenticate='Basic realm="staff"'),
            ['Basic realm="staff"', "It asks for Basic credentials: see --basic"],
        ),
        (
            says(401, "text/plain", b"", WWW_Authenticate='Bearer realm="other"'),
            ['Bearer realm="other"', "Give credentials that may read it (--token)"],
        ),
        (
            says(302, "text/plain", b"", Location="/login?next=x"),
            ["Location: /login?next=x", "If that is a login page"],
        ),
        (
            says(302, "text/plain", b"", Location="https://login.example/"),
            ["Location: https://login.example/", "If that is a login page"],
        ),
        (says(200, "text/html", LOGIN), ["a page, “Sign in”", "If that is a login page"]),
    ],
)
def test_doctor_and_run_say_what_was_answered_and_what_to_give(
    hook: Hook, words: list[str], *, updates: bool, tmp_path: Path
) -> None:
    lines: list[str] = []
    with shelf.serving(FIRST) as server:
        server.hook = hook
        given = Settings(
            target=server.url,
            openapi=document(tmp_path, updates=updates),
            token=TOKEN,  # type: ignore[arg-type]
            report=tmp_path / "r",
        )
        with pytest.raises(ContractsError) as caught:
            run(given)
        assert examine(given, lines.append) == caught.value.exit_code == 3
    for said in words:
        assert said in str(caught.value)
        assert said in "\n".join(lines)
    assert not [line for line in lines if "can be judged" in line]
    assert sum(words[0] in line for line in lines) == 2  # of the check, and of the first operation


def test_a_page_that_refuses_a_write_shows_its_reason_masked(tmp_path: Path) -> None:
    with shelf.serving(FIRST) as server:
        server.hook = says(403, "text/html", CSRF, reads=False)
        openapi = document(tmp_path, updates=True)
        given = Settings(target=server.url, openapi=openapi, token=TOKEN, report=tmp_path / "r")  # type: ignore[arg-type]
        with pytest.raises(ContractsError) as caught:
            run(given)
    assert "It wants a token against forged requests (CSRF)" in caught.value.hint
    assert "“403 Forbidden: Forbidden CSRF verification failed." in caught.value.hint
    assert TOKEN not in str(caught.value)
