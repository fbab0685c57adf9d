"""Writes a report folder; each file appears whole or not at all, results.json first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from graph_contracts.errors import ConfigurationError
from graph_contracts.json_types import JsonMapping
from graph_contracts.report import badge, causes, failures, har, html, junit, markdown, outcome_stream, sarif
from graph_contracts.report.results import Results
from graph_contracts.system import rename_over

FILES = (
    "results.json",
    "index.html",
    "junit.xml",
    "summary.md",
    "badge.svg",
    "badge.json",
    "results.sarif",
)
"""What is made of results and evidence."""
SCRIPTS = "replay"
"""The folder of the scripts that show a failure again."""
MAX_SCRIPTS = 100
HAR = "evidence.har"
"""What is made of them for those who ask for it."""


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses within the block into what a user is told.

    Raises:
        ConfigurationError: the folder, or something in it, can't be written.
    """
    try:
        yield
    except OSError as error:
        raise ConfigurationError(f"--report {folder}: {error.strerror}", "Name a folder that can be written") from error


def clear(folder: Path) -> None:
    """Take away what an earlier run left: where a run dies, no report of another may stand for it.

    Raises:
        OSError: it can't be done.
    """
    for name in (*FILES, HAR, "pytest.html", outcome_stream.NAME, outcome_stream.PACKED):
        (folder / name).unlink(missing_ok=True)
    _clear_scripts(folder)


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
    _clear_scripts(folder)
    for name, text in failures.scripts(results, MAX_SCRIPTS).items():
        (folder / SCRIPTS).mkdir(exist_ok=True)
        write(folder / name, text)


def _clear_scripts(folder: Path) -> None:
    for path in (folder / SCRIPTS).glob("*.sh"):
        path.unlink()
    with suppress(OSError):  # something else is in it, or it isn't there
        (folder / SCRIPTS).rmdir()


def write_har(results: Results, evidence: Sequence[JsonMapping], path: Path) -> None:
    """Write the exchanges of a run as an HTTP archive.

    Raises:
        OSError: the file can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as file:
        har.write(results, evidence, file)


def write(path: Path, text: str) -> None:
    """Write one file, whole or not at all.

    Raises:
        OSError: it can't be written.
    """
    with atomic_file(path) as file:
        file.write(text)


@contextmanager
def atomic_file(path: Path) -> Iterator[TextIO]:
    """A file to write to that appears under its name at the end of the block, if it comes there.

    Raises:
        OSError: it can't be written.
    """
    scratch = path.with_name(f".{path.name}.tmp")
    with scratch.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        yield file
    rename_over(scratch, path)
