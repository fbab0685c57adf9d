"""Reads a recording, whatever made it: an archive, a run's report folder, or mocks; its content says which it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Protocol

from graph_contracts import files
from graph_contracts.engine.replay import dev_proxy, har_reader, located_json, postman, wiremock
from graph_contracts.engine.replay.recorded import Recording
from graph_contracts.errors import ResultsError
from graph_contracts.json_types import Json
from graph_contracts.report import har, results_reader
from graph_contracts.report.scope import MOCKS

LARGEST = 512 * 1024 * 1024


class _Reader(Protocol):
    """A module that reads one format."""

    def recognises(self, data: Json) -> bool: ...
    def read(self, data: Json, path: Path) -> Recording: ...


READERS: Mapping[str, _Reader] = {
    "an HTTP archive (log)": har_reader,
    "mocks of Dev Proxy (mocks)": dev_proxy,
    "mappings of WireMock (mappings)": wiremock,
    "a Postman collection (item)": postman,
}


def read(path: Path) -> Recording:
    """Read a recording.

    Args:
        path: a HAR file, a file of mocks or the folder of a WireMock, or a run's report folder or its outcomes.jsonl,
            compressed or not.

    Raises:
        ResultsError: it can't be read, or is no recording; the line says where.
    """
    if path.is_dir() and (path / wiremock.MAPPINGS).is_dir():
        return _folder(path / wiremock.MAPPINGS)
    if path.is_dir() or path.name.endswith(results_reader.SUFFIXES):
        return har_reader.read(_of_run(path), path)
    octets = _octets(path)
    data = _json(octets, path)
    found = [name for name, reader in READERS.items() if reader.recognises(data)]
    if len(found) > 1:
        hint = "Put each into a file of its own"
        raise ResultsError(f"{path}: holds {' and '.join(found)}, so that nobody can say what it is", hint)
    if not found:
        raise _unknown(data, path)
    reader = READERS[found[0]]
    if reader is not har_reader:
        data = _located(octets, path)
    return reader.read(data, path)


def _folder(folder: Path) -> Recording:
    """All mappings of a WireMock."""
    parts = [read(path) for path in sorted(folder.rglob("*.json"))]
    exchanges = tuple(each for part in parts for each in part.exchanges)
    left_out = tuple(each for part in parts for each in part.left_out)
    return Recording(exchanges, left_out, MOCKS)


def _of_run(path: Path) -> Json:
    """The archive of a run's exchanges."""
    run = results_reader.load(path)
    text = StringIO()
    har.write(run.results, run.evidence, text)
    return json.loads(text.getvalue())


def _octets(path: Path) -> bytes:
    try:
        return files.read(path, LARGEST)
    except OSError as error:
        hint = "Name a HAR file, a file of mocks or a report folder"
        raise ResultsError(f"{path}: {error.strerror or error}", hint) from error


def _json(octets: bytes, path: Path) -> Json:
    """What a file holds; files of mocks may have comments."""
    try:
        return json.loads(octets.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        try:
            return located_json.read(octets)
        except ValueError:
            hint = "Write Dev Proxy's mocks in JSON" if re.search(rb"(?m)^mocks:", octets) else ""
            raise ResultsError(f"{path}:{error.lineno}: not readable as JSON: {error.msg}", hint) from error
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: not readable as JSON") from error


def _located(octets: bytes, path: Path) -> Json:
    try:
        return located_json.read(octets)
    except located_json.NotJsonError as error:
        raise ResultsError(f"{path}:{error.line}: not readable as JSON") from error


OTHERS: tuple[tuple[str, Callable[[Mapping[str, Json]], bool], str], ...] = (
    (
        "mocks of an early Dev Proxy (responses)",
        lambda data: isinstance(data.get("responses"), list),
        "Write them as Dev Proxy has them now: a list `mocks`, each with `request` and `response`",
    ),
    (
        "settings of Dev Proxy",
        lambda data: "plugins" in data or "urlsToWatch" in data,
        "Name the file of mocks that they name: mocksFile",
    ),
    ("an OpenAPI document", lambda data: "openapi" in data or "swagger" in data, "Give it with --openapi"),
    ("a Postman environment", lambda data: "_postman_variable_scope" in data, "Name the collection"),
    ("a Postman collection of version 1", lambda data: "requests" in data and "order" in data, "Export it as v2.1"),
    (
        "the results of a run",
        lambda data: str(data.get("format", "")).startswith("graph-contracts/"),
        "Name the report folder: it has the exchanges",
    ),
)
"""Files that are taken for recordings: what they are, how they show it, and what to do."""


def _unknown(data: Json, path: Path) -> ResultsError:
    for name, recognises, hint in OTHERS:
        if isinstance(data, dict) and recognises(data):
            return ResultsError(f"{path}: no recording but {name}", hint)
    kinds = ", ".join(READERS)
    return ResultsError(f"{path}: no HTTP archive: log.entries is missing. It is none of these either: {kinds}")
