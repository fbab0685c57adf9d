"""A server that somebody would write in an afternoon: what is said of it is true, and mending a bug adds no failure."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts.engine import run
from graph_contracts.http import long_bodies
from graph_contracts.settings import Settings
from tests.peers import naive
from tests.peers.naive import BUGS, TOKEN

JUDGED = (
    *("type.*", "value.reflects", "value.null.nullable", "value.int32.range", "merge.nested", "persist.read"),
    *("body.allproperties", "req.odatatype.variants"),
)
MENDED = tuple(bug for bug in BUGS if bug != "keeps nothing")
"""A server that keeps nothing keeps no wrong value either, so what it would store is hidden until that is mended."""
SOME = ((), *((bug,) for bug in MENDED), *((MENDED[0], bug) for bug in MENDED[1:]))
ALL = tuple(bugs for count in range(len(MENDED) + 1) for bugs in combinations(MENDED, count))


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


@pytest.mark.full
@pytest.mark.parametrize(
    ("sets", "select"), [(SOME, JUDGED), pytest.param(ALL, ("update.*",), marks=pytest.mark.full)], ids=["some", "all"]
)
def test_mending_a_bug_adds_no_failure(
    sets: tuple[tuple[str, ...], ...], select: tuple[str, ...], tmp_path: Path
) -> None:
    found = {bugs: results(tmp_path / str(number), *bugs, select=select) for number, bugs in enumerate(sets)}
    failures = {bugs: failed(each) for bugs, each in found.items()}
    for bugs, before in failures.items():
        for bug in bugs:
            mended = tuple(each for each in bugs if each != bug)
            more = {name: verdicts(found[bugs])[name] for name in failures[mended] - before}
            assert more == {}, f"without {bug}, of {bugs}, more fails"
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
    blocks = printed.partition("Summary, the worst first:")[0].split("\nFAIL ")[1:]
    assert len(blocks) == 2, "one cause is told once in full"
    assert "explain update.persist.read\n" in blocks[0], "the cause comes first"
    following = " ".join(blocks[0].split())
    assert following.count(" follows FAIL ") == 3
    assert all(f"(update.{name})" in following for name in values)


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


@pytest.mark.parametrize("habits", [(), ("silent",)])
def test_an_update_is_without_effect_where_a_read_after_it_shows_so(habits: tuple[str, ...], tmp_path: Path) -> None:
    for skips in ((), ("skips merge patches",)):
        (row,) = results(tmp_path / str(len(skips)), *habits, *skips, select=("req.ct.other",))["requirements"]
        (outcome,) = row["outcomes"]
        assert row["verdict"] == ("note" if skips else "pass"), outcome["message"]
        if skips:
            assert outcome["message"].endswith("to JSON Merge Patch without an effect")


@pytest.mark.parametrize("habits", [(), ("silent",)])
def test_a_read_that_fails_is_told_with_the_update_that_it_failed_after(
    habits: tuple[str, ...], tmp_path: Path
) -> None:
    found = results(tmp_path, *habits, "ruined by large numbers", select=("value.int32.range", "error.no5xx"))
    (row,) = [row for row in found["requirements"] if row["id"] == "update.error.no5xx"]
    (outcome,) = row["outcomes"]
    assert row["verdict"] == "fail"
    assert "to a read after PATCH with" in outcome["message"]
    assert "2147483648" in outcome["message"]
    sent = [line for line in outcome["curl"].splitlines() if "curl" in line]
    assert ["PATCH" in line for line in sent] == [True, False]
    assert "2147483648" in sent[0]


def test_long_answers_that_are_not_kept_are_judged_no_worse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    select = ("body.*", "merge.siblings", "type.*", "value.null.nonnullable")
    before = verdicts(results(tmp_path / "short", "forgets labels", select=select))
    monkeypatch.setattr(long_bodies, "KEPT_BODIES", 60_000)  # three objects
    after = verdicts(results(tmp_path / "long", "forgets labels", "long answers", select=select))
    found = {name: verdict for name, verdict in after.items() if verdict not in {before[name], "inconclusive", "pass"}}
    assert found == {}
