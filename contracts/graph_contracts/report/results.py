"""What a run found, as data: the one source of every report, and the file that other programs read.

`results.json` is fixed by its JSON Schema in this folder. Secrets are masked before anything gets here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.report.change import Since
from graph_contracts.report.left import Left
from graph_contracts.report.lock import HeldBack
from graph_contracts.report.results_schema import schema, validate
from graph_contracts.report.scope import Scope
from graph_contracts.report.untested import Untested, untested
from graph_contracts.report.verdict import WORST_FIRST, Verdict, worst
from graph_contracts.report.waiver import Waivers

FORMAT = "graph-contracts/results/1"


LEVELS = ("MUST", "SHOULD", "INFO")
MAX_EXCHANGES = 12
ENDED_BEFORE = "the run ended before it was tested"
NO_OPERATION = "the document has no operation that it applies to"


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
    mismatch: JsonMapping | None = None
    """The place in an answer that differs: its `path`, what was `expected` and is `actual` there as JSON, empty for
    nothing, and the `exchange` that shows it."""
    signs: tuple[str, ...] = ()
    """What its findings show, in words that can be compared: `success`, `answer:label` …"""
    gates: tuple[str, ...] = ()
    """The profiles in which it is a failure, also where it is only a warning in the profile of this run."""
    give: str = ""
    """The options with which it can be judged; empty where the operator has nothing to give."""
    seconds: float | None = None
    """How long the case took, or the cases; None where others came across the requirement."""
    places: tuple[JsonMapping, ...] = ()
    """Where mocks break it: the `place` as file and line, its `verdict`, the `request`, what was `expected` and is
    `actual` there, and the `exchange` that shows it."""

    @classmethod
    def from_json(cls, data: JsonMapping) -> Outcome:
        """Read what stands in results.json and in the outcome stream."""
        lists = {name: tuple(data.get(name, ())) for name in ("exchanges", "signs", "gates", "places")}
        return cls(**{**data, **lists, "verdict": Verdict(data["verdict"])})


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
    page: str = ""
    """File and line of the page that the source names."""
    gates: tuple[str, ...] = ()
    """The profiles in which breaking it fails a run."""
    sent: str = ""
    vary: str = ""
    fix: str = ""
    proofs: tuple[Mapping[str, str], ...] = ()
    """The faults, by `name` and `text`, that its cases are known to notice."""
    causes: tuple[JsonMapping, ...] = ()
    """What is likely wrong with a server where it fails, and what then follows: `report/causes.py`."""

    @property
    def area(self) -> str:
        """The area it belongs to: the second word of its id."""
        return self.id.split(".")[1] if "." in self.id else self.id


REQUIREMENT = tuple(each.name for each in fields(RequirementResult))
OUTCOME = tuple(each.name for each in fields(Outcome))


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
    exit_code: int = 0
    command: str = ""
    redacted: int = 0
    capabilities: tuple[Mapping[str, str], ...] = ()
    conventions: JsonMapping = field(default_factory=dict)
    """The conventions that were `applied`, and `because` of what; empty where that is unknown."""
    ambiguities: tuple[JsonMapping, ...] = ()
    notes: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    """What the run could not put back."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Where the suite ran, and with which libraries."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Where the contract states each operation: page and line."""
    shard: JsonMapping = field(default_factory=dict)
    """Which part of a run that was split over machines this is; empty for a whole one."""
    scope: Scope | None = None
    """How much of the contract the run is about; None where that is unknown, as in results of an earlier format."""
    lock: HeldBack | None = None
    baseline: Waivers | None = None
    since: Since | None = None
    fail_on: str = "failure"
    """What gates: every `failure`, or only a `regression` against `since`."""
    further: JsonMapping = field(default_factory=dict)
    """Keys of a later format, kept as they were read."""

    def __iter__(self) -> Iterator[RequirementResult]:
        """The requirements, each with its verdict."""
        return iter(self.requirements)

    @property
    def verdict(self) -> str:
        """`conforms`, `nonconforming`, or `inconclusive` where the suite failed or nothing was really tested."""
        return verdict_of(self)

    def outcomes(self, *verdicts: Verdict) -> list[tuple[RequirementResult, Outcome]]:
        """Every outcome with one of these verdicts, the most serious first."""
        found = [(row, outcome) for row in self.requirements for outcome in row.outcomes if outcome.verdict in verdicts]
        return sorted(found, key=lambda pair: seriousness(*pair))

    @cached_property
    def untested(self) -> list[Untested]:
        """The operations of which nothing could be decided though something should have been."""
        recorded = self.scope is not None and self.scope.recorded
        return [] if recorded else untested(outcome for row in self.requirements for outcome in row.outcomes)

    @property
    def remarks(self) -> list[str]:
        """The notes but for those that say what could not be put back, which reports tell apart."""
        texts = {each.text for each in self.left}
        return [note for note in self.notes if note not in texts]

    def to_json(self) -> JsonObject:
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
                "places": dict(self.places),
            },
            "target": {"url": self.target_url, "server": self.target_server, "auth": self.target_auth},
            "started": self.started,
            "seconds": self.seconds,
            "exchanges": self.exchanges,
            "summary": summary(self),
            "planned": self.planned,
            "executed": self.executed,
            "complete": self.complete,
            "exit_code": self.exit_code,
            "command": self.command,
            "redacted": self.redacted,
            "capabilities": [dict(row) for row in self.capabilities],
            **({"conventions": dict(self.conventions)} if self.conventions else {}),
            "ambiguities": [dict(row) for row in self.ambiguities],
            "notes": list(self.notes),
            **({"left": [each.to_json() for each in self.left]} if self.left else {}),
            **({"untested": [each.to_json() for each in found]} if (found := self.untested) else {}),
            "environment": dict(self.environment),
            "fail_on": self.fail_on,
            **({"shard": dict(self.shard)} if self.shard else {}),
            **({"scope": self.scope.to_json()} if self.scope else {}),
            **({"lock": self.lock.to_json()} if self.lock else {}),
            **({"baseline": self.baseline.to_json()} if self.baseline else {}),
            **({"since": self.since.to_json()} if self.since else {}),
            "requirements": [_row(row) for row in self.requirements],
        }

    @classmethod
    def from_json(cls, data: JsonMapping) -> Results:
        """Read what `to_json` wrote.

        Raises:
            FormError: it isn't a results.json.
        """
        validate(data)
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
            exit_code=data.get("exit_code", 0),
            command=data.get("command", ""),
            redacted=data.get("redacted", 0),
            capabilities=tuple(data.get("capabilities", ())),
            conventions=data.get("conventions", {}),
            ambiguities=tuple(data.get("ambiguities", ())),
            notes=tuple(data.get("notes", ())),
            left=tuple(map(Left.from_json, data.get("left", ()))),
            environment=data.get("environment", {}),
            places=data["contract"].get("places", {}),
            shard=data.get("shard", {}),
            scope=Scope.from_json(data["scope"]) if "scope" in data else None,
            lock=HeldBack.from_json(data["lock"]) if "lock" in data else None,
            baseline=Waivers.from_json(data["baseline"]) if "baseline" in data else None,
            since=Since.from_json(data["since"]) if "since" in data else None,
            fail_on=data.get("fail_on", "failure"),
            further={key: value for key, value in data.items() if key not in schema()["properties"]},
        )


def _requirement(row: JsonMapping) -> RequirementResult:
    outcomes = tuple(map(Outcome.from_json, row["outcomes"]))
    lists = {name: tuple(row.get(name, ())) for name in ("gates", "proofs", "causes")}
    return RequirementResult(**{**row, **lists, "verdict": Verdict(row["verdict"]), "outcomes": outcomes})


def _row(row: RequirementResult) -> JsonObject:
    # by hand: there may be a hundred thousand outcomes, and `asdict` copies each value of each
    own = {name: getattr(row, name) for name in REQUIREMENT}
    lists = {
        "gates": list(row.gates),
        "proofs": [dict(proof) for proof in row.proofs],
        "causes": [dict(cause) for cause in row.causes],
    }
    return {
        **own,
        **lists,
        "verdict": str(row.verdict),
        "outcomes": [outcome_json(outcome) for outcome in row.outcomes],
    }


def outcome_json(outcome: Outcome) -> JsonObject:
    """An outcome as it stands in results.json and in the outcome stream."""
    own = {name: getattr(outcome, name) for name in OUTCOME}
    mismatch = None if outcome.mismatch is None else dict(outcome.mismatch)
    lists = {name: list(getattr(outcome, name)) for name in ("exchanges", "signs", "gates")}
    found = {**own, **lists, "verdict": str(outcome.verdict), "mismatch": mismatch}
    if not found.pop("places"):
        return found
    return {**found, "places": [dict(each) for each in outcome.places]}


def result(row: RequirementResult, outcomes: Iterable[Outcome]) -> RequirementResult:
    """The requirement with these outcomes, one an operation: the worst, with what the others exchanged."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.operation, []).append(outcome)
    merged = tuple(map(_merged, groups.values()))
    return replace(row, outcomes=merged, verdict=worst(outcome.verdict for outcome in merged))


