"""Runs read back from disk: whole ones, killed ones, and files that are none."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from graph_contracts import cli
from graph_contracts.errors import ResultsError
from graph_contracts.report import folder, outcome_stream, results_reader, writer
from graph_contracts.report.evidence import Evidence
from graph_contracts.report.outcome_stream import NAME, OutcomeStream
from graph_contracts.report.results import Results
from graph_contracts.report.verdict import Verdict
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
    assert told["update.a.c"].outcomes[0].message == "the run ended before it was tested"


def test_evidence_stays_on_the_disk_until_it_is_asked_for(tmp_path: Path) -> None:
    writer.write_all(WHOLE, [], tmp_path)
    journalled(tmp_path, end=True)
    found = results_reader.load(tmp_path).evidence
    assert isinstance(found, Evidence)
    assert (found.held, [entry["index"] for entry in found]) == (0, [0, 1])


def test_evidence_is_that_of_the_same_run_only(tmp_path: Path) -> None:
    other = replace(WHOLE, started="2020-01-01T00:00:00+00:00")
    writer.write_all(WHOLE, evidence(), tmp_path)
    assert len(results_reader.load(tmp_path).evidence) == 2
    journalled(tmp_path, end=True, of=other)
    assert len(results_reader.load(tmp_path).evidence) == 2, "beside the stream of another run"
    (tmp_path / "outcomes.jsonl.gz").unlink()
    assert results_reader.load(tmp_path).evidence == ()
    journalled(tmp_path, end=True)
    assert len(results_reader.load(tmp_path).evidence) == 2


def test_a_run_that_is_over_leaves_one_compressed_stream_as_it_came(tmp_path: Path) -> None:
    journalled(tmp_path, end=True)
    came = (tmp_path / "outcomes.jsonl").read_bytes()
    results, found = outcome_stream.read(tmp_path / "outcomes.jsonl")
    writer.write_all(results, found, tmp_path)
    assert not (tmp_path / "outcomes.jsonl").exists()
    assert not (tmp_path / "evidence.har").exists()
    assert gzip.decompress((tmp_path / "outcomes.jsonl.gz").read_bytes()) == came
    packed = tmp_path / "outcomes.jsonl.gz"
    again, kept = outcome_stream.read(packed)
    assert (again, [*kept]) == (results, [*found])
    # written once more into its own folder it stays as it is
    before = packed.read_bytes()
    writer.write_all(again, kept, tmp_path)
    assert packed.read_bytes() == before


def test_the_stream_of_a_run_from_other_sources_is_written_whole(tmp_path: Path) -> None:
    numbered = [{**each, "index": index} for each, index in zip(evidence(), (3, 8), strict=True)]
    whole = replace(WHOLE, exchanges=11)
    writer.write_all(whole, numbered, tmp_path)
    found, kept = outcome_stream.read(tmp_path / "outcomes.jsonl.gz")
    assert found.exchanges == 11
    assert [each.outcomes for each in found.requirements] == [each.outcomes for each in whole.requirements]
    assert [*kept] == numbered
    assert [kept.find(index) for index in (2, 3, 8, 9)] == [None, *numbered, None]


@pytest.mark.parametrize("cut", [5, 200])
def test_a_compressed_stream_that_was_cut_is_refused(cut: int, tmp_path: Path) -> None:
    writer.write_all(WHOLE, evidence(), tmp_path)
    packed = tmp_path / "outcomes.jsonl.gz"
    packed.write_bytes(packed.read_bytes()[:cut])
    with pytest.raises(ResultsError, match="not readable as gzip"):
        results_reader.load(tmp_path)
    packed.write_bytes(b"plain text")
    with pytest.raises(ResultsError, match="not readable as gzip"):
        outcome_stream.read(packed)


def test_the_archive_is_written_when_it_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journalled(tmp_path, end=False)
    assert cli.main(["har", str(tmp_path)]) == 0
    assert "2 exchanges" in capsys.readouterr().out
    of_killed = json.loads((tmp_path / "evidence.har").read_text())["log"]
    assert of_killed["comment"].startswith("incomplete")
    writer.write_all(WHOLE, evidence(), tmp_path)
    assert cli.main(["har", str(tmp_path), "-o", str(tmp_path / "new" / "run.har")]) == 0
    written = json.loads((tmp_path / "new" / "run.har").read_text())["log"]
    assert len(written["entries"]) == 2
    (tmp_path / "outcomes.jsonl.gz").unlink()
    assert cli.main(["har", str(tmp_path)]) == 2
    assert "the exchanges of the run aren't there" in capsys.readouterr().err


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
        (json.dumps({"exchange": {**evidence()[0], "index": 0}}).encode() + b"\n", "no line that a run writes"),
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
    folder.clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
