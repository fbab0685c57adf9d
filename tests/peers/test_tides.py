"""Functions and counts of a server that isn't made here are judged by its own document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts.engine import run
from graph_contracts.settings import Settings
from tests.peers import tides

SELECTED = ("function.*", "count.*")


def verdicts(folder: Path, *faults: str, select: tuple[str, ...] = SELECTED) -> dict[str, str]:
    document = folder / "tides.json"
    document.write_text(json.dumps(tides.DOCUMENT), encoding="utf-8")
    with tides.serving(*faults) as server:
        settings = Settings(
            target=server.url, openapi=document, select=select, settle=0.2, conventions="odata", report=folder
        )
        run.run(settings)
        assert sorted(server.harbours) == ["h1", "h2"], "what the run made is taken away"
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    return {row["id"]: row["verdict"] for row in found["requirements"]}


def test_a_right_server_is_not_accused(tmp_path: Path) -> None:
    found = verdicts(tmp_path)
    assert set(found.values()) <= {"pass", "not-applicable"}
    wanted = ("argumenttype", "enum", "missing", "unknown", "text", "encoding", "alias")
    passed = {name for name, verdict in found.items() if verdict == "pass"}
    assert passed >= {f"function.req.{each}" for each in wanted} | {"function.method.safe", "count.persist.create"}


@pytest.mark.full  # in the gate the kill sheet has faults of these kinds
@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("any day", "function.req.argumenttype"),
        ("any zone", "function.req.enum"),
        ("notes its visitors", "function.method.safe"),
        ("a bare list", "function.resp.result"),
        ("counts a page", "count.persist.create"),
        ("reads texts to a quote", "function.req.text"),
    ],
)
def test_its_faults_are_told(fault: str, told: str, tmp_path: Path) -> None:
    found = verdicts(tmp_path, fault, select=(told, "function.req.missing", "count.resp.number"))
    assert [name for name, verdict in found.items() if verdict in {"fail", "warn"}] == [told]
