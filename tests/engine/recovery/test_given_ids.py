"""A store is as it was before a run, byte by byte, though it takes ids from bodies or keeps what it can't show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts.engine import run
from graph_contracts.engine.recovery import recover
from graph_contracts.operations import effect_watch
from graph_contracts.settings import Settings
from tests.peers import json_store
from tests.peers.json_store import FIRST, HOME, SECOND, Store
from tests.peers.naive import TOKEN

RISKY = ("*.req.id.*", "*.value.null.nonnullable", "*.json.limits", "*.json.nonobject", "*.robust.alive")
LAST = "update.persist.read"
"""A requirement that is judged after these on no account, and before them where nothing is amiss."""


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effect_watch, "RESTART_GRACE_S", 0.2)  # nobody restarts the store


def run_against(server: Store, folder: Path, select: tuple[str, ...] = (), **how: Any) -> dict[str, str]:
    """The verdict of each requirement."""
    document = folder / "store.json"
    document.write_text(json.dumps(json_store.document(*server.habits)), encoding="utf-8")
    settings = Settings(
        target=server.url,
        openapi=document,
        token=SecretStr(TOKEN),
        select=select,
        settle=0.1,
        ids={"thing-id": FIRST},
        second_ids={"thing-id": SECOND},
        report=folder / "reports",
        **how,
    )
    run.run(settings)
    results = json.loads((folder / "reports/results.json").read_text(encoding="utf-8"))
    assert "left" not in results, results["left"]
    return {row["id"]: row["verdict"] for row in results["requirements"]}


KINDS = [("rekeys",), ("rekeys", "makes objects"), ("spreads arrays",)]
MORE = [("rekeys", "no read"), ("rekeys", "no list"), ("spreads arrays", "makes objects")]
ALL = [*KINDS, *(pytest.param(habits, marks=pytest.mark.full) for habits in MORE)]


@pytest.mark.parametrize("habits", ALL)
def test_the_store_is_as_it_was(habits: tuple[str, ...], tmp_path: Path) -> None:
    with json_store.serving(*habits) as server:
        before = server.state
        found = run_against(server, tmp_path, (*RISKY, LAST), max_examples=0)
        assert server.state == before
    assert found["update.req.id.mismatch"] == ("fail" if "rekeys" in habits else "pass")
    assert found[LAST] == "pass"


@pytest.mark.full
@pytest.mark.parametrize("habits", [*KINDS, *MORE])
def test_the_store_is_as_it_was_after_a_whole_run(habits: tuple[str, ...], tmp_path: Path) -> None:
    with json_store.serving(*habits) as server:
        before = server.state
        run_against(server, tmp_path)
        assert server.state == before


def test_restore_looks_for_an_object_under_the_ids_that_a_killed_run_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph_contracts.operations.update.give_back", lambda *_: None)
    with json_store.serving("rekeys") as server:
        before = server.state
        run_against(server, tmp_path, ("update.req.id.mismatch",), restore=False)
        assert server.find(FIRST) is None
        monkeypatch.undo()
        told: list[str] = []
        flags = {"openapi": tmp_path / "store.json", "token": TOKEN, "settle": 0.1}
        assert recover.restore(tmp_path / "reports", flags, told.append) == 0
        assert server.state == before
    assert told == [f"{server.url}: 2 objects checked; all match their saved state"]


def test_restore_takes_back_nesting_that_the_target_cannot_show(tmp_path: Path) -> None:
    with json_store.serving("spreads arrays") as server:
        before = server.state
        run_against(server, tmp_path, (LAST,), restore=False)
        (journal,) = (tmp_path / "reports").glob("restore-*")
        with journal.open("a") as file:
            file.write(json.dumps({"kind": "sent", "operation": "update", "members": [["0", ""]]}) + "\n")
        server.assign(server.objects[0], json_store.parsed(b"[" * 5000 + b"]" * 5000))
        flags = {"openapi": tmp_path / "store.json", "token": TOKEN, "settle": 0.1}
        assert recover.restore(tmp_path / "reports", flags, print) == 0
        assert server.state == before
    assert all(path.startswith(HOME) for _, path, _ in server.sent)
