"""What a run takes down as it goes: a disk that fills up ends the journal and not the run."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.plugin import outcome
from contracts.plugin.judge import Judgement
from contracts.plugin.record import Record
from contracts.report import reading
from contracts.report.journal import Journal
from contracts.report.results import Outcome, Results
from contracts.target.redact import Redactor
from contracts.target.traffic import Traffic
from tests.report.samples import FIRST, row, run


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """As much of a session as a record asks for."""

    def results(_session: Any, outcomes: Any, over: bool = True) -> Results:
        return run(*(row("update.a.b", str(told.verdict)) for _, told in outcomes)) if over else run(row("update.a.b"))

    monkeypatch.setattr(outcome, "results", results)
    return SimpleNamespace(
        settings=SimpleNamespace(report=tmp_path / "reports"),
        client=SimpleNamespace(exchanges=Traffic()),
        redactor=Redactor(),
        listeners=[],
        notes=[],
        executed=1,
        seconds=1.0,
        complete=True,
    )


def judged(session: Any) -> Results:
    record = Record(session)
    record.begin()
    for listener in session.listeners:
        listener(Judgement("update.a.b", FIRST, "fail", "message"))
    return record.end()


def test_outcomes_are_written_as_they_come(session: Any) -> None:
    assert judged(session).requirements[0].verdict == "fail"
    found = reading.load(session.settings.report).results
    assert found.complete
    assert [told.verdict for told in found.requirements[0].outcomes] == ["fail"]
    assert session.notes == []


def test_a_full_disk_ends_the_journal_and_not_the_run(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Journal, requirement: str, told: Outcome, executed: int, seconds: float) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Journal, "outcome", full)
    assert judged(session).requirements[0].verdict == "fail"
    assert session.notes == ["outcomes.jsonl ends early: No space left on device"]
    assert not reading.load(session.settings.report).results.complete


def test_a_folder_that_cannot_be_written_is_no_reason_not_to_run(session: Any) -> None:
    session.settings.report.write_text("a file")
    assert judged(session).requirements[0].verdict == "fail"
