"""A folder with the runs of each implementation: a record for each run, and the evidence of the current one.

Text files that grow at their end, so that a branch of a repository can keep them:

    names.json              the name of each implementation, by its slug
    requirements.json       what each requirement says, as the newest version of the suite has it
    runs/SLUG.jsonl         the runs of an implementation, a record a line, the earliest first
    evidence/SLUG.json      what the current run shows of each requirement that doesn't hold
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graph_contracts.errors import ResultsError
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.report import results_reader
from graph_contracts.report.results import RequirementResult
from graph_contracts.site import findings
from graph_contracts.site.record import Record, current

CATALOGUE = "requirements.json"
NAMES = "names.json"
TOLD = ("level", "basis", "statement", "source", "fix")
"""What the catalogue says of a requirement."""


@dataclass(frozen=True)
class History:
    """The folder."""

    folder: Path

    def add(self, slug: str, path: Path, version: str = "") -> bool:
        """Take a run in; a run that is there already is not taken twice.

        Args:
            slug: whose run it is.
            path: a results.json, an outcome stream, or a folder that holds one of them.
            version: the implementation's version; empty where nobody says.

        Returns:
            Whether it was new.

        Raises:
            ResultsError: the run, or the history, can't be read.
        """
        digest = hashlib.sha256(_octets(path)).hexdigest()
        known = list(self.records(slug))
        if any(each.digest == digest for each in known):
            return False
        run = results_reader.load(path)
        record = Record.of(run.results, digest, version)
        records = sorted([*known, record], key=lambda each: each.started)
        if records[-1] is record:
            _append(self._runs(slug), record)
        else:
            _write_text(self._runs(slug), "".join(map(_line, records)))
        if current(records) is record:
            _write(self._evidence(slug), findings.to_json(run))
        self._learn(run.results.requirements, latest=records[-1] is record)
        return True

    def name(self, slug: str, name: str) -> None:
        """Keep the name of an implementation."""
        known = self.names()
        if known.get(slug) != name:
            _write(self.folder / NAMES, {**known, slug: name})

    def names(self) -> dict[str, str]:
        """The name of each implementation that one is known of, by its slug."""
        found = _read(self.folder / NAMES)
        return {slug: str(name) for slug, name in found.items()} if isinstance(found, dict) else {}

    def slugs(self) -> list[str]:
        """Whose runs there are."""
        return sorted(path.stem for path in (self.folder / "runs").glob("*.jsonl"))

    def records(self, slug: str) -> Iterator[Record]:
        """The runs of an implementation, the earliest first.

        Raises:
            ResultsError: a line can't be read; file and line are named.
        """
        path = self._runs(slug)
        if not path.exists():
            return
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield Record.from_json(json.loads(line))
                except (ValueError, KeyError, TypeError, RecursionError) as error:
                    raise ResultsError(f"{path}:{number}: no record of a run", "Take the line out") from error

    def evidence(self, slug: str) -> JsonMapping:
        """What the current run shows, by requirement: `findings.to_json`.

        Raises:
            ResultsError: it is something else.
        """
        path = self._evidence(slug)
        found = _read(path)
        try:
            for requirement in found or ():
                findings.from_json(found, requirement)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ResultsError(f"{path}: not what a run shows", "Take the file away") from error
        return found or {}

    def catalogue(self) -> dict[str, JsonMapping]:
        """What each requirement says, by id, in the order of the suite."""
        path = self.folder / CATALOGUE
        found = _read(path) or {}
        if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
            raise ResultsError(f"{path}: not what requirements say", "Take the file away")
        return found

    def _learn(self, rows: tuple[RequirementResult, ...], *, latest: bool) -> None:
        """Keep what requirements say; the latest run's words replace those of an earlier one."""
        told: JsonObject = {row.id: {name: getattr(row, name) for name in TOLD} for row in rows}
        known = self.catalogue()
        together = {**known, **told} if latest else {**told, **known}
        if together != known:
            _write(self.folder / CATALOGUE, together)

    def _runs(self, slug: str) -> Path:
        return self.folder / "runs" / f"{slug}.jsonl"

    def _evidence(self, slug: str) -> Path:
        return self.folder / "evidence" / f"{slug}.json"


def _octets(path: Path) -> bytes:
    found = results_reader.file_of(path)
    try:
        return found.read_bytes()
    except OSError as error:
        raise ResultsError(f"{found}: {error.strerror or error}") from error


def _line(record: Record) -> str:
    return json.dumps(record.to_json(), ensure_ascii=True, separators=(",", ":")) + "\n"


def _append(path: Path, record: Record) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(_line(record))


def _write(path: Path, data: Json) -> None:
    _write_text(path, json.dumps(data, indent=1, ensure_ascii=True) + "\n")


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)


def _read(path: Path) -> Json:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: not readable as JSON") from error
