"""Actions of a server that is none of ours: nothing is said of a right one, and each wrong one is found out."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts import Results, check
from graph_contracts.engine.discovery import doctor
from graph_contracts.settings import Settings
from tests.peers import applications


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


def test_a_run_that_may_only_read_calls_nothing(tmp_path: Path) -> None:
    said = results(tmp_path, select=("action.status.success",), read_only=True)
    (judged,) = said
    assert judged.verdict == "inconclusive"
    assert {"--read-only" in each.message for each in judged.outcomes} == {True}


def test_an_object_that_the_operator_names_is_what_an_action_is_called_on(tmp_path: Path) -> None:
    document = tmp_path / "applications.json"
    document.write_text(json.dumps(applications.document()), encoding="utf-8")
    with applications.serving() as server:
        ids = {"applications.application-id": applications.FIRST}
        settings = {"token": applications.TOKEN, "operations": ("*addPassword",), "ids": ids}
        found = check(server.url, contract=document, select=("action.status.success",), settings=settings)
        assert len(server.items[applications.FIRST]["passwordCredentials"]) > 0
        assert list(server.items) == [applications.FIRST]
    assert verdicts(found) == {"action.status.success": "pass"}
    (left,) = found.left
    assert left.object == f"/applications/{applications.FIRST}/microsoft.graph.addPassword"


def test_doctor_says_what_would_be_called_on_what(tmp_path: Path) -> None:
    document = tmp_path / "applications.json"
    document.write_text(json.dumps(applications.document()), encoding="utf-8")
    lines: list[str] = []
    with applications.serving() as server:
        token = SecretStr(applications.TOKEN)
        doctor.examine(Settings(target=server.url, openapi=document, token=token), lines.append)
        assert (len(server.items), server.validated) == (1, 0)
    said = {
        line.rpartition("microsoft.graph.")[2].partition(" ")[0]: line for line in lines if "microsoft.graph" in line
    }
    assert said["rename"].endswith("can be judged on objects that the run makes")
    assert "--destructive" in said["validateProperties"]


@pytest.mark.full  # in the gate the kill sheet has faults of these kinds
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
