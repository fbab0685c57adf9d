"""What a run must put back, written to the report folder before the first write, so that a crash can't lose it.

A file of JSON lines, one per run, removed when everything is back. It holds no secret: a value with one in it is
masked, and then can't be put back from here.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from graph_contracts.errors import ConfigurationError
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.sent_members import Member, members
from graph_contracts.operations.undo_requests import UndoRequest
from graph_contracts.report.outcome_stream import NAME as OUTCOMES
from graph_contracts.system import is_alive

FORMAT = "graph-contracts/journal/1"
PATTERN = "restore-*.jsonl"
WORKERS = ".graph-contracts"
"""Folder in the report folder in which each worker of a run has its own, named after the run's process."""
OF_A_WORKER = re.compile(r"(\d+)-\d+")
RESTART = "restart"
SHARED = ("turn", "room", "falls", "told", "deaths", RESTART)
"""Files that a run's workers have in common."""
MAX_OCTETS = 256 * 1024 * 1024
"""A run over many operations makes and deletes by the hundred thousand, and records each."""
BEGINNING = json.dumps({"format": FORMAT})[:-1]


class UndoLog:
    """The undo log of one run; its file appears with the first entry."""

    def __init__(self, folder: Path, target: str, mask: Callable[[Json], Json]) -> None:
        now = datetime.now(UTC)
        self.path = folder / f"restore-{now:%Y%m%dT%H%M%S}-{os.getpid()}.jsonl"
        self._head = {"format": FORMAT, "target": target, "started": now.isoformat(timespec="seconds")}
        self._mask = mask
        self._began = False

    def write(self, kind: str, **entry: object) -> None:
        """Add an entry; it is on the disk when this returns.

        Raises:
            ConfigurationError: the folder can't be written.
        """
        self._add(kind, entry, durable=True)

    def note(self, kind: str, **entry: object) -> None:
        """Add an entry that outlives this process, if not the machine: what is made and deleted by the hundred.

        Raises:
            ConfigurationError: the folder can't be written.
        """
        self._add(kind, entry, durable=False)

    def _add(self, kind: str, entry: JsonMapping, *, durable: bool) -> None:
        began = self._began
        lines = ([] if began else [self._head]) + [self._mask({"kind": kind, **entry})]
        self._began = True  # a signal may strike once the file is there
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in lines)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
        except OSError as error:
            self._began = began
            hint = "Without a journal nothing may be changed: name a folder that can be written with --report"
            raise ConfigurationError(f"{self.path}: {error.strerror}", hint) from error

    def remove(self) -> None:
        """Take the file away: everything is back."""
        if self._began:
            self.path.unlink(missing_ok=True)

    @property
    def began(self) -> bool:
        return self._began


@dataclass(frozen=True)
class Saved:
    """An object as it was found."""

    operation: str
    entity: str
    ids: Mapping[str, str]
    state: JsonMapping | None
    """None where it was never seen before it was written to."""


@dataclass(frozen=True)
class Asked:
    """A creation that was sent and has no answer on record."""

    path: str
    operation: str = ""
    body: str = ""
    """A digest of what was sent."""
    marks: JsonMapping = field(default_factory=dict)
    """What the object shows, if it was made."""


@dataclass
class LoggedChanges:
    """The entries of one undo log."""

    path: Path
    target: str
    """Empty where the run was killed before the first line was whole: it had changed nothing."""
    objects: dict[tuple[str, str], Saved] = field(default_factory=dict)
    """By operation and id."""
    created: dict[str, str] = field(default_factory=dict)
    """Paths of objects that the run made, with the operation whose object each is."""
    asked: list[Asked] = field(default_factory=list)
    sent: dict[str, set[Member]] = field(default_factory=dict)
    """Members that the run sent beside the documented properties, by operation."""
    given: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Ids that the run named for objects which have another: by operation, then by the object's id."""
    undo: list[tuple[UndoRequest, str]] = field(default_factory=list)
    """Requests that take back what the run changed, each with the operation for which it is sent."""
    called: Counter[str] = field(default_factory=Counter)
    """How often the run called an action and was not refused, by the path of the call: nothing takes that back."""
    listed: dict[str, frozenset[str]] = field(default_factory=dict)
    """Ids that a collection had before the first object was made there, by its path."""


def journals(folder: Path) -> list[Path]:
    """The undo logs of a report folder and its workers, newest first, so that the oldest state is restored last."""
    found = [*folder.glob(PATTERN), *folder.glob(f"{WORKERS}/*/{PATTERN}")]
    return sorted(found, key=lambda path: path.name, reverse=True)


