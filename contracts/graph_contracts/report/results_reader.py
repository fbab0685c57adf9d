"""Results read back, from a report folder, a results.json or the outcome stream of a run that did not end."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graph_contracts.errors import ResultsError
from graph_contracts.report import outcome_stream
from graph_contracts.report.evidence import Entry
from graph_contracts.report.results import Results
from graph_contracts.report.results_schema import FormError

STREAMS = (outcome_stream.NAME, outcome_stream.PACKED)
"""What an outcome stream is called while the run goes on, and afterwards."""
SUFFIXES = (".jsonl", ".jsonl.gz")
LARGEST = 256 * 1024 * 1024


@dataclass(frozen=True)
class Run:
    """A run as it was found on disk."""

    source: str
    results: Results
    evidence: Sequence[Entry] = ()
    """Its exchanges, where the outcome stream lies beside the results."""


def load(path: Path) -> Run:
    """Read a run.

    Args:
        path: a results.json, an outcomes.jsonl, compressed or not, or a folder that holds one of them. A killed run
            leaves a folder with an outcome stream alone: its results count as incomplete.

    Raises:
        ResultsError: there is none, or it can't be read; the line says why.
    """
    path = file_of(path)
    if path.name.endswith(SUFFIXES):
        return Run(str(path), *outcome_stream.read(path))
    found = results(path)
    return Run(str(path), found, _evidence(path.parent, found))


def results(path: Path) -> Results:
    """Read the results of a run and nothing of its evidence; arguments and errors as for `load`."""
    path = file_of(path)
    if path.name.endswith(SUFFIXES):
        return outcome_stream.read(path)[0]
    try:
        if path.stat().st_size > LARGEST:
            raise ResultsError(f"{path}: longer than {LARGEST >> 20} MiB")
        return Results.from_json(json.loads(path.read_bytes()))
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror or error}") from error
    except FormError as error:
        place = error.place.removeprefix("$.") if error.place != "$" else "the whole"
        raise ResultsError(f"{path}: no results.json of this program: {place}: {error.what[:160]}") from error
    except (ValueError, RecursionError) as error:
        place = f":{error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise ResultsError(f"{path}{place}: not readable as JSON") from error


def file_of(path: Path) -> Path:
    """The file that has the results: the path itself, or in a folder results.json or else the outcome stream.

    Raises:
        ResultsError: there is no such file or folder, or none in the folder.
    """
    if not path.exists():
        raise ResultsError(f"{path}: {os.strerror(errno.ENOENT)}", "Name a results.json or a report folder")
    if not path.is_dir():
        return path
    found = next((path / name for name in ("results.json", *STREAMS) if (path / name).is_file()), None)
    if found is None:
        raise ResultsError(f"{path}: no results.json in this folder", "A run writes it: see --report")
    return found


def _evidence(folder: Path, results: Results) -> Sequence[Entry]:
    """The exchanges in the outcome stream beside results, where that is of the same run."""
    for path in (folder / name for name in STREAMS):
        if path.is_file():
            stream, evidence = outcome_stream.read(path)
            if (stream.started, stream.seed) == (results.started, results.seed):
                return evidence
            evidence.close()
    return ()
