"""The lock file: what a later version of the suite requires beyond it is told and doesn't gate."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from graph_contracts import __version__, cases, cli
from graph_contracts.errors import LockError
from graph_contracts.gate import Gate, lock
from graph_contracts.gate.verdict import Known
from graph_contracts.report import words
from graph_contracts.report.results import Results, exit_code
from graph_contracts.report.results_schema import validate
from graph_contracts.report.verdict import Verdict
from graph_contracts.requirements import registry
from tests.report.samples import FIRST, row, run

GATING = ("page", "odata", "http")
OK = row("update.a.b", Verdict.PASS)
BROKEN = replace(row("update.a.c", Verdict.FAIL), gates=GATING)
DEFECT = replace(row("update.a.c", Verdict.ERROR), gates=GATING)
IDS = ("update.a.b", "update.a.c")


def locked(**profiles: list[str]) -> lock.Lock:
    return lock.Lock("my.lock", "0.1.0", {name.replace("_", "."): tuple(each) for name, each in profiles.items()})


def held(results: Results, file: lock.Lock) -> Results:
    return lock.hold(results, file, IDS)


def line(results: Results) -> str:
    assert results.lock
    return words.locked(results.lock)


def test_a_failure_of_a_requirement_in_the_lock_file_gates() -> None:
    found = held(run(OK, BROKEN), locked(update_a_b=[], update_a_c=[*GATING]))
    assert exit_code(found) == 1
    assert found.requirements == run(OK, BROKEN).requirements
    assert line(found) == "Lock my.lock (of version 0.1.0): nothing is newer."


@pytest.mark.parametrize(("broken", "verdict"), [(BROKEN, Verdict.WARN), (DEFECT, Verdict.INCONCLUSIVE)])
def test_what_is_newer_than_the_lock_file_is_told_and_does_not_gate(broken: object, verdict: Verdict) -> None:
    results = run(OK, broken)  # type: ignore[arg-type]  # a row
    assert exit_code(results) != 0
    found = held(results, locked(update_a_b=[*GATING]))
    assert exit_code(found) == 0
    (outcome,) = found.requirements[1].outcomes
    assert outcome.verdict is found.requirements[1].verdict is verdict
    assert outcome.message.startswith("newer than my.lock, so it doesn't gate; ")
    assert not words.only_warns(found, found.requirements[1], outcome)
    said = "1 newer requirement can't fail the run; without the lock 1 would."
    assert line(found) == f"Lock my.lock (of version 0.1.0): {said}"


def test_what_only_warned_when_the_lock_file_was_written_does_not_gate() -> None:
    found = held(run(OK, BROKEN), locked(update_a_b=[*GATING], update_a_c=["http"]))
    assert exit_code(found) == 0
    assert found.requirements[1].outcomes[0].message.startswith("only a warning in my.lock, so it doesn't gate; ")
    assert "1 that only warned before can't fail the run; without the lock 1 would." in line(found)
    assert exit_code(held(replace(run(OK, BROKEN), profile="http"), locked(update_a_b=[], update_a_c=["http"]))) == 1


def test_a_requirement_that_is_gone_is_told() -> None:
    found = held(run(OK), locked(update_a_b=[*GATING], update_old_id=[]))
    assert found.lock
    assert found.lock.gone == ("update.old.id",)
    assert line(found).endswith("nothing is newer. 1 requirement of it is no longer tested.")


def test_what_was_held_back_stands_in_the_results() -> None:
    found = held(run(OK, BROKEN), locked(update_a_b=[*GATING]))
    validate(found.to_json())
    assert Results.from_json(found.to_json()).lock == found.lock


def test_a_baseline_may_name_what_the_lock_file_holds_back(tmp_path: Path) -> None:
    file, known = tmp_path / "my.lock", tmp_path / "known.yaml"
    file.write_text("version: 0.1.0\nrequirements:\n  update.a.b: [page]\n", encoding="utf-8")
    known.write_text("- requirement: update.a.c\n  reason: because\n", encoding="utf-8")
    found = Gate.read("page", known, lock=file).hold(run(OK, BROKEN), Known(IDS, (FIRST,)))
    assert found.baseline
    assert not found.baseline.problems
    assert exit_code(found) == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "version: 1",
        "requirements: {}",
        "version: 1\nrequirements: {a: b}",
        "a: [",
        "version: 1\nrequirements: {1: []}",
    ],
)
def test_what_is_no_lock_file_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "my.lock"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LockError, match=r"my\.lock"):
        lock.read(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nrequirements: {}", "it has no requirement"),
        ("version: 1\nrequirements:\n  a.b: [page]\n  a.b: []", "my.lock:4: a.b is listed twice"),
        ("requirements: {a.b: [page]}\nversion: 1\nrequirements: {a.b: []}", "my.lock:3: requirements is listed twice"),
        ("version: 1\nrequirements: {a.b: [Page]}", "a.b: 'Page' is no profile"),
        ("version: 1\nrequirements: {a.b: [[page]]}", "is no profile"),
    ],
)
def test_a_lock_file_that_would_gate_less_than_is_meant_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "my.lock"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LockError) as caught:
        lock.read(path)
    assert said in str(caught.value)


def test_a_lock_file_that_is_missing_says_what_makes_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "--lock", "nowhere.lock"]) == 2
    told = capsys.readouterr().err
    assert "--lock nowhere.lock: there is no such file" in told
    assert "graph-contracts lock nowhere.lock makes it" in told


def test_the_command_writes_every_requirement_and_says_what_has_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "my.lock"
    assert cli.main(["lock", str(path)]) == 0
    assert f"Commit it, and give it to each run: --lock {shlex.quote(str(path))}" in capsys.readouterr().out
    cases.load()
    file = lock.read(path)
    assert file.version == __version__
    assert file.profiles == {each.id: each.gates for each in registry()}
    text = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(text[:-1]), encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["lock", str(path)]) == 0
    assert "; 1 added, 0 removed, 0 with other profiles" in capsys.readouterr().out


def test_a_run_with_the_lock_file_of_this_version_gates_what_it_gates_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With one requirement taken out of the file, a run says so in one line."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["lock"]) == 0
    text = Path(lock.NAME).read_text(encoding="utf-8")
    Path(lock.NAME).write_text(
        "".join(each for each in text.splitlines(keepends=True) if "update.status.success" not in each),
        encoding="utf-8",
    )
    assert cli.main(["run", "--select", "update.status.success", "--lock", lock.NAME]) == 0
    assert f"Lock {lock.NAME} (of version {__version__}): 1 newer requirement" in " ".join(
        capsys.readouterr().out.split()
    )


def test_judged_traffic_is_held_against_the_lock_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", "--select", "update.status.success"]) == 0
    Path("my.lock").write_text("version: 0.0.1\nrequirements:\n  update.status.success: [page]\n", encoding="utf-8")
    assert cli.main(["judge", "reports", "--lock", "my.lock"]) == 0
    found = json.loads(Path("judged/results.json").read_text(encoding="utf-8"))
    assert found["lock"]["version"] == "0.0.1"
    assert "update.resp.ct" in found["lock"]["newer"]
