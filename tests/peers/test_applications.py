"""Actions of a server that is none of ours: nothing is said of a right one, and each wrong one is found out."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import Results, check
from graph_contracts.engine import judge
from tests.peers import applications


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "TIMES", 1)


def results(folder: Path, mode: str = "", select: tuple[str, ...] = ("action.*",), **more: Any) -> Results:
    document = folder / "applications.json"
    document.write_text(json.dumps(applications.document()), encoding="utf-8")
    with applications.serving(mode) as server:
        before = copy.deepcopy(server.items)
        settings = {"token": applications.TOKEN, "settle": 0.1, **more}
        found = check(server.url, contract=document, select=select, settings=settings)
        assert server.items == before, "nothing is left, and what was there is as it was"
        assert bool(server.validated) == bool(more.get("destructive"))
    return found


def verdicts(found: Results) -> dict[str, str]:
    return {each.id: each.verdict for each in found}


def test_a_right_server_is_accused_of_nothing_and_told_what_stays(tmp_path: Path) -> None:
    found = results(tmp_path)
    said = verdicts(found)
    assert not {name: each for name, each in said.items() if each in {"fail", "warn", "error"}}
    for name in ("persist.removed", "persist.parameters", "req.required", "auth.required", "error.nochange"):
        assert said[f"action.{name}"] != "not-applicable", name
    lacking = [row for each in found for row in each.outcomes if row.operation.endswith("validateProperties")]
    assert {row.verdict for row in lacking} <= {"inconclusive", "not-applicable"}
    assert any("--destructive" in row.message for row in lacking)
    assert ["addPassword was called" in each.text for each in found.left] == [True]


def test_what_is_bound_to_no_object_is_called_where_the_operator_allows_it(tmp_path: Path) -> None:
    found = results(tmp_path, select=("action.status.success",), destructive=True)
    assert verdicts(found) == {"action.status.success": "pass"}
    assert [each.object for each in found.left][-1:] == ["/applications/microsoft.graph.validateProperties"]


@pytest.mark.parametrize(
    ("mode", "requirement", "verdict"),
    [
        ("keeps", "action.persist.removed", "fail"),
        ("forgets", "action.persist.parameters", "fail"),
        ("careless", "action.req.required", "warn"),
        ("eager", "action.auth.required", "fail"),
        ("numbers", "action.type.string", "fail"),
    ],
)
def test_a_wrong_server_is_found_out(mode: str, requirement: str, verdict: str, tmp_path: Path) -> None:
    assert verdicts(results(tmp_path, mode, (requirement,))) == {requirement: verdict}
