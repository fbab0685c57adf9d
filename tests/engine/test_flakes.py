"""What happens once, what happens always, and what is no failure of the product at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.engine.run import run
from graph_contracts.settings import Settings
from tests.peers import shelf
from tests.peers.shelf import FIRST, SECOND, TOKEN, Request, Shelf
from tests.support import recorded

PREFER = "update.req.prefer.unknown"


def judged(server: Shelf, folder: Path, *select: str, **more: Any) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """The exit code of a run, its requirements by id, and all of its results."""
    document = shelf.write_document(folder, example=True)
    given = {"target": server.url, "openapi": document, "token": TOKEN, "report": folder / "r", "settle": 0.2}
    given["conventions"] = "graph"  # a preference is OData's
    code = run(Settings(**{"select": select, **given, **more}))
    results = json.loads((folder / "r/results.json").read_text())
    return code, {row["id"]: row for row in results["requirements"]}, results


def prefers(request: Request) -> bool:
    """Whether a request says what it would prefer, which a server may not mind."""
    return request.command == "PATCH" and "Prefer" in request.headers


def sometimes(which: Callable[[int], bool], status: int, **headers: str) -> Callable[[Request], bool]:
    """Answers the n-th update with a preference with a status, where `which(n)`."""
    count = 0

    def hook(request: Request) -> bool:
        nonlocal count
        if not prefers(request):
            return False
        count += 1
        if not which(count):
            return False
        request.error(status, "no", **headers)
        return True

    return hook


def test_a_positive_that_always_fails_is_said_to(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = sometimes(lambda _: True, 400)
        code, rows, _ = judged(server, tmp_path, PREFER)
    assert (code, rows[PREFER]["verdict"]) == (1, "fail")
    assert rows[PREFER]["outcomes"][0]["message"].endswith("(failed 3 of 3 times)")


def test_a_positive_that_failed_once_has_failed_and_is_called_flaky(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = sometimes(lambda n: n == 1, 400)
        code, rows, _ = judged(server, tmp_path, PREFER)
    assert (code, rows[PREFER]["verdict"]) == (1, "fail")
    assert rows[PREFER]["outcomes"][0]["message"].endswith("(failed 1 of 3 times: it is flaky)")


def test_what_the_accepted_body_was_answered_is_asked_again(tmp_path: Path) -> None:
    def created(request: Request) -> bool:
        if request.command != "PATCH" or b"name" not in request.octets:
            return False
        request.reply(201, FIRST)
        return True

    with shelf.serving(FIRST, SECOND) as server:
        server.hook = created
        _, rows, _ = judged(server, tmp_path, "update.status.success")
    assert rows["update.status.success"]["outcomes"][0]["message"].endswith("got 201 Created (failed 3 of 3 times)")


@pytest.mark.parametrize(("status", "name"), [(429, "Retry_After"), (503, "Retry_After"), (503, "X_Nothing")])
def test_throttling_is_waited_out_and_counted_and_no_failure(status: int, name: str, tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = sometimes(lambda n: n <= 1, status, **{name: "0"})
        code, rows, results = judged(server, tmp_path, PREFER)
    assert (code, rows[PREFER]["verdict"]) == (0, "pass")
    assert {row["name"]: row["value"] for row in results["capabilities"]}["answers 429 or 503"] == "1"


def test_throttling_that_never_ends_is_inconclusive(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = sometimes(lambda _: True, 429, Retry_After="0")
        code, rows, _ = judged(server, tmp_path, PREFER, "update.status.success", retries=1)
    assert (code, rows[PREFER]["verdict"]) == (0, "inconclusive")
    assert "busy" in rows[PREFER]["outcomes"][0]["message"]


def test_a_century_of_retry_after_is_not_waited_for(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = sometimes(lambda _: True, 429, Retry_After=str(10**11))
        _, rows, results = judged(server, tmp_path, PREFER, deadline=20)
    assert rows[PREFER]["verdict"] == "inconclusive"
    assert results["seconds"] < 1000  # a century is longer on any machine


def test_a_failure_of_the_servers_own_that_does_not_come_again_is_told_all_the_same(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = sometimes(lambda n: n == 1, 500)
        _, rows, _ = judged(server, tmp_path, PREFER, "update.error.no5xx")
    assert rows[PREFER]["verdict"] == "pass"
    assert rows["update.error.no5xx"]["verdict"] == "warn"


def test_a_server_that_accepts_no_update_is_never_said_to_conform(tmp_path: Path) -> None:
    def refuse(request: Request) -> bool:
        if request.command != "PATCH" or request.octets == b"{}":
            return False
        request.error(400, "badRequest")
        return True

    with shelf.serving(FIRST, SECOND) as server:
        server.hook = refuse
        code, _, results = judged(server, tmp_path, "update")
    assert (code, results["verdict"]) == (3, "inconclusive")
    assert any("accepted no body" in note for note in results["notes"])


def test_a_token_that_expires_in_mid_run_is_renewed_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("the-first-token")
    seen = 0

    def expire(request: Request) -> bool:
        nonlocal seen
        seen += 1
        if seen == 15:
            (tmp_path / "token").write_text("the-second-token")
            server.allowed = {"Bearer the-second-token"}
        return False

    with shelf.serving(FIRST, SECOND) as server:
        server.allowed, server.hook = {"Bearer the-first-token"}, expire
        code, rows, results = judged(
            server, tmp_path, "update.value.*", token=None,
            token_command=f"cat {tmp_path}/token",
        )  # fmt: skip
    assert code == 0, rows
    assert "the token was refused in mid-run and renewed through --token-command" in results["notes"]
    for text in recorded.texts(tmp_path / "r").values():
        assert "the-first-token" not in text
        assert "the-second-token" not in text
