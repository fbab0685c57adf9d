"""What a run takes down as it goes: a disk that fills up ends the outcome stream and not the run."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.engine import outcome
from graph_contracts.engine.judge import Judgement
from graph_contracts.engine.recorder import Recorder
from graph_contracts.engine.tally import Tally
from graph_contracts.errors import BodyNotKeptError
from graph_contracts.http.redact import Redactor
from graph_contracts.http.traffic import Traffic
from graph_contracts.report import results_reader
from graph_contracts.report.outcome_stream import OutcomeStream
from graph_contracts.report.results import Outcome, Results
from tests.report.samples import FIRST, row, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Tally:
    def results(made_of: Results, outcomes: Any, _: Redactor) -> Results:
        return run(*(row("update.a.b", str(told.verdict)) for _, told in outcomes)) if outcomes else made_of

    monkeypatch.setattr(outcome, "results", results)
    return Tally(executed=1)


def judged(folder: Path, tally: Tally) -> Results:
    """What a record makes of one judgement."""
    record = Recorder(folder, Redactor(), tally)
    made_of: Any = run(row("update.a.b"))
    record.begin(made_of)
    record.judged(Judgement("update.a.b", FIRST, "fail", "message"), Traffic())
    record.end(Traffic(), complete=True)
    return record.results(made_of)


def test_outcomes_are_written_as_they_come(folder: Path, tally: Tally) -> None:
    assert judged(folder, tally).requirements[0].verdict == "fail"
    found = results_reader.load(folder).results
    assert found.complete
    assert [told.verdict for told in found.requirements[0].outcomes] == ["fail"]
    assert tally.notes == []


def test_a_full_disk_ends_the_stream_and_not_the_run(
    folder: Path, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: OutcomeStream, requirement: str, told: Outcome, executed: int, seconds: float) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(OutcomeStream, "outcome", full)
    assert judged(folder, tally).requirements[0].verdict == "fail"
    assert tally.notes == ["outcomes.jsonl ends early: No space left on device"]
    assert not results_reader.load(folder).results.complete


def test_a_folder_that_cannot_be_written_is_no_reason_not_to_run(folder: Path, tally: Tally) -> None:
    folder.write_text("a file")
    assert judged(folder, tally).requirements[0].verdict == "fail"


def test_a_verdict_that_cannot_be_recorded_is_never_lost(
    folder: Path, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = outcome.outcome

    def broken(judgement: Judgement, *rest: Any) -> Outcome:
        if judgement.verdict == "fail":
            raise BodyNotKeptError("an earlier answer is needed")
        return whole(judgement, *rest)

    monkeypatch.setattr(outcome, "outcome", broken)
    (row,) = judged(folder, tally).requirements
    assert row.verdict == "error"
    (told,) = results_reader.load(folder).results.requirements[0].outcomes
    assert told.message == "fail, which could not be recorded: BodyNotKeptError"
