"""A server that somebody would write in an afternoon: what is said of it is true, and mending a bug adds no failure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts.engine import judge, run
from graph_contracts.settings import Settings
from tests.peers import naive
from tests.peers.naive import BUGS, TOKEN

JUDGED = ("type.*", "value.reflects", "value.null.nullable", "merge.nested", "persist.read", "req.odatatype.variants")
TOGETHER = tuple(bugs for bug in BUGS[1:4] for bugs in ((bug,), (BUGS[0], bug)))


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "TIMES", 1)


def results(folder: Path, *habits: str, select: tuple[str, ...] = JUDGED) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    with naive.serving(*habits) as server:
        settings = Settings(
            target=server.url,
            openapi=naive.write_document(folder),
            token=SecretStr(TOKEN),
            select=select,
            settle=0.2,
            max_examples=5,
            report=folder / "reports",
        )
        run.run(settings)
    found: dict[str, Any] = json.loads((folder / "reports/results.json").read_text(encoding="utf-8"))
    return found


def verdicts(found: dict[str, Any]) -> dict[str, str]:
    return {row["id"].removeprefix("update."): row["verdict"] for row in found["requirements"]}


def failed(found: dict[str, Any]) -> set[str]:
    return {name for name, verdict in verdicts(found).items() if verdict == "fail"}


def test_mending_a_bug_adds_no_failure(tmp_path: Path) -> None:
    every: tuple[tuple[str, ...], ...] = ((), (BUGS[0],), *TOGETHER)
    failures = {bugs: failed(results(tmp_path / str(number), *bugs)) for number, bugs in enumerate(every)}
    for bugs, before in failures.items():
        for bug in bugs:
            mended = tuple(each for each in bugs if each != bug)
            assert failures[mended] <= before, f"without {bug}, of {bugs}, more fails: {failures[mended] - before}"
    assert "type.int32" in failures[("silent", "count as text")], "reads show it though answers show no object"


@pytest.mark.parametrize("habits", [(), ("silent",)])
def test_a_type_that_the_run_wrote_is_told_once(habits: tuple[str, ...], tmp_path: Path) -> None:
    select = ("req.odatatype.variants", "type.odatatype", "req.annotations.unknown")
    found = verdicts(results(tmp_path, "adopts types", *habits, select=select))
    assert found["req.odatatype.variants"] in {"warn", "fail"}
    assert found["req.annotations.unknown"] in {"warn", "fail"}, "a read shows the annotation"
    assert found["type.odatatype"] not in {"warn", "fail"}


def causes(found: dict[str, Any]) -> dict[str, set[str]]:
    """What likely follows from each failure that shows a cause."""
    short = str.removeprefix
    return {
        short(each["requirement"], "update."): {short(name, "update.") for name in each["follows"]}
        for each in found.get("causes", ())
    }


def test_a_store_that_keeps_nothing_has_one_cause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    select = ("persist.read", "value.reflects", "value.unicode", "value.literal", "merge.nested", "method.405allow")
    found = results(tmp_path, "keeps nothing", select=select)
    (follows,) = (names for lead, names in causes(found).items() if lead == "persist.read")
    values = {"value.reflects", "value.unicode", "value.literal"}
    assert follows == {"merge.nested", *values}
    assert "method.405allow" not in follows | causes(found).keys(), "that has another cause"
    assert failed(found) >= {"persist.read", *values}, "what gates is as it was"
    printed = capsys.readouterr().out
    said, _, rest = printed.partition("FAIL update.persist.read (MUST")
    assert "FAIL" not in said, "the cause comes first"
    assert rest.index("likely from it, 3 failures:") < rest.index("FAIL update.value.reflects (MUST)")
    assert printed.count("\n  expected  ") == 2, "one cause is told once in full"


def test_a_store_that_looks_at_no_types_has_one_cause(tmp_path: Path) -> None:
    select = ("value.wrongtype", "value.int32.range", "persist.read")
    found = results(tmp_path / "1", select=select)
    assert causes(found) == {"value.wrongtype": {"value.int32.range"}}
    (wrong,) = (row["outcomes"] for row in found["requirements"] if row["id"] == "update.value.wrongtype")
    assert [outcome["gates"] for outcome in wrong] == [["odata", "http"]], "in other profiles it fails"
    assert causes(results(tmp_path / "2", "checks values", select=select)) == {}


def test_two_bugs_are_not_taken_for_one_cause(tmp_path: Path) -> None:
    found = results(tmp_path, "forgets labels", "replaces", select=("persist.read", "value.reflects", "merge.nested"))
    assert verdicts(found)["merge.nested"] in {"warn", "fail"}
    assert all("merge.nested" not in follows for follows in causes(found).values()), "it shows another property"
