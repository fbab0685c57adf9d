"""Reads a recording, whatever made it: an archive, a run's report folder, or mocks; its content says which it is."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

from graph_contracts.engine.replay import har_reader
from graph_contracts.engine.replay.recorded import Recording
from graph_contracts.errors import ResultsError
from graph_contracts.json_types import Json
from graph_contracts.report import har, results_reader

LARGEST = 512 * 1024 * 1024


def read(path: Path) -> Recording:
    """Read a recording.

    Args:
        path: a HAR file, or a report folder or its outcomes.jsonl, compressed or not.

    Raises:
        ResultsError: it can't be read, or is no recording; the line says where.
    """
    if path.is_dir() or path.name.endswith(results_reader.SUFFIXES):
        return har_reader.read(_of_run(path), path)
    return har_reader.read(_archive(path), path)


def _of_run(path: Path) -> Json:
    """The archive of a run's exchanges."""
    run = results_reader.load(path)
    text = StringIO()
    har.write(run.results, run.evidence, text)
    return json.loads(text.getvalue())


def _archive(path: Path) -> Json:
    try:
        if path.stat().st_size > LARGEST:
            raise ResultsError(f"{path}: longer than {LARGEST >> 20} MiB")
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror or error}") from error
    except json.JSONDecodeError as error:
        raise ResultsError(f"{path}:{error.lineno}: not readable as JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: not readable as JSON") from error
