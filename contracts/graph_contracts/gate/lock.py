"""The lock file: the requirements that a gate knows, so that a new version of the suite turns no green gate red.

    version: 0.1.0
    requirements:
      update.merge.siblings: [page, odata, http]     # the profiles in which breaking it fails a run
      update.value.reflects: []                      # it only warns

What a version requires beyond it is tested and told, and doesn't gate until somebody has written the file anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import yaml

from graph_contracts.errors import LockError
from graph_contracts.files import read as read_octets
from graph_contracts.report.lock import HeldBack
from graph_contracts.report.results import Outcome, RequirementResult, Results, result
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.words import PROFILES

NAME = "graph-contracts.lock"
LARGEST = 1_000_000
HEAD = """\
# The requirements that graph-contracts {version} knows, each with the profiles in which breaking it fails a run.
# `graph-contracts run --lock FILE` tests and tells what later versions require beyond this, and doesn't fail for it.
# `graph-contracts lock FILE` writes this file anew.
version: {version}
requirements:
"""
HELD = {Verdict.FAIL: Verdict.WARN, Verdict.ERROR: Verdict.INCONCLUSIVE}
"""What becomes of a verdict that would gate."""


class Lockable(Protocol):
    """A requirement as far as a lock file knows it."""

    @property
    def id(self) -> str: ...
    @property
    def gates(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Lock:
    """The file as it was read."""

    source: str
    version: str
    """Of the suite that wrote it."""
    profiles: Mapping[str, tuple[str, ...]]
    """By requirement: the profiles in which it gates."""

    def lets_fail(self, requirement: str, profile: str) -> bool:
        """Whether breaking a requirement may fail a run in a profile."""
        return profile in self.profiles.get(requirement, ())


def written(version: str, requirements: Iterable[Lockable]) -> str:
    """The text of a lock file of these requirements."""
    lines = sorted(f"  {each.id}: [{', '.join(each.gates)}]\n" for each in requirements)
    return HEAD.format(version=version) + "".join(lines)


def read(path: Path) -> Lock:
    """Read a lock file.

    Raises:
        LockError: it isn't one.
    """
    command = f"graph-contracts lock {path.name} makes it"
    make = f"Take it away: {command} anew"
    try:
        text = read_octets(path, LARGEST).decode("utf-8-sig")
        found, root = yaml.safe_load(text), yaml.compose(text, yaml.SafeLoader)
    except FileNotFoundError as error:
        raise LockError(f"--lock {path}: there is no such file", command) from error
    except OSError as error:
        raise LockError(f"--lock {path}: {error.strerror or error}") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}" if mark else ""
        raise LockError(f"--lock {path}{place}: not readable as YAML", make) from error
    if not isinstance(found, dict) or not isinstance(found.get("requirements"), dict) or "version" not in found:
        raise LockError(f"--lock {path}: no lock file: it has no `version`, or no `requirements` with their ids", make)
    if not found["requirements"]:
        raise LockError(f"--lock {path}: it has no requirement, so nothing could fail a run", make)
    _refuse_doubles(root, path)
    profiles = dict(_profiles(found["requirements"], path))
    return Lock(str(path), str(found["version"]), profiles)


def _refuse_doubles(mapping: yaml.Node | None, path: Path) -> None:
    """Refuse what is said twice: only the latter would count, and might gate less."""
    seen: set[str] = set()
    for key, value in mapping.value if isinstance(mapping, yaml.MappingNode) else ():
        name = str(key.value)
        if name in seen:
            raise LockError(
                f"--lock {path}:{key.start_mark.line + 1}: {name[:100]} is listed twice", "Keep one of them"
            )
        seen.add(name)
        if name == "requirements":
            _refuse_doubles(value, path)


def _profiles(requirements: Mapping[Any, Any], path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for id_, profiles in requirements.items():
        if not isinstance(id_, str) or not isinstance(profiles, list):
            what = f"{id_!r} isn't an id with a list of profiles"
            raise LockError(f"--lock {path}: {what[:200]}", "Write it as `update.merge.siblings: [page, odata]`")
        unknown = [each for each in profiles if each not in PROFILES]
        if unknown:
            what = f"{id_}: {unknown[0]!r} is no profile, so it would gate less than is meant"
            raise LockError(f"--lock {path}: {what[:200]}", f"Profiles are {', '.join(PROFILES)}")
        yield id_, tuple(profiles)


def hold(results: Results, lock: Lock, known: Iterable[str]) -> Results:
    """The results in which nothing gates that the lock file doesn't have gate, and what was held back.

    Args:
        results: as the run has them.
        lock: the file.
        known: the ids of all requirements of this version.
    """
    newer, raised = [], []
    rows, held = [], 0
    for row in results.requirements:
        locked = lock.profiles.get(row.id)
        if locked is None:
            newer.append(row.id)
        elif results.profile in row.gates and results.profile not in locked:
            raised.append(row.id)
        else:
            rows.append(row)
            continue
        why = f"newer than {lock.source}" if locked is None else f"only a warning in {lock.source}"
        outcomes = tuple(_held_back(outcome, why) for outcome in row.outcomes)
        held += outcomes != row.outcomes
        rows.append(_without_gate(row, outcomes) if outcomes != row.outcomes else row)
    gone = sorted({*lock.profiles} - {*known})
    state = HeldBack(lock.source, lock.version, tuple(newer), tuple(raised), tuple(gone), held)
    return replace(results, requirements=tuple(rows), lock=state)


def _held_back(outcome: Outcome, why: str) -> Outcome:
    if outcome.verdict not in HELD:
        return outcome
    message = f"{why}, so it doesn't gate; {outcome.message}"
    return replace(outcome, verdict=HELD[outcome.verdict], gates=(), message=message)


def _without_gate(row: RequirementResult, outcomes: tuple[Outcome, ...]) -> RequirementResult:
    return replace(result(row, outcomes), gates=())
