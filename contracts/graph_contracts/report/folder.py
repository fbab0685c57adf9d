"""The report folder of a run: what its files are called, and that nothing of an earlier run stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from graph_contracts.errors import ConfigurationError
from graph_contracts.report import outcome_stream
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
    clear_scripts(folder)


def clear_scripts(folder: Path) -> None:
    """Take away the scripts of an earlier run, and their folder where nothing else is in it."""
    for path in (folder / SCRIPTS).glob("*.sh"):
        path.unlink()
    with suppress(OSError):  # something else is in it, or it isn't there
        (folder / SCRIPTS).rmdir()


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
