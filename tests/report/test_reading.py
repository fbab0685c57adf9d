"""Runs read back from disk: whole ones, killed ones, and files that are none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from graph_contracts.errors import ResultsError
from graph_contracts.report import results_reader, writer
from graph_contracts.report.evidence import Evidence
from graph_contracts.report.outcome_stream import NAME, OutcomeStream
from graph_contracts.report.results import Results, Verdict
from tests.report.samples import EVIL, evidence, row, run

WHOLE = run(row("update.a.b", "pass", "fail", text=EVIL), row("update.a.c", "pass"), redacted=0)


def journalled(folder: Path, *, end: bool, of: Results = WHOLE) -> Path:
    blank = replace(of, requirements=tuple(replace(each, outcomes=()) for each in of.requirements), complete=False)
    journal = OutcomeStream(folder / NAME, blank)
    for number, each in enumerate(of.requirements):
        journal.exchange(evidence(EVIL)[number])
        for outcome in each.outcomes:
            journal.outcome(each.id, outcome, number + 1, 1.5)
    if end:
        journal.end(True)
    journal.close()
    return folder / NAME


def test_a_journal_with_an_end_is_the_run_itself(tmp_path: Path) -> None:
    found = results_reader.load(journalled(tmp_path, end=True))
    assert found.results == WHOLE
    assert len(found.evidence) == 2


def test_a_journal_without_an_end_is_an_incomplete_run(tmp_path: Path) -> None:
    found = results_reader.load(journalled(tmp_path, end=False)).results
    assert not found.complete
    assert [each.verdict for each in found.requirements] == [Verdict.FAIL, Verdict.PASS]


def test_a_line_cut_short_by_the_kill_is_as_if_it_was_not_there(tmp_path: Path) -> None:
    path = journalled(tmp_path, end=False)
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rindex(b"\n") + 1
    path.write_bytes(whole[: last + 20])
    found = results_reader.load(tmp_path).results
    told = {each.id: each for each in found.requirements}
    assert told["update.a.b"].verdict is Verdict.FAIL
    assert told["update.a.c"].verdict is Verdict.INCONCLUSIVE
    assert told["update.a.c"].outcomes[0].message == "the run ended before it"


def test_evidence_stays_on_the_disk_until_it_is_asked_for(tmp_path: Path) -> None:
    writer.write_all(WHOLE, [], tmp_path)
    journalled(tmp_path, end=True)
    found = results_reader.load(tmp_path).evidence
    assert isinstance(found, Evidence)
    assert (found.held, [entry["index"] for entry in found]) == (0, [0, 1])


def test_evidence_is_that_of_the_same_run_only(tmp_path: Path) -> None:
    writer.write_all(WHOLE, evidence(), tmp_path)
    journalled(tmp_path, end=True)
    assert len(results_reader.load(tmp_path).evidence) == 2
    journalled(tmp_path, end=True, of=replace(WHOLE, started="2020-01-01T00:00:00+00:00"))
    assert results_reader.load(tmp_path).evidence == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not readable as JSON"),
        (b"{", ":1: not readable as JSON"),
        (b"\xff", "not readable as JSON"),
        (b"[" * 100_000, "not readable as JSON"),
        (b"[]", "no results.json of this program: the whole"),
        (b"{}", "no results.json of this program"),
        (json.dumps({**WHOLE.to_json(), "format": "other/9"}).encode(), "no results.json of this program: format"),
        (json.dumps({**WHOLE.to_json(), "planned": -1}).encode(), "no results.json of this program: planned"),
    ],
)
def test_a_file_that_is_no_results_is_refused_in_one_line(content: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(content)
    with pytest.raises(ResultsError) as caught:
        results_reader.load(path)
    assert told in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{}\n", "no line that a run writes"),
        (b"nonsense\n", "not readable as JSON"),
        (b'{"exchange": {"index": "x"}}\n', "no line that a run writes"),
        (json.dumps({"exchange": {**evidence()[0], "index": 9}}).encode() + b"\n", "no line that a run writes"),
        (b'{"requirement": "update.a.b", "outcome": {}, "executed": 1, "seconds": 1}\n', "no line that a run writes"),
        (b"\xff\n", "not UTF-8"),
    ],
)
def test_a_journal_with_a_line_of_no_run_is_refused(line: bytes, told: str, tmp_path: Path) -> None:
    path = journalled(tmp_path, end=True)
    path.write_bytes(path.read_bytes() + line)
    with pytest.raises(ResultsError, match=told):
        results_reader.load(path)


@pytest.mark.parametrize("content", [b"", b"{}\n", b'{"end": true, "complete": true}\n'])
def test_a_journal_that_never_began_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(ResultsError):
        results_reader.load(tmp_path)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"no results\.json in this folder"):
        results_reader.load(tmp_path)
    with pytest.raises(ResultsError, match="No such file"):
        results_reader.load(tmp_path / "none.json")


def test_what_an_earlier_run_left_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    writer.write_all(WHOLE, [], tmp_path)
    (tmp_path / "mine.txt").touch()
    writer.clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
