"""Runs made up for sites: of whom, when, and what they came to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graph_contracts.report import outcome_stream
from graph_contracts.report.results import RequirementResult
from graph_contracts.site.record import Record
from tests.report.samples import row, run

__all__ = ["day", "record", "row", "run", "written"]


def day(number: int) -> str:
    """The morning of a day of January."""
    return f"2026-01-{number:02}T03:04:05+00:00"


def record(at: int, of: str = "1", *rows: RequirementResult, **more: Any) -> Record:
    """The run of a day, of a version of the implementation; `version` is the suite's."""
    return Record.of(run(*rows, **{"started": day(at), **more}), f"digest of day {at}", of)


def written(folder: Path, at: int, *rows: RequirementResult, **more: Any) -> Path:
    """A report folder with the results of a day."""
    folder.mkdir(parents=True, exist_ok=True)
    results = run(*rows, **{"started": day(at), **more})
    (folder / "results.json").write_text(json.dumps(results.to_json()), encoding="utf-8")
    assert not (folder / outcome_stream.NAME).exists()
    return folder
