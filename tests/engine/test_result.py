"""Results are made of a frozen value and of outcomes, and of nothing that is still alive."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from graph_contracts.engine import outcome
from graph_contracts.engine.result import RunResult
from graph_contracts.engine.selection import select_cases, take_shard
from graph_contracts.http.redact import Redactor
from graph_contracts.report.left import Left
from graph_contracts.report.results import Outcome
from graph_contracts.report.verdict import Verdict
from graph_contracts.settings import Settings
from tests.cases.sheet import DOCUMENT

SECRET = "hunter2-hunter2"


def result(**more: Any) -> RunResult:
    settings = Settings(openapi=DOCUMENT, select=("update.status.*",), seed=7)
    base = RunResult(
        settings=settings,
        selection=select_cases(settings),
        target_url="http://127.0.0.1:1/beta",
        target_server="a server",
        started=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        seconds=1.23456,
        exchanges=3,
        planned=4,
        executed=4,
        complete=True,
    )
    return replace(base, **more)


def said(verdict: str = "pass") -> Outcome:
    return Outcome("PATCH /a/{id}", Verdict(verdict), "message")


def test_a_result_can_not_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        result().complete = False  # type: ignore[misc]


def test_results_say_what_the_run_came_to() -> None:
    found = outcome.results(result(), [("update.status.success", said("fail"))], Redactor())
    assert (found.seed, found.seconds, found.exchanges, found.planned, found.executed) == (7, 1.235, 3, 4, 4)
    assert found.complete
    assert found.started == "2026-01-02T03:04:05+00:00"
    assert found.target_server == "a server"
    assert {row.id: str(row.verdict) for row in found.requirements}["update.status.success"] == "fail"
    assert all(row.id.startswith("update.status.") for row in found.requirements)
    assert found.shard == {}
    assert "--seed 7" in found.command


@pytest.mark.parametrize(
    ("executed", "complete", "verdict"),
    [(4, True, "not-applicable"), (4, False, "not-applicable"), (3, False, "inconclusive"), (0, False, "inconclusive")],
)
def test_a_requirement_without_an_outcome_was_not_reached_unless_all_cases_were_run(
    executed: int, complete: bool, verdict: str
) -> None:
    rows = outcome.results(result(executed=executed, complete=complete), [], Redactor()).requirements
    assert {str(row.verdict) for row in rows} == {verdict}


def test_what_plain_pytest_left_out_is_not_told_of_once_the_run_is_over() -> None:
    one = [("update.status.success", said())]
    over = outcome.results(result(deselected=True), one, Redactor())
    assert [row.id for row in over.requirements] == ["update.status.success"]
    assert over.scope
    assert over.scope.narrowed_by[-1] == "pytest's own selection"
    assert len(outcome.results(result(deselected=True, over=False), one, Redactor()).requirements) > 1


def test_what_could_not_be_put_back_is_told_of_as_it_is_and_among_the_notes() -> None:
    left = Left("/x", "/x could not be put back", ("name",))
    found = outcome.results(result(notes=("note",), left=(left,)), [], Redactor())
    assert found.left == (left,)
    assert found.notes == ("note", "/x could not be put back")


def test_what_a_case_came_across_is_told_where_the_options_leave_it_in() -> None:
    across = [("update.status.success", said()), ("update.merge.siblings", said())]
    ids = [row.id for row in outcome.results(result(), across, Redactor()).requirements]
    assert "update.status.success" in ids
    assert "update.merge.siblings" not in ids


def test_a_shard_tells_of_its_own_requirements_and_of_what_it_came_across() -> None:
    settings = Settings(openapi=DOCUMENT, splits=2, group=1)
    shard = take_shard(select_cases(settings), settings)
    assert shard.shard
    ids = {each for each in shard.shard.requirements if shard.about(each)}
    whole = outcome.results(result(selection=select_cases(settings)), [], Redactor())
    other = next(row.id for row in whole.requirements if row.id not in ids)
    run = result(settings=settings, selection=shard)
    assert {row.id for row in outcome.results(run, [], Redactor()).requirements} == ids
    found = outcome.results(run, [(other, said())], Redactor())
    assert {row.id for row in found.requirements} == {*ids, other}
    assert found.shard == shard.shard.summary


def test_every_secret_is_masked_and_counted() -> None:
    run = result(
        target_url=f"http://127.0.0.1:1/{SECRET}",
        target_server=SECRET,
        notes=(f"note {SECRET}",),
        capabilities=({"name": SECRET, "value": SECRET, "meaning": ""},),
    )
    found = outcome.results(run, [], Redactor([SECRET]))
    assert SECRET not in repr(found)
    assert found.redacted >= 5
