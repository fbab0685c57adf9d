"""The recordings in the documentation are what a run prints."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from tests.report.recordings import FOLDER, RUNS, WIDTHS, recordings

KEPT = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt")}


def test_there_is_a_recording_of_each_run_at_each_width() -> None:
    assert set(KEPT) == {f"{name}-{width}.txt" for name in RUNS for width in WIDTHS}
    for name, text in KEPT.items():
        width = int(re.findall(r"\d+", name)[0])
        assert all(cell_len(line) <= width for line in text.splitlines()), name


@pytest.mark.full
def test_the_recordings_are_what_a_run_prints() -> None:
    assert recordings() == KEPT, "record them again: python -m tests.report.recordings"
