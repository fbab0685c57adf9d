"""What a run adds to an object is taken away where the target lets it, and named where it doesn't."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts.engine import run
from graph_contracts.engine.recovery import recover
from graph_contracts.engine.recovery.undo_log import journals
from graph_contracts.report.results import Results
from graph_contracts.settings import Settings
from tests.peers import naive
from tests.peers.naive import FIRST, SECOND, TOKEN, Naive

WRITES = ("req.annotations.unknown", "req.unknownproperty", "req.odatatype.variants", "merge.*")
JUDGES = ("cond.*", "etag.*")
ADDED = {"@suite.note", "@odata.etag", "suiteUnknown"}


def judged(server: Naive, folder: Path, *select: str, **how: Any) -> tuple[dict[str, Any], int]:
    settings = Settings(
        target=server.url,
        openapi=naive.write_document(folder),
        token=SecretStr(TOKEN),
        select=select,
        settle=0.5,
        max_examples=1,
        report=folder / "reports",
        **how,
    )
    code = run.run(settings)
    return json.loads((folder / "reports/results.json").read_text(encoding="utf-8")), code


def verdicts(results: dict[str, Any]) -> dict[str, str]:
    return {row["id"].removeprefix("update."): row["verdict"] for row in results["requirements"]}


def saved(server: Naive) -> dict[str, Any]:
    return copy.deepcopy(server.objects)


@pytest.mark.parametrize("habits", [(), ("etag header",), ("null removes",)])
def test_a_tag_that_the_run_wrote_is_no_validator(habits: tuple[str, ...], tmp_path: Path) -> None:
    with naive.serving(*habits) as server:
        results, _ = judged(server, tmp_path, *WRITES, *JUDGES)
        assert set(server.conditions) <= {"*", '"suite-bogus"'}
    found = verdicts(results)
    tagless = ("cond.stale", "etag.changes", "etag.consistent")
    assert {found[name] for name in tagless} == {"not-applicable"}
    assert found["cond.notag"] == "note"
    assert found["etag.syntax"] in {"not-applicable", "pass"}
    assert {row["value"] for row in results["capabilities"] if row["name"].endswith(": validators")} == {"none"}


def test_a_tag_that_was_there_before_the_run_is_a_validator(tmp_path: Path) -> None:
    with naive.serving("etag member", "versions") as server:
        results, code = judged(server, tmp_path, *WRITES, *JUDGES)
    found = verdicts(results)
    assert (found["cond.stale"], found["etag.changes"], code) == ("fail", "pass", 1)


def test_what_stays_is_named_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with naive.serving() as server:
        before = saved(server)
        results, _ = judged(server, tmp_path, *WRITES)
        after = saved(server)
    out = capsys.readouterr().out
    page = (tmp_path / "reports/index.html").read_text(encoding="utf-8")
    left = {each["object"]: set(each["members"]) for each in results["left"]}
    added = {f"/things/{entity}": set(after[entity]) - set(before[entity]) for entity in (FIRST, SECOND)}
    assert left == added
    assert left[f"/things/{FIRST}"] >= ADDED
    assert all({**after[entity], **before[entity]} == after[entity] for entity in after), "the rest is as it was"
    end = " ".join(out.split()).partition(" Report: ")[0].split(" Left behind: ")[1:]
    assert len(end) == 2
    for path, members in left.items():
        (line,) = [line for line in end if path in line]
        assert all(name in line and name in page for name in (path, *members))
    assert "Left behind" in page
    assert Results.from_json(results).to_json()["left"] == results["left"]
    assert len(journals(tmp_path / "reports")) == 1


def test_a_target_that_takes_null_as_removal_is_left_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with naive.serving("null removes") as server:
        before = saved(server)
        results, _ = judged(server, tmp_path, *WRITES)
        assert saved(server) == before
    assert "left" not in results
    assert "Left behind" not in capsys.readouterr().out
    assert journals(tmp_path / "reports") == []


def test_one_member_that_cannot_be_taken_away_spoils_no_other(tmp_path: Path) -> None:
    with naive.serving("refuses null", "null removes") as server:
        results, _ = judged(server, tmp_path, *WRITES)
        after = saved(server)
    (left,) = results["left"]
    assert "suiteUnknown" not in after[FIRST]
    assert all("@" in name for name in left["members"])
    assert "@suite.note" in left["members"]


def test_members_that_the_server_maintains_are_not_the_runs(tmp_path: Path) -> None:
    with naive.serving("null removes", "versions") as server:
        results, _ = judged(server, tmp_path, *WRITES)
        assert {"version", "@odata.etag"} <= set(server.objects[FIRST])
    assert "left" not in results
    (row,) = [each for each in results["capabilities"] if each["name"].endswith(": changed by the server itself")]
    assert row["value"] == "@odata.etag, version"


@pytest.mark.parametrize(("habits", "code"), [((), 3), (("null removes",), 0)])
def test_restore_names_what_stays(habits: tuple[str, ...], code: int, tmp_path: Path) -> None:
    with naive.serving(*habits) as server:
        before = saved(server)
        judged(server, tmp_path, *WRITES, restore=False)
        assert set(server.objects[FIRST]) - set(before[FIRST]) >= ADDED
        told: list[str] = []
        flags = {"openapi": tmp_path / "naive.json", "token": TOKEN, "settle": 0.5}
        assert recover.restore(tmp_path / "reports", flags, told.append) == code
        after = saved(server)
    if code:
        assert told[0].startswith(f"/things/{FIRST} is put back, except ")
        assert told[0].endswith(": PATCH with null does not remove what the run added")
        assert all(name in told[0] for name in ADDED)
        assert all({**after[entity], **before[entity]} == after[entity] for entity in after), "the rest is as it was"
        assert len(journals(tmp_path / "reports")) == 1
    else:
        assert after == before
        assert told == [f"{server.url}: 2 objects checked; all match their saved state"]
        assert journals(tmp_path / "reports") == []
