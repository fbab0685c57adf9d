"""Evidence is read back from the run's journal, or from memory where that could not be written."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.report import har, view
from graph_contracts.report.evidence import Evidence, finder
from graph_contracts.report.outcome_stream import OutcomeStream
from tests.report import synthetic
from tests.report.samples import EVIL, evidence, row, run

ENTRIES = [{**each, "index": n} for n, each in enumerate([*evidence("x"), *evidence(EVIL), *evidence("z")])]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outcomes.jsonl"


@pytest.fixture
def written(path: Path) -> Evidence:
    """Evidence that a journal holds, among other lines."""
    journal = OutcomeStream(path, run(row("update.a.b", "pass")))
    found = Evidence(path)
    for entry in ENTRIES:
        found.add(entry, journal.exchange(entry))
        journal.end(False)
    return found


def test_what_was_written_is_read_back_as_it_was(written: Evidence) -> None:
    assert written.held == 0
    assert list(written) == ENTRIES
    assert list(written) == ENTRIES, "as often as it is asked for"
    assert (len(written), written[-1], written[1:3]) == (len(ENTRIES), ENTRIES[-1], ENTRIES[1:3])
    with pytest.raises(IndexError):
        _ = written[len(ENTRIES)]


def test_a_file_that_loses_its_name_is_still_the_runs_own(written: Evidence, path: Path) -> None:
    path.unlink()
    path.write_text("of another run\n")
    assert list(written) == ENTRIES


def test_what_could_not_be_written_is_held(written: Evidence) -> None:
    more: dict[str, Any] = {**ENTRIES[0], "index": len(ENTRIES)}
    written.add(more)
    assert written.held == 1
    assert list(written) == [*ENTRIES, more]


def test_without_a_file_all_is_held(tmp_path: Path) -> None:
    for found in (Evidence(), Evidence(tmp_path / "there" / "is" / "none")):
        for entry in ENTRIES:
            found.add(entry, 0)
        assert found.held == len(found) == len(ENTRIES)
        assert list(found) == ENTRIES


def test_an_exchange_is_found_by_its_index(written: Evidence) -> None:
    shifted = [{**entry, "index": entry["index"] + 7} for entry in ENTRIES]
    assert finder(written)(2) == ENTRIES[2]
    assert finder(shifted)(9) == shifted[2]
    for find in (finder(written), finder(shifted)):
        assert find(-1) is None
        assert find(10_000) is None


def test_reports_are_the_same_from_the_disk_as_from_memory(path: Path) -> None:
    results = synthetic.results(12, 2)
    entries = synthetic.evidence(results, 200)
    journal = OutcomeStream(path, results)
    found = Evidence(path)
    for entry in entries:
        found.add(entry, journal.exchange(entry))
    assert found.held == 0
    archives = [StringIO(), StringIO()]
    for archive, each in zip(archives, (entries, found), strict=True):
        har.write(results, each, archive)
    assert archives[0].getvalue() == archives[1].getvalue()
    assert len(json.loads(archives[1].getvalue())["log"]["entries"]) == len(entries)
    assert view.sections(results, found, view.FAILED) == view.sections(results, entries, view.FAILED)
