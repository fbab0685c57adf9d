"""Results held against the baseline and against an earlier run."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from pathlib import Path

from graph_contracts.errors import BaselineError, ResultsError, nearest
from graph_contracts.gate.baseline import Baseline, Entry, written
from graph_contracts.report import results_reader
from graph_contracts.report.change import Since
from graph_contracts.report.difference import between
from graph_contracts.report.results import Outcome, Results, result
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.waiver import Waiver, Waivers
from graph_contracts.system import rename_over


class Use(Enum):
    """What an entry is for in one run."""

    NONE = auto()
    """It names no requirement, or no operation of the contract."""
    FAILING = auto()
    PASSING = auto()
    UNJUDGED = auto()


@dataclass(frozen=True, slots=True)
class Known:
    """What an entry may name."""

    requirements: Collection[str]
    operations: Collection[str]


def hold(results: Results, baseline: Baseline, known: Known, today: date) -> Results:
    """The results with known failures waived, and with what is wrong with the baseline."""
    problems: list[str] = []
    unjudged: list[str] = []
    good: list[Entry] = []
    for entry in baseline.entries:
        use = _use(entry, results, known)
        place = f"{baseline.source}:{entry.line}: {entry}"
        complaint = _complaint(entry, use, known, today)
        if complaint:
            problems.append(f"{place}: {complaint}")
            continue
        good.append(entry)
        if use is Use.UNJUDGED:
            unjudged.append(f"{place}: not judged in this run")
    waived: list[Waiver] = []
    rows = []
    for row in results.requirements:
        outcomes = []
        for outcome in row.outcomes:
            known_by = _covering(good, row.id, outcome)
            if known_by is None:
                outcomes.append(outcome)
                continue
            waiver = Waiver(row.id, outcome.operation, known_by.reason, known_by.owner, _day(known_by))
            waived.append(waiver)
            outcomes.append(replace(outcome, verdict=Verdict.WAIVED, message=f"{_why(waiver)}; {outcome.message}"))
        rows.append(result(row, outcomes) if tuple(outcomes) != row.outcomes else row)
    waivers = Waivers(baseline.source, tuple(waived), tuple(problems), tuple(unjudged))
    return replace(results, requirements=tuple(rows), baseline=waivers)


def _complaint(entry: Entry, use: Use, known: Known, today: date) -> str:
    if use is Use.NONE:
        unknown = entry.requirement not in known.requirements
        word, names = (entry.requirement, known.requirements) if unknown else (entry.operation, known.operations)
        near = nearest(word, names, 0.5)
        what = "no requirement has this id" if unknown else "the contract has no such operation"
        return f"{what}{f'; did you mean {near}?' if near else ''}"
    if use is Use.PASSING:
        return "now passes: remove this entry"
    if entry.expires and entry.expires < today:
        return f"expired on {entry.expires}"
    return "" if entry.reasoned else "has no reason yet, so it waives nothing"


def _use(entry: Entry, results: Results, known: Known) -> Use:
    if entry.requirement not in known.requirements or (entry.operation and entry.operation not in known.operations):
        return Use.NONE
    verdicts = {outcome.verdict for outcome in _named(entry, results)}
    if verdicts & {Verdict.FAIL, Verdict.WARN, Verdict.NOTE}:
        return Use.FAILING  # what only draws a warning in this profile fails in another
    return Use.PASSING if verdicts - {Verdict.NOT_APPLICABLE} == {Verdict.PASS} else Use.UNJUDGED


def _named(entry: Entry, results: Results) -> Iterator[Outcome]:
    for row in results.requirements:
        if row.id == entry.requirement:
            yield from (each for each in row.outcomes if entry.operation in {"", each.operation})


def _covering(entries: Collection[Entry], requirement: str, outcome: Outcome) -> Entry | None:
    """The entry that speaks of a failure, the one that names its operation before one that names none."""
    if outcome.verdict is not Verdict.FAIL:
        return None
    found = [e for e in entries if e.requirement == requirement and e.operation in {"", outcome.operation}]
    return max(found, key=lambda entry: bool(entry.operation), default=None)


def _why(waiver: Waiver) -> str:
    more = [waiver.owner, f"until {waiver.expires}" if waiver.expires else ""]
    inner = ", ".join(part for part in more if part)
    return f"known: {waiver.reason}{f' ({inner})' if inner else ''}"


def _day(entry: Entry) -> str:
    return entry.expires.isoformat() if entry.expires else ""


def update(results: Results, baseline: Baseline, known: Known) -> str:
    """Write a baseline of what fails in a run; returns in a sentence what has changed.

    Entries that pass or name nothing go; the others stay as they are, also those that this run could not judge.

    Args:
        results: as they were before anything was waived.

    Raises:
        BaselineError: it can't be written.
    """
    stay = [e for e in baseline.entries if _use(e, results, known) in {Use.FAILING, Use.UNJUDGED}]
    add = [
        (row.id, outcome.operation)
        for row, outcome in results.outcomes(Verdict.FAIL)
        if _covering(stay, row.id, outcome) is None
    ]
    text = written(baseline, stay, add)
    path = Path(baseline.source)
    scratch = path.with_name(f".{path.name}.tmp")
    try:
        scratch.write_text(text, encoding="utf-8", newline="")
        rename_over(scratch, path)
    except OSError as error:
        raise BaselineError(f"--baseline {path}: {error.strerror or error}") from error
    gone = len(baseline.entries) - len(stay)
    sentence = f"{baseline.source}: {len(add)} added, {gone} removed, {len(stay)} kept"
    return f"{sentence}. Write a reason for each new entry: without one, it waives nothing" if add else sentence


def earlier(path: Path, profile: str) -> Results:
    """Read the results that a run is to be held against.

    Raises:
        ResultsError: they can't be read, or were judged by another profile.
    """
    results = results_reader.load(path).results
    if results.profile != profile:
        raise ResultsError(
            f"--since {path}: judged with --profile {results.profile}, this run with {profile}",
            "Compare runs with the same --profile only",
        )
    return results


def since(results: Results, before: Results, source: str) -> Results:
    """The results with what changed since an earlier run."""
    return replace(results, since=Since(source, before.started, between(before, results)))