def sweep(folder: Path, own: str = "") -> None:
    """Take away what workers wrote into a report folder, and nothing else that is there.

    Undo logs with objects still to be restored stay, and so do the files of a run that is going on.

    Args:
        own: the process id of a run whose workers are at their end.
    """
    place = folder / WORKERS
    if place.is_symlink():
        return
    with suppress(OSError):  # what can't be taken away does no harm
        for path in [*place.iterdir()]:
            named = OF_A_WORKER.fullmatch(path.name)
            over = named and (named[1] == own or not _alive(named[1])) and path.is_dir() and not path.is_symlink()
            if over and not any(path.glob(PATTERN)):
                (path / OUTCOMES).unlink(missing_ok=True)
                with suppress(OSError):
                    path.rmdir()
        if not any(OF_A_WORKER.fullmatch(path.name) for path in place.iterdir()):
            for name in SHARED:
                (place / name).unlink(missing_ok=True)
        place.rmdir()


def abandoned(folder: Path) -> list[Path]:
    """The undo logs of runs that are over: no process in the same folder still writes to them."""
    return [path for path in journals(folder) if not _alive(path.stem.rpartition("-")[2])]


def _alive(pid: str) -> bool:
    return pid.isdecimal() and is_alive(int(pid))


def read(path: Path) -> LoggedChanges:
    """The entries of an undo log; a last line that a crash cut short is left out.

    Raises:
        ConfigurationError: it is no undo log.
    """
    try:
        if path.stat().st_size > MAX_OCTETS:
            raise ConfigurationError(f"{path}: is too long for a journal")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is no journal: octet {error.start + 1} is no UTF-8") from error
    if "\n" not in text and BEGINNING.startswith(text[: len(BEGINNING)]) and not text.endswith("}"):
        return LoggedChanges(path, "")
    entries = _entries(path, text.splitlines())
    head = next(entries, {})
    if head.get("format") != FORMAT or not isinstance(head.get("target"), str):
        raise ConfigurationError(f"{path}:1: is no journal of graph-contracts")
    logged = LoggedChanges(path, head["target"])
    for number, entry in enumerate(entries, 2):
        try:
            _apply(logged, entry)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise ConfigurationError(f"{path}:{number}: is no entry of a journal") from None
    return logged


def _entries(path: Path, lines: list[str]) -> Iterator[JsonObject]:
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            if number == len(lines) > 1:
                return
            raise ConfigurationError(f"{path}:{number}: is no JSON") from None
        if not isinstance(entry, dict):
            raise ConfigurationError(f"{path}:{number}: is no entry of a journal")
        yield entry


def _apply(logged: LoggedChanges, entry: JsonObject) -> None:
    match entry["kind"]:
        case "object":
            saved = Saved(str(entry["operation"]), str(entry["entity"]), dict(entry["ids"]), entry["state"])
            if saved.state is not None and not isinstance(saved.state, dict):
                raise TypeError
            known = logged.objects.get((saved.operation, saved.entity))
            if known is None or known.state is None:
                logged.objects[saved.operation, saved.entity] = saved
        case "sent":
            logged.sent.setdefault(str(entry["operation"]), set()).update(members(entry["members"]))
        case "create":
            fields = {name: entry[name] for name in ("operation", "body", "marks") if name in entry}
            logged.asked.append(Asked(_path(entry["path"]), **fields))
        case "listed":
            logged.listed[_path(entry["path"])] = frozenset(map(str, entry["ids"]))
        case "created":
            _answered(logged, entry["collection"], entry.get("body"))
            logged.created[_path(entry["path"])] = str(entry["operation"])
        case "refused":
            _answered(logged, entry["path"], entry.get("body"))
        case "deleted":
            logged.created.pop(str(entry["path"]), None)
        case _:
            _apply_given(logged, entry)
            _apply_call(logged, entry)


def _apply_given(logged: LoggedChanges, entry: JsonObject) -> None:
    if entry["kind"] == "undo":
        logged.undo.append((UndoRequest.from_json(entry), str(entry["operation"])))
    if entry["kind"] == "undone":
        done = UndoRequest.from_json(entry)
        logged.undo = [each for each in logged.undo if each[0] != done]
    if entry["kind"] == "id":
        given = logged.given.setdefault(str(entry["operation"]), {})
        given.setdefault(str(entry["entity"]), []).append(str(entry["given"]))


def _apply_call(logged: LoggedChanges, entry: JsonObject) -> None:
    if entry["kind"] in {"call", "call-refused"}:
        logged.called[_path(entry["path"])] += 1 if entry["kind"] == "call" else -1


def _answered(logged: LoggedChanges, path: Json, body: Json) -> None:
    """Strike off a creation that was answered: the one with this body, where it is known."""
    there = [each for each in logged.asked if each.path == path]
    same = [each for each in there if each.body == body]
    if found := same or there:
        logged.asked.remove(found[0])


def _path(value: Json) -> str:
    """A path below the target's base: a URL would lead to another host.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, str) or not value.startswith("/") or "://" in value:
        raise ValueError
    return value
