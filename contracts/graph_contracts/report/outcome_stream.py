"""outcomes.jsonl: what a run finds, written as it comes, so that a run that is killed leaves what it had.

The first line holds the run with no outcome yet; then come exchanges and outcomes in their order, and last the end
marker. An outcome stream without it tells of an incomplete run. Once the reports are written it is compressed, as
outcomes.jsonl.gz.
"""

from __future__ import annotations

import gzip
import json
import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from graph_contracts.errors import ResultsError
from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.report import results as model
from graph_contracts.report import results_schema
from graph_contracts.report.evidence import Evidence
from graph_contracts.report.results import Outcome, Results
from graph_contracts.report.results_schema import FormError, validate
from graph_contracts.system import rename_over

FORMAT = "graph-contracts/outcomes/1"
NAME = "outcomes.jsonl"
PACKED = f"{NAME}.gz"
LEVEL = 6
"""How hard to compress: what takes longer makes it hardly smaller."""


class OutcomeStream:
    """Writes one; every line is handed to the system at once, so that only a fall of the machine could lose it."""

    def __init__(self, file: Path | BinaryIO, run: Results) -> None:
        """Begin with what is known before the first case.

        Raises:
            OSError: the file can't be written.
        """
        self._file: BinaryIO = file.open("wb") if isinstance(file, Path) else file
        self._length = 0
        self._write({"format": FORMAT, "run": run.to_json()})

    def exchange(self, entry: JsonMapping) -> int:
        """Write one exchange as evidence has it; where its line begins."""
        return self._write({"exchange": entry})

    def outcome(self, requirement: str, outcome: Outcome, executed: int, seconds: float) -> None:
        """Write what one case said, with how many were run until then and how long that took."""
        members = model.outcome_json(outcome)
        self._write(
            {"requirement": requirement, "outcome": members, "executed": executed, "seconds": round(seconds, 3)}
        )

    def end(self, complete: bool) -> None:
        """Write the end marker: the run ended by itself, having run every planned case or not."""
        self._write({"end": True, "complete": complete})

    def close(self) -> None:
        """Close the file; without `end` before it, the run counts as incomplete."""
        self._file.close()

    def _write(self, line: JsonMapping) -> int:
        start, octets = self._length, json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n"
        self._file.write(octets)
        self._file.flush()
        self._length += len(octets)
        return start


def keep(results: Results, evidence: Sequence[JsonMapping], folder: Path) -> None:
    """Leave the outcome stream of a run that is over in a folder, compressed: as it came, where it is there.

    Raises:
        OSError: it can't be written.
    """
    plain, packed = folder / NAME, folder / PACKED
    source = evidence.path if isinstance(evidence, Evidence) and not evidence.held else None
    if source == packed:
        return
    with _packing(packed) as file:
        if source == plain:
            with plain.open("rb") as stream:
                shutil.copyfileobj(stream, file)
        else:
            _write_whole(results, evidence, file)
    plain.unlink(missing_ok=True)


@contextmanager
def _packing(path: Path) -> Iterator[BinaryIO]:
    """A compressed file that appears under its name at the end of the block, if it comes there."""
    scratch = path.with_name(f".{path.name}.tmp")
    with scratch.open("wb") as file, gzip.GzipFile(NAME, "wb", LEVEL, file, mtime=0) as packed:
        yield cast("BinaryIO", packed)  # it has all that is used of one
    rename_over(scratch, path)


def _write_whole(results: Results, evidence: Iterable[JsonMapping], file: BinaryIO) -> None:
    """The outcome stream of a run that is known from other sources."""
    blank = tuple(replace(row, outcomes=()) for row in results.requirements)
    stream = OutcomeStream(file, replace(results, requirements=blank))
    for entry in evidence:
        stream.exchange(entry)
    for row in results.requirements:
        for each in row.outcomes:
            stream.outcome(row.id, each, results.executed, results.seconds)
    stream.end(results.complete)


def read(path: Path) -> tuple[Results, Evidence]:
    """The results and the evidence of an outcome stream; evidence is read from it again when it is needed.

    Raises:
        ResultsError: it can't be read, or is no outcome stream.
    """
    try:
        file = _opened(path)
        lines = _lines(path, file)
        _, head = next(lines, (0, {}))
        if head.get("format") != FORMAT:
            raise ResultsError(f"{path}: no outcomes of a run", "It is another file, or the run was killed at once")
        return _replayed(Results.from_json(head.get("run", {})), lines, Evidence(path, file))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ResultsError(f"{path}: not readable as gzip") from error
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror or error}") from error
    except FormError as error:
        raise ResultsError(f"{path}:1: {error.place}: {error.what[:200]}") from error


