"""Writes a report folder; each file appears whole or not at all, results.json first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.report import badge, har, html, journal, junit, markdown, sarif
from contracts.report.results import Results

FILES = (
    "results.json",
    "index.html",
    "junit.xml",
    "summary.md",
    "badge.svg",
    "badge.json",
    "results.sarif",
    "evidence.har",
)
"""What is made of results and evidence."""


def clear(folder: Path) -> None:
    """Take away what an earlier run left: where a run dies, no report of another may stand for it.

    Raises:
        OSError: it can't be done.
    """
    for name in (*FILES, "pytest.html", journal.NAME):
        (folder / name).unlink(missing_ok=True)


def write_all(results: Results, evidence: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write every report of a run that is made of its results and evidence.

    Raises:
        OSError: the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = json.dumps(results.to_json(), indent=1) + "\n"
    write(folder / "results.json", data)
    write(folder / "index.html", html.render(results, evidence))
    write(folder / "junit.xml", junit.render(results))
    write(folder / "summary.md", markdown.render(results))
    write(folder / "badge.svg", badge.render(results))
    write(folder / "badge.json", json.dumps(badge.endpoint(results), indent=1) + "\n")
    write(folder / "results.sarif", json.dumps(sarif.log(results), indent=1) + "\n")
    write(folder / "evidence.har", har.render(results, evidence))


def write(path: Path, text: str) -> None:
    """Write one file, whole or not at all.

    Raises:
        OSError: it can't be written.
    """
    scratch = path.with_name(f".{path.name}.tmp")
    scratch.write_text(text, encoding="utf-8", errors="backslashreplace")
    scratch.replace(path)
