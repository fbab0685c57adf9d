"""Runs that are killed, stopped, gated, split and put together, as a user and his CI meet them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import cli
from graph_contracts.report import results_schema
from tests.support import recorded
from tests.support.command import call, environment, start
from tests.support.counted import updates
from tests.support.forked import reference

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "openapi.yaml"


def read(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((path / "results.json").read_text())
    results_schema.validate(data)
    return data


def ended(folder: Path, how: signal.Signals) -> int:
    """Start a run, end it as soon as a first case has been judged, and return its exit code."""
    with start("run", "--openapi", str(DOCUMENT), cwd=folder) as process:
        assert process.stdout
        shown = ""
        while " of " not in shown:  # the first line that says how far it is
            char = process.stdout.read(1)
            assert char, "the run ended by itself"
            shown += char
        process.send_signal(how)
        process.stdout.read()
        return process.wait(300)


def test_a_run_that_is_killed_leaves_what_it_had_and_no_reader_takes_it_for_a_whole_one(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "results.json").write_text("of an earlier run")
    assert ended(tmp_path, signal.SIGKILL) == -signal.SIGKILL
    assert [path.name for path in reports.iterdir()] == ["outcomes.jsonl"]
    done = call("report", "reports", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert "Inconclusive: the run ended early: " in done.stdout
    data = read(reports)
    assert data["complete"] is False
    assert 0 < data["executed"] < data["planned"]
    assert data["summary"]["pass"] > 0
    assert len(data["requirements"]) == updates()
    assert data["exchanges"] > 0
    told = recorded.archive(reports)
    assert len(told["entries"]) == data["exchanges"]
    assert told["comment"].startswith("incomplete")
    both = call("compare", "reports", "reports/outcomes.jsonl.gz", cwd=tmp_path)
    assert both.returncode == 0
    assert both.stdout.count("the run ended early") == 2


def test_a_run_that_is_terminated_puts_back_the_object_and_reports_what_it_had(tmp_path: Path) -> None:
    assert ended(tmp_path, signal.SIGTERM) == 130
    data = read(tmp_path / "reports")
    assert (data["complete"], data["exit_code"]) == (False, 130)
    assert data["executed"] < data["planned"]
    assert data["notes"] == []


def test_a_dry_run_writes_no_outcomes_and_leaves_those_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "outcomes.jsonl").write_text("of a run")
    done = call("run", "--openapi", str(DOCUMENT), "--dry-run", "--select", "update.status.*", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["outcomes.jsonl"]
    assert (tmp_path / "reports" / "outcomes.jsonl").read_text() == "of a run"


# -- the gate ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def broken() -> Iterator[tuple[str, str]]:
    """A server that answers updates with 204: URL and token."""
    with reference(DOCUMENT, faults=["status-204-default"]) as server:
        yield server.url, server.tokens.full


def gated(folder: Path, broken: tuple[str, str], *more: str, **environ: str) -> subprocess.CompletedProcess[str]:
    url, token = broken
    return call(
        *("run", "--openapi", str(DOCUMENT), "--target", url, "--select", "update.status.*", *more),
        cwd=folder,
        GRAPH_CONTRACTS_TOKEN=token,
        **environ,
    )


def test_known_failures_pass_the_gate_once_somebody_has_said_why(broken: tuple[str, str], tmp_path: Path) -> None:
    first = gated(tmp_path, broken, "--baseline", "known.yaml", "--update-baseline", "--report", "first")
    assert first.returncode == 1, first.stdout + first.stderr
    known = tmp_path / "known.yaml"
    text = known.read_text()
    assert "reason: 'TODO" in text
    second = gated(tmp_path, broken, "--baseline", "known.yaml", "--report", "second")
    assert second.returncode == 1
    assert "has no reason yet" in second.stdout
    known.write_text("".join("  reason: we know\n" if "reason:" in line else line for line in text.splitlines(True)))
    third = gated(
        tmp_path,
        broken,
        *("--baseline", "known.yaml", "--since", "first/results.json", "--report", "third"),
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(tmp_path / "step.md"),
    )
    assert third.returncode == 0, third.stdout
    data = read(tmp_path / "third")
    assert data["verdict"] == "conforms"
    assert data["summary"]["waived"] > 0
    assert {waiver["reason"] for waiver in data["baseline"]["waived"]} == {"we know"}
    assert data["since"]["changes"] == []
    assert "we know" in (tmp_path / "step.md").read_text()
    assert third.stdout.startswith("\n") or "::stop-commands::" in third.stdout
    fourth = gated(tmp_path, broken, "--since", "first/results.json", "--fail-on", "regression", "--report", "fourth")
    assert fourth.returncode == 0, fourth.stdout
    assert read(tmp_path / "fourth")["summary"]["fail"] > 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--baseline", "none.yaml"), "none.yaml: there is no such file"),
        (("--baseline", "bad.yaml"), "bad.yaml:1: the entry has no reason"),
        (("--update-baseline",), "--update-baseline: needs a file"),
        (("--fail-on", "regression"), "--fail-on: regression needs an earlier run"),
        (("--since", "bad.yaml"), "bad.yaml:1: not readable as JSON"),
        (("--group", "2"), "--group: there are not so many parts"),
        (("--durations", "bad.yaml"), "--durations: says nothing without --splits"),
        (("--splits", "2", "--durations", "bad.yaml"), "bad.yaml:1: not readable as JSON"),
        (("--splits", "2", "--baseline", "bad.yaml"), "--splits: parts are judged together"),
    ],
)
def test_what_the_gate_cannot_use_is_told_before_the_run(
    arguments: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in os.environ.keys() - environment():
        monkeypatch.delenv(name)
    (tmp_path / "bad.yaml").write_text("- requirement: update.a.b\n")
    code = cli.main(["run", "--openapi", str(DOCUMENT), *arguments])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1


# -- parts -------------------------------------------------------------------------------------------------------------


def test_the_parts_of_a_run_make_the_report_of_the_whole(broken: tuple[str, str], tmp_path: Path) -> None:
    selected = ("--select", "update.method.*", "--select", "update.resp.ct")
    for group in ("1", "2"):
        done = gated(tmp_path, broken, *selected, "--splits", "2", "--group", group, "--report", f"part{group}")
        assert done.returncode in {0, 1, 3}, done.stderr
    alone = call("merge", "part2", "-o", "all", cwd=tmp_path)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "part 1 of 2 is missing" in alone.stderr
    assert not (tmp_path / "all").exists()
    done = call("merge", "part2", "part1", "-o", "all", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    whole, parts = read(tmp_path / "all"), [read(tmp_path / f"part{group}") for group in "12"]
    assert whole["complete"]
    assert whole["executed"] == sum(each["executed"] for each in parts)
    ids = [each["id"] for each in whole["requirements"]]
    assert len(ids) == len(set(ids))
    assert {name for each in parts for name in (row["id"] for row in each["requirements"])} == set(ids)
    failed = next(row for row in whole["requirements"] if row["verdict"] == "fail")
    entries = recorded.archive(tmp_path / "all")["entries"]
    assert len(entries) == whole["exchanges"]
    shown = entries[failed["outcomes"][0]["exchanges"][0]]
    assert shown["comment"].startswith(f"exchange {failed['outcomes'][0]['exchanges'][0]};")
    assert {path.name for path in (tmp_path / "all").iterdir()} >= {"index.html", "junit.xml", "results.sarif"}


def test_what_a_run_recorded_is_judged_as_the_run_judged_it(tmp_path: Path) -> None:
    with reference(DOCUMENT, faults=["int-as-string"]) as server:
        call(
            *(
                "run",
                "--openapi",
                str(DOCUMENT),
                "--target",
                server.url,
                "--select",
                "update.type.int32",
                "--settle",
                "1",
            ),
            cwd=tmp_path,
            GRAPH_CONTRACTS_TOKEN=server.tokens.full,
        )
    done = call("judge", "reports", "--openapi", str(DOCUMENT), "--report", "again", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    failed = {row["id"] for row in read(tmp_path / "again")["requirements"] if row["verdict"] == "fail"}
    assert failed == {row["id"] for row in read(tmp_path / "reports")["requirements"] if row["verdict"] == "fail"}