def _merged(group: list[Outcome]) -> Outcome:
    found = min(group, key=lambda outcome: (WORST_FIRST.index(outcome.verdict), not outcome.gates))
    if len(group) == 1 and len(found.exchanges) <= MAX_EXCHANGES:
        return found
    alike = [outcome for outcome in group if outcome.verdict is found.verdict]
    others = [index for outcome in alike for index in outcome.exchanges]
    signs = tuple(sorted({sign for outcome in alike for sign in outcome.signs}))
    took = [outcome.seconds for outcome in group if outcome.seconds is not None]
    exchanges = tuple(dict.fromkeys((*found.exchanges, *others)))[:MAX_EXCHANGES]
    return replace(found, exchanges=exchanges, signs=signs, seconds=round(sum(took), 4) if took else None)


def seriousness(row: RequirementResult, outcome: Outcome) -> tuple[int, int, bool]:
    """What to sort outcomes by: verdict, level, and whether a stricter profile would fail it; the gravest is least."""
    level = LEVELS.index(row.level) if row.level in LEVELS else len(LEVELS)
    return WORST_FIRST.index(outcome.verdict), level, not outcome.gates


def silent(row: RequirementResult, all_run: bool) -> RequirementResult:
    """A requirement that no case said anything of, where all planned cases were run or not."""
    reason = (Verdict.NOT_APPLICABLE, NO_OPERATION) if all_run else (Verdict.INCONCLUSIVE, ENDED_BEFORE)
    return result(row, [Outcome("", *reason)])


