"""A server whose keys, lists and errors are its own document's is judged by that document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.engine import run
from graph_contracts.settings import Settings
from tests.peers import stock

JUDGED = (
    "*.body.id",
    "*.merge.siblings",
    "*.error.documented",
    "*.persist.read",
    "list.conc.same",
    "list.resp.object",
)


def rows(folder: Path, *faults: str, select: tuple[str, ...] = JUDGED) -> dict[str, dict[str, Any]]:
    with stock.serving(*faults) as server:
        settings = Settings(
            target=server.url, openapi=stock.DOCUMENT, select=select, settle=0.2, max_examples=5, report=folder
        )
        run.run(settings)
        assert sorted(server.items) == [1, 2], "what the run made is taken away"
    found: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return {row["id"]: row for row in found["requirements"]}


def test_keys_that_are_numbers_and_lists_that_are_arrays_are_read_as_documented(tmp_path: Path) -> None:
    found = {name: row["verdict"] for name, row in rows(tmp_path).items()}
    assert set(found.values()) <= {"pass", "not-applicable"}
    passed = {name for name, verdict in found.items() if verdict == "pass"}
    assert passed > {
        "list.body.id",
        "create.body.id",
        "list.resp.object",
        "update.merge.siblings",
        "delete.persist.read",
    }


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("replaces", {"update.merge.siblings"}),
        ("forgets its numbers", {"update.body.id"}),
        ("lists in an object", {"list.resp.object"}),
        ("says what is wrong in a word", {"create.error.documented", "update.error.documented"}),
    ],
)
def test_its_faults_are_told(fault: str, told: set[str], tmp_path: Path) -> None:
    select = (*told, "*.json.malformed", "list.conc.same", "read.method.head", "read.persist.sameasread")
    assert {name for name, row in rows(tmp_path, fault, select=select).items() if row["verdict"] == "fail"} == told


@pytest.mark.full
def test_nothing_at_all_is_held_against_it(tmp_path: Path) -> None:
    found = rows(tmp_path, select=("*",))
    assert not [name for name, row in found.items() if row["verdict"] in {"fail", "error"}]
    assert sum(row["verdict"] == "pass" for row in found.values()) > 220
