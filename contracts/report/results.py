"""What a run found, as data: the one source of every report, and the file that other programs read.

`results.json` is fixed by its JSON Schema in this folder. Secrets are masked before anything gets here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

FORMAT = "graph-contracts/results/1"


class Verdict(StrEnum):
    """What is said of a requirement; `fail` gates, `error` is a defect of the suite itself."""

    PASS = "pass"  # noqa: S105 (a verdict, not a password)
    FAIL = "fail"
    WARN = "warn"
    NOTE = "note"
    INCONCLUSIVE = "inconclusive"
    WAIVED = "waived"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"


WORST_FIRST = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.WARN,
    Verdict.INCONCLUSIVE,
    Verdict.WAIVED,
    Verdict.NOTE,
    Verdict.PASS,
    Verdict.NOT_APPLICABLE,
)
"""A requirement's verdict is the first of these that one of its outcomes has."""
LEVELS = ("MUST", "SHOULD", "INFO")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one requirement's case said of one operation."""

    operation: str
    verdict: Verdict
    message: str = ""
    expected: str = ""
    actual: str = ""
    exchanges: tuple[int, ...] = ()
    """Indexes into the evidence."""
    curl: str = ""


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """One requirement with all that was said of it."""

    id: str
    level: str
    basis: str
    statement: str
    source: str
    verdict: Verdict
    outcomes: tuple[Outcome, ...] = ()

    @property
    def subject(self) -> str:
        """The area it belongs to: the second word of its id."""
        return self.id.split(".")[1] if "." in self.id else self.id


@dataclass(frozen=True)
class Results:
    """A whole run."""

    version: str
    seed: int
    profile: str
    contract_title: str
    contract_source: str
    contract_sha256: str
    operations: tuple[str, ...]
    target_url: str
    target_server: str
    target_auth: str
    started: str
    seconds: float
    exchanges: int
    requirements: tuple[RequirementResult, ...]
    planned: int = 0
    executed: int = 0
    complete: bool = True
    """The end marker: whether every planned case was run."""
    unjudged: str = ""
    """Why the target could not be judged, whatever passed; empty where it could."""
    exit_code: int = 0
    command: str = ""
    redacted: int = 0
    capabilities: tuple[Mapping[str, str], ...] = ()
    ambiguities: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    further: Mapping[str, Any] = field(default_factory=dict)
    """Keys of a later format, kept as they were read."""

    def outcomes(self, *verdicts: Verdict) -> list[tuple[RequirementResult, Outcome]]:
        """Every outcome with one of these verdicts, MUSTs first."""
        found = [(row, outcome) for row in self.requirements for outcome in row.outcomes if outcome.verdict in verdicts]
        return sorted(found, key=lambda pair: LEVELS.index(pair[0].level) if pair[0].level in LEVELS else 9)

    def to_json(self) -> dict[str, Any]:
        """The content of results.json."""
        return {
            **self.further,
            "format": FORMAT,
            "verdict": verdict_of(self),
            "tool": {"version": self.version, "seed": self.seed, "profile": self.profile},
            "contract": {
                "title": self.contract_title,
                "source": self.contract_source,
                "sha256": self.contract_sha256,
                "operations": list(self.operations),
            },
            "target": {"url": self.target_url, "server": self.target_server, "auth": self.target_auth},
            "started": self.started,
            "seconds": self.seconds,
            "exchanges": self.exchanges,
            "summary": summary(self),
            "planned": self.planned,
            "executed": self.executed,
            "complete": self.complete,
            "unjudged": self.unjudged,
            "exit_code": self.exit_code,
            "command": self.command,
            "redacted": self.redacted,
            "capabilities": [dict(row) for row in self.capabilities],
            "ambiguities": [dict(row) for row in self.ambiguities],
            "notes": list(self.notes),
            "requirements": [_plain(asdict(row)) for row in self.requirements],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Results:
        """Read what `to_json` wrote.

        Raises:
            jsonschema.ValidationError: it isn't a results.json.
        """
        validate(data)
        known = set(_schema()["properties"])
        return cls(
            version=data["tool"]["version"],
            seed=data["tool"]["seed"],
            profile=data["tool"]["profile"],
            contract_title=data["contract"]["title"],
            contract_source=data["contract"]["source"],
            contract_sha256=data["contract"]["sha256"],
            operations=tuple(data["contract"]["operations"]),
            target_url=data["target"]["url"],
            target_server=data["target"]["server"],
            target_auth=data["target"]["auth"],
            started=data["started"],
            seconds=data["seconds"],
            exchanges=data["exchanges"],
            requirements=tuple(_requirement(row) for row in data["requirements"]),
            planned=data.get("planned", 0),
            executed=data.get("executed", 0),
            complete=data.get("complete", False),
            unjudged=data.get("unjudged", ""),
            exit_code=data.get("exit_code", 0),
            command=data.get("command", ""),
            redacted=data.get("redacted", 0),
            capabilities=tuple(data.get("capabilities", ())),
            ambiguities=tuple(data.get("ambiguities", ())),
            notes=tuple(data.get("notes", ())),
            further={key: value for key, value in data.items() if key not in known},
        )


def _requirement(row: Mapping[str, Any]) -> RequirementResult:
    outcomes = tuple(
        Outcome(**{**outcome, "verdict": Verdict(outcome["verdict"]), "exchanges": tuple(outcome["exchanges"])})
        for outcome in row["outcomes"]
    )
    return RequirementResult(**{**row, "verdict": Verdict(row["verdict"]), "outcomes": outcomes})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Verdict) else value


def worst(verdicts: Iterable[str]) -> Verdict:
    """The verdict of a requirement with outcomes of these verdicts; `not-applicable` where there are none."""
    found = set(verdicts)
    return next((verdict for verdict in WORST_FIRST if verdict in found), Verdict.NOT_APPLICABLE)


def summary(results: Results) -> dict[str, int]:
    """How many requirements have each verdict."""
    counted = Counter(row.verdict for row in results.requirements)
    return {str(verdict): counted[verdict] for verdict in Verdict}


def verdict_of(results: Results) -> str:
    """`conforms`, `nonconforming`, or `inconclusive` where the suite failed or nothing was really tested."""
    counted = summary(results)
    if counted["fail"]:
        return "nonconforming"
    judged = counted["pass"] + counted["warn"] and not counted["error"]
    if not judged or results.unjudged or not results.complete:
        return "inconclusive"
    return "conforms"


def exit_code(verdict: str) -> int:
    """The exit code of a run that ended by itself."""
    return {"conforms": 0, "nonconforming": 1}.get(verdict, 3)


def with_exit_code(results: Results, code: int) -> Results:
    """The same results, knowing how the run ended."""
    return replace(results, exit_code=code)


@cache
def _schema() -> Any:
    return json.loads(Path(__file__).with_name("results.schema.json").read_text(encoding="utf-8"))


def validate(data: Any) -> None:
    """Hold data to the schema of results.json.

    Raises:
        jsonschema.ValidationError: it doesn't keep to it.
    """
    jsonschema.Draft202012Validator(_schema()).validate(data)
