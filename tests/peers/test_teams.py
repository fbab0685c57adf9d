"""A service whose creations take a while is watched to their end, and its batches are held to their answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts.engine import run
from graph_contracts.settings import Settings
from tests.peers import teams

JUDGED = ("create.async.*", "create.persist.read", "create.status.success", "batch.*")


def verdicts(folder: Path, *faults: str, select: tuple[str, ...] = JUDGED) -> dict[str, str]:
    with teams.serving(*faults) as (url, known):
        before = [*known.teams]
        settings = Settings(target=url, openapi=teams.write(folder), select=select, settle=0.2, report=folder / "r")
        run.run(settings)
        if not faults:
            assert [*known.teams] == before, "what was begun is taken away once its monitor says what was made"
    found = json.loads((folder / "r/results.json").read_text(encoding="utf-8"))
    return {row["id"]: row["verdict"] for row in found["requirements"]}


def test_a_service_that_takes_a_while_is_found_right(tmp_path: Path) -> None:
    found = verdicts(tmp_path)
    assert {name for name, verdict in found.items() if verdict in {"fail", "warn", "error", "inconclusive"}} == set()
    assert {name for name, verdict in found.items() if verdict == "pass"} >= {
        "create.async.monitor",
        "create.async.reachable",
        "create.async.states",
        "create.async.result",
        "create.persist.read",
        "batch.answers.each",
        "batch.answers.same",
        "batch.req.dependent",
        "batch.req.malformed",
        "batch.req.body",
    }


@pytest.mark.full  # in the gate the kill sheet has faults of these kinds
@pytest.mark.parametrize(
    ("fault", "told", "verdict"),
    [
        ("no monitor", "create.async.monitor", "fail"),
        ("succeeds too early", "create.async.result", "fail"),
        ("answers by place", "batch.answers.each", "fail"),
        ("forgets what depends", "batch.req.dependent", "warn"),
    ],
)
def test_each_of_its_faults_is_told(fault: str, told: str, verdict: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, fault, select=(told,))[told] == verdict
