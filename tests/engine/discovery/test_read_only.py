"""What a read-only run and a dry run send, and what they come to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts.engine.run import run
from tests.engine.discovery.test_doctor import settings
from tests.peers import shelf
from tests.peers.shelf import FIRST, SECOND, Request


def test_a_read_only_run_judges_what_needs_no_update(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        code = run(settings(server, tmp_path, read_only=True))
        assert {method for method, _ in server.seen} <= {"GET", "HEAD", "OPTIONS"}
    results = json.loads((tmp_path / "r/results.json").read_text())
    verdicts = {row["verdict"] for row in results["requirements"]}
    assert code == 0
    assert verdicts <= {"pass", "inconclusive", "not-applicable"}
    assert results["summary"]["inconclusive"] > 80
    assert any("--read-only" in note for note in results["notes"])


def test_a_read_only_run_sends_nothing_that_could_change_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    parse = Request.parse_request

    def noted(request: Request) -> bool:
        known = parse(request)
        asked.add(request.command)  # also one that nobody knows
        return known

    monkeypatch.setattr(Request, "parse_request", noted)
    with shelf.serving(FIRST, SECOND) as server:
        document = shelf.document(example=True)
        for item in document["paths"].values():
            item["get"] = {"responses": {"200": {"description": ""}}}
        path = tmp_path / "whole.json"
        path.write_text(json.dumps(document))
        before = json.dumps(server.objects)
        run(settings(server, tmp_path, openapi=path, read_only=True, settle=0.1))
        assert json.dumps(server.objects) == before
    assert {"GET"} <= asked <= {"GET", "HEAD", "OPTIONS"}


def test_a_read_only_run_that_judged_nothing_is_inconclusive(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        code = run(settings(server, tmp_path, read_only=True, select=("update.merge.*",)))
    assert code == 3


def test_a_dry_run_prints_curl_lines_and_sends_the_target_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from graph_contracts.engine.dry_run import dry_run  # noqa: PLC0415 (starts a server of its own)

    with shelf.serving(FIRST, SECOND) as server:
        given = settings(server, tmp_path, select=("update.status.*",), ids={"thing-id": "MINE"}, token="c4nary-c4nary")
        assert dry_run(given) == 0
        assert server.seen == []
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if line.startswith("curl ")]
    assert any(f"{server.url}/things/MINE " in line and "-X PATCH" in line for line in lines)
    assert all(server.url in line for line in lines)
    assert "c4nary" not in out
    assert not (tmp_path / "r").exists()
