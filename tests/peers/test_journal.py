"""A service that tells changes from a journal is judged by its own document, and each of its faults is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts.engine import run
from graph_contracts.settings import Settings
from tests.peers import journal


def verdicts(folder: Path, *faults: str, select: str = "delta.*") -> dict[str, str]:
    with journal.serving(*faults) as (url, kept):
        before = [*kept.letters]
        document = journal.write(folder)
        run.run(Settings(target=url, openapi=document, select=(select,), settle=0.2, report=folder / "r"))
        assert [*kept.letters] == before, "what the run made is taken away"
    found = json.loads((folder / "r/results.json").read_text(encoding="utf-8"))
    return {row["id"]: row["verdict"] for row in found["requirements"]}


def test_a_service_with_a_journal_is_found_right(tmp_path: Path) -> None:
    found = verdicts(tmp_path)
    assert {name for name, verdict in found.items() if verdict in {"fail", "warn", "error", "inconclusive"}} == set()
    passed = {name for name, verdict in found.items() if verdict == "pass"}
    assert passed >= {
        "delta.round.link",
        "delta.round.complete",
        "delta.round.once",
        "delta.link.works",
        "delta.link.again",
        "delta.changes.created",
        "delta.changes.updated",
        "delta.changes.deleted",
        "delta.changes.removed",
        "delta.changes.none",
        "delta.changes.midway",
    }


@pytest.mark.full  # in the gate the kill sheet has faults of these kinds
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("forgets deletions", "delta.changes.deleted"),
        ("one place too far", "delta.changes.created"),
        ("deletions without a sign", "delta.changes.deleted"),
        ("tells changes once", "delta.link.again"),
        ("no empty rounds", "delta.link.works"),
    ],
)
def test_each_of_its_faults_is_told(fault: str, told: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, fault, select=told)[told] == "fail"
