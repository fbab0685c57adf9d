"""Writes a report folder; each file appears whole or not at all, results.json first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from graph_contracts.json_types import JsonMapping
from graph_contracts.report import badge, causes, failures, har, html, junit, markdown, outcome_stream, sarif
from graph_contracts.report.folder import SCRIPTS, atomic_file, clear_scripts, write
from graph_contracts.report.results import Results

MAX_SCRIPTS = 100


def write_all(results: Results, evidence: Sequence[JsonMapping], folder: Path) -> None:
    """Write every report of a run that is made of its results and evidence, and keep its outcome stream.

    Raises:
        OSError: the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_file(folder / "results.json") as file:
        json.dump({**results.to_json(), **causes.to_json(results)}, file, indent=1)
        file.write("\n")
    write(folder / "index.html", html.render(results, evidence))
    write(folder / "junit.xml", junit.render(results))
    write(folder / "summary.md", markdown.render(results))
    write(folder / "badge.svg", badge.render(results))
    write(folder / "badge.json", json.dumps(badge.endpoint(results), indent=1) + "\n")
    write(folder / "results.sarif", json.dumps(sarif.log(results), indent=1) + "\n")
    _write_scripts(results, folder)
    outcome_stream.keep(results, evidence, folder)


def _write_scripts(results: Results, folder: Path) -> None:
    """Write a script for each of the first failures, and take away those of an earlier run."""
    clear_scripts(folder)
    for name, text in failures.scripts(results, MAX_SCRIPTS).items():
        (folder / SCRIPTS).mkdir(exist_ok=True)
        write(folder / name, text)


def write_har(results: Results, evidence: Sequence[JsonMapping], path: Path) -> None:
    """Write the exchanges of a run as an HTTP archive.

    Raises:
        OSError: the file can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as file:
        har.write(results, evidence, file)
