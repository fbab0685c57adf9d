"""Held against an earlier run: what counts as worse, and what gates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts.errors import ResultsError
from graph_contracts.gate import Gate
from graph_contracts.gate.verdict import Known
from graph_contracts.report.change import Kind, kind
from graph_contracts.report.difference import between
from graph_contracts.report.results import Results, exit_code
from tests.report.samples import FIRST, SECOND, row, run

KNOWN = Known(("update.a.b", "update.a.c"), (FIRST, SECOND))


def gated(before: Results, after: Results, folder: Path) -> Results:
    path = folder / "before.json"
    path.write_text(json.dumps(before.to_json()))
    return Gate.read(after.profile, since=path, fail_on="regression").hold(after, KNOWN)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("pass", "fail", Kind.BROKE),
        ("warn", "fail", Kind.BROKE),
        ("inconclusive", "fail", Kind.BROKE),
        ("", "fail", Kind.BROKE),
        ("pass", "warn", Kind.WORSE),
        ("pass", "inconclusive", Kind.UNTESTED),
        ("fail", "error", Kind.UNTESTED),
        ("pass", "", Kind.UNTESTED),
        ("fail", "pass", Kind.HEALED),
        ("fail", "warn", Kind.HEALED),
        ("warn", "note", Kind.HEALED),
        ("inconclusive", "pass", Kind.TESTED),
        ("pass", "pass", None),
        ("fail", "fail", None),
        ("fail", "waived", None),
        ("pass", "not-applicable", None),
        ("not-applicable", "pass", None),
        ("inconclusive", "error", None),
    ],
)
def test_a_change_of_verdict_has_a_name(before: str, after: str, expected: Kind | None) -> None:
    assert kind(before, after) is expected


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("fail", "fail", 0),
        ("fail", "pass", 0),
        ("pass", "fail", 1),
        ("pass", "warn", 1),
        ("pass", "inconclusive", 1),
        ("pass", "not-applicable", 0),
        ("inconclusive", "fail", 1),
    ],
)
def test_only_what_is_worse_gates(before: str, after: str, code: int, tmp_path: Path) -> None:
    found = gated(
        run(row("update.a.b", before), row("update.a.c", "pass")),
        run(row("update.a.b", after), row("update.a.c", "pass")),
        tmp_path,
    )
    assert exit_code(found) == code


def test_what_is_not_selected_is_told_and_does_not_gate(tmp_path: Path) -> None:
    found = gated(run(row("update.a.b", "pass"), row("update.a.c", "pass")), run(row("update.a.c", "pass")), tmp_path)
    assert found.since
    assert [change.kind for change in found.since.changes] == [Kind.UNTESTED]
    assert exit_code(found) == 0


def test_a_run_that_says_nothing_is_no_better_than_any_other(tmp_path: Path) -> None:
    assert exit_code(gated(run(row("update.a.b", "fail")), run(row("update.a.b")), tmp_path)) != 0
    incomplete = run(row("update.a.b", "fail"), complete=False)
    assert exit_code(gated(run(row("update.a.b", "fail")), incomplete, tmp_path)) == 3


def test_an_outcome_without_an_operation_speaks_for_all_of_them() -> None:
    changes = between(run(row("update.a.b", "pass", "fail")), run(row("update.a.b")))
    assert [(change.operation, change.after) for change in changes] == [
        (FIRST, "inconclusive"),
        (SECOND, "inconclusive"),
    ]


def test_results_of_another_profile_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="judged with --profile http, this run with page"):
        gated(run(profile="http"), run(), tmp_path)


def test_what_changed_is_read_back_from_results_as_it_was_written(tmp_path: Path) -> None:
    found = gated(run(row("update.a.b", "pass")), run(row("update.a.b", "fail")), tmp_path)
    assert Results.from_json(json.loads(json.dumps(found.to_json()))) == found