def summary(results: Results) -> dict[str, int]:
    """How many requirements have each verdict."""
    counted = Counter(row.verdict for row in results.requirements)
    return {str(verdict): counted[verdict] for verdict in Verdict}


def verdict_of(results: Results) -> str:
    """`conforms`, `nonconforming`, or `inconclusive` where the suite failed or nothing was really tested."""
    verdicts = {outcome.verdict for row in results.requirements for outcome in row.outcomes}
    if Verdict.FAIL in verdicts:
        return "nonconforming"
    if Verdict.ERROR in verdicts or not results.complete or not verdicts & {Verdict.PASS, Verdict.WARN, Verdict.WAIVED}:
        return "inconclusive"
    return "conforms"


def exit_code(results: Results) -> int:
    """The exit code of a run that ended by itself: 0 where it may pass the gate, 1 where not, 3 where nobody can say.

    What is wrong with the baseline gates whatever the target did.
    """
    verdict = verdict_of(results)
    stale = bool(results.baseline and results.baseline.problems)
    if results.fail_on == "regression" and results.since:
        if results.since.worse or stale:
            return 1
        undecided = verdict == "inconclusive" or not results.complete or summary(results)["error"]
        return 3 if undecided else 0
    if verdict == "conforms":
        return 1 if stale else 0
    return 1 if verdict == "nonconforming" or stale else 3


def with_exit_code(results: Results, code: int) -> Results:
    """The same results, knowing how the run ended."""
    return replace(results, exit_code=code)


def with_fail_on(results: Results, fail_on: str) -> Results:
    """The same results, gated by every `failure` or only by a `regression`."""
    return replace(results, fail_on=fail_on)


def with_note(results: Results, note: str) -> Results:
    """The same results with one more thing to tell."""
    return replace(results, notes=(*results.notes, note))