def _opened(path: Path) -> BinaryIO:
    """The file, unpacked where it is packed."""
    if path.suffix != ".gz":
        return path.open("rb")
    file = cast("BinaryIO", TemporaryFile())  # noqa: SIM115 (whoever reads evidence closes it)
    with gzip.open(path, "rb") as packed:
        shutil.copyfileobj(packed, file)
    return file


def _lines(path: Path, file: BinaryIO) -> Iterator[tuple[int, JsonObject]]:
    """Each whole line, with the place in the file where it begins."""
    start, last = 0, -1
    file.seek(0)
    for number, line in enumerate(iter(file.readline, b""), 1):
        if not line.endswith(b"\n"):
            return  # the line that was being written when the run was killed
        try:
            value = json.loads(line.decode())
            validate(value, _form)
        except UnicodeDecodeError as error:
            raise ResultsError(f"{path}:{number}: not UTF-8") from error
        except FormError as error:
            raise ResultsError(f"{path}:{number}: no line that a run writes ({error.place})") from error
        except (ValueError, RecursionError) as error:
            raise ResultsError(f"{path}:{number}: not readable as JSON") from error
        if "exchange" in value:
            if value["exchange"]["index"] <= last:
                raise ResultsError(f"{path}:{number}: no line that a run writes ($.exchange.index)")
            last = value["exchange"]["index"]
        yield start, value
        start += len(line)


def _form() -> JsonObject:
    """The form of a line, as far as it is read; the first line's results are held to their own schema."""
    outcome = results_schema.schema()["properties"]["requirements"]["items"]["properties"]["outcomes"]["items"]
    message = {
        "type": "object",
        "required": ["headers", "body"],
        "properties": {
            **{name: {"type": "string"} for name in ("method", "url", "reason", "http_version", "body")},
            **{name: {"type": "integer"} for name in ("status", "bytes")},
            "headers": {
                "type": "array",
                "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "string"}},
            },
        },
    }
    exchange = {
        "type": "object",
        "required": ["index", "operation", "requirement", "started", "seconds", "request", "response", "error", "curl"],
        "properties": {
            "index": {"type": "integer", "minimum": 0},
            "operation": {"type": "string"},
            "requirement": {"type": ["string", "null"]},
            "started": {"type": "string"},
            "seconds": {"type": "number"},
            "request": {**message, "required": ["method", "url", "headers", "body"]},
            "response": {
                "anyOf": [
                    {"type": "null"},
                    {**message, "required": ["status", "reason", "http_version", "headers", "body", "bytes"]},
                ]
            },
            "error": {"type": ["string", "null"]},
            "curl": {"type": "string"},
        },
    }
    return {
        "anyOf": [
            {"required": ["format", "run"]},
            {"required": ["exchange"], "properties": {"exchange": exchange}},
            {
                "required": ["requirement", "outcome", "executed", "seconds"],
                "properties": {
                    "requirement": {"type": "string"},
                    "outcome": outcome,
                    "executed": {"type": "integer", "minimum": 0},
                    "seconds": {"type": "number", "minimum": 0},
                },
            },
            {"required": ["end", "complete"], "properties": {"complete": {"type": "boolean"}}},
        ],
        "type": "object",
    }


def _replayed(run: Results, lines: Iterable[tuple[int, JsonMapping]], evidence: Evidence) -> tuple[Results, Evidence]:
    """The run as it stood at the last whole line."""
    outcomes: dict[str, list[Outcome]] = {}
    executed, seconds, complete, exchanges = 0, run.seconds, False, 0
    for start, line in lines:
        match line:
            case {"exchange": entry}:
                evidence.add(entry, start)
            case {"requirement": name, "outcome": outcome, "executed": count, "seconds": time}:
                outcomes.setdefault(name, []).append(Outcome.from_json(outcome))
                executed, seconds = count, time
            case {"end": True, "complete": whole}:
                complete, exchanges = whole, run.exchanges
    rows = []
    for row in run.requirements:
        found = outcomes.get(row.id)
        rows.append(model.result(row, found) if found else model.silent(row, complete or 0 < run.planned == executed))
    return (
        replace(
            run,
            requirements=tuple(rows),
            executed=executed,
            seconds=seconds,
            complete=complete,
            exchanges=max(exchanges, len(evidence)),
        ),
        evidence,
    )
