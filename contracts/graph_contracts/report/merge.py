"""The parts of a run that was split over machines, put together again, or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from graph_contracts.errors import ResultsError
from graph_contracts.json_types import JsonMapping
from graph_contracts.report.evidence import Entry, Joined
from graph_contracts.report.results import Outcome, RequirementResult, Results, result
from graph_contracts.report.results_reader import Run
from graph_contracts.report.untested import untested
from graph_contracts.report.verdict import Verdict

JUDGED_FIRST = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.WARN,
    Verdict.NOTE,
    Verdict.WAIVED,
    Verdict.PASS,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_APPLICABLE,
)
"""What is judged over all that was exchanged is judged in every part: what one part couldn't say, another may have."""

T = TypeVar("T")


def selection(requirements: Iterable[str]) -> str:
    """The digest by which parts know that they are of one whole."""
    return hashlib.sha256("\n".join(sorted(requirements)).encode()).hexdigest()


def merge(parts: Sequence[Run], order: Sequence[str], *, replicas: bool = False) -> tuple[Results, Sequence[Entry]]:
    """The whole run, with the evidence of those parts that have it.

    A part that ran all its cases and yet could not be judged makes a whole that can't be.

    Args:
        parts: in any order.
        order: ids of requirements in the order of the registry.
        replicas: whether each part may have had another address of the target.

    Raises:
        ResultsError: the parts don't belong together, or one is missing or was cut short.
    """
    _same(parts, replicas=replicas)
    ordered = sorted(parts, key=lambda part: part.results.shard["group"])
    first = ordered[0].results
    rows: dict[str, RequirementResult] = {}
    outcomes: dict[str, list[Outcome]] = {}
    evidence = Joined()
    for part in ordered:
        shift = evidence.join(part.evidence, part.results.exchanges)
        for row in part.results.requirements:
            rows.setdefault(row.id, row)
            outcomes.setdefault(row.id, []).extend(renumber(outcome, shift.__add__) for outcome in row.outcomes)
    if selection(rows) != first.shard["selection"]:
        raise ResultsError(f"{ordered[0].source}: requirements are missing that the whole run has")
    place = {name: number for number, name in enumerate(order)}
    merged = [result(row, choose_outcomes(outcomes[row.id])) for row in rows.values()]
    found = [part.results for part in ordered]
    left = _kept_untested(merged, first)
    return (
        replace(
            first,
            started=min(each.started for each in found),
            seconds=round(sum(each.seconds for each in found), 3),
            exchanges=sum(each.exchanges for each in found),
            requirements=tuple(sorted(merged, key=lambda row: place.get(row.id, len(place)))),
            planned=sum(each.planned for each in found),
            executed=sum(each.executed for each in found),
            complete=all(each.complete for each in found) and not left,
            redacted=sum(each.redacted for each in found),
            command=first.command.partition(f" --splits {first.shard['splits']} --group 1")[0],
            capabilities=_once(row for each in found for row in each.capabilities),
            notes=_once((*(note for each in found for note in each.notes), *left)),
            left=_once(left for each in found for left in each.left),
            shard={},
        ),
        evidence,
    )


def renumber(outcome: Outcome, place: Callable[[int], int]) -> Outcome:
    """The outcome with other numbers for its exchanges: those that they have in the whole run."""
    mismatch = outcome.mismatch and {**outcome.mismatch, "exchange": place(outcome.mismatch["exchange"])}
    return replace(outcome, exchanges=tuple(map(place, outcome.exchanges)), mismatch=mismatch)


def _kept_untested(rows: Iterable[RequirementResult], first: Results) -> list[str]:
    """A line for each operation, of several, that the target kept from being tested in every part."""
    if "--read-only" in first.command.split() or len(first.operations) <= 1:
        return []
    found = untested(outcome for row in rows for outcome in row.outcomes)
    return [each.text for each in found if not each.give]


def _target(part: Results, replicas: bool) -> str:
    if part.shard.get("embedded"):
        return "embedded"
    return "a replica" if replicas else part.target_url


def _same(parts: Sequence[Run], *, replicas: bool) -> None:
    for part in parts:
        if not part.results.shard:
            raise ResultsError(f"{part.source}: no part of a run", "Make parts with run --splits K --group I")
        if part.results.executed < part.results.planned:
            raise ResultsError(
                f"{part.source}: incomplete, {part.results.executed} of {part.results.planned} cases were run",
                "Run this part again",
            )
    first = parts[0]
    questions: Mapping[str, Callable[[Results], object]] = {
        "contract": lambda each: each.contract_sha256,
        "target": lambda each: _target(each, replicas),
        "profile": lambda each: each.profile,
        "seed": lambda each: each.seed,
        "version of the suite": lambda each: each.version,
        "auth": lambda each: each.target_auth,
        "number of parts": lambda each: each.shard["splits"],
        "selection of requirements": lambda each: each.shard["selection"],
        "partition by operations and durations": lambda each: each.shard.get("partition"),
    }
    for part in parts[1:]:
        for what, ask in questions.items():
            mine, theirs = ask(part.results), ask(first.results)
            if mine != theirs:
                raise ResultsError(f"{part.source}: {what} {mine}, but {first.source} has {theirs}")
    _all(parts, first.results.shard)


def _all(parts: Sequence[Run], shard: JsonMapping) -> None:
    """Make sure that nothing of the whole is missing, and nothing is there twice."""
    by_group: dict[int, Run] = {}
    for part in parts:
        group = part.results.shard["group"]
        if group in by_group:
            raise ResultsError(f"{part.source}: part {group}, as is {by_group[group].source}")
        by_group[group] = part
    missing = [str(group) for group in range(1, shard["splits"] + 1) if group not in by_group]
    if missing:
        raise ResultsError(
            f"part {', '.join(missing)} of {shard['splits']} is missing", "Name the results of every part"
        )
    pairs = [part.results.shard.get("pairs", (0, 0)) for part in parts]
    had, whole = sum(own for own, _ in pairs), pairs[0][1]
    if had != whole:
        raise ResultsError(f"the parts have {had} pairs of operation and requirement, but the whole has {whole}")


def choose_outcomes(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """One outcome an operation, from the part that could judge it."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.operation, []).append(outcome)
    if len(groups) > 1:
        groups.pop("", None)
    best = {name: min(map(_rank, group)) for name, group in groups.items()}
    return [outcome for name, group in groups.items() for outcome in group if _rank(outcome) == best[name]]


def _rank(outcome: Outcome) -> int:
    return JUDGED_FIRST.index(outcome.verdict)


def _once(items: Iterable[T]) -> tuple[T, ...]:
    found: list[T] = []
    for item in items:
        if item not in found:
            found.append(item)
    return tuple(found)
