"""The end of a terminal run: what was learned, failures in full, warnings in a line each, and one sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from graph_contracts.report import causes, words
from graph_contracts.report.causes import CauseGroup
from graph_contracts.report.headline import sentence
from graph_contracts.report.results import Outcome, RequirementResult, Results, Verdict
from graph_contracts.report.visible import one_line, visible
from graph_contracts.report.words import changes, first_few, plural

MAX_FAILURES = 100
"""Failures that are shown in full; a run over a thousand operations can have a hundred thousand."""
MAX_FOLLOWING = 160
"""Characters of the message of a failure that likely follows from another one."""
MAX_LEFT = 1000
"""Characters of a line that says what could not be put back."""
MAX_NAMED = 2
"""Requirements that a line names which could not be judged."""
MAX_LINES = 200
"""Lines of anything else."""


def render(results: Results, folder: Path) -> str:
    """The text; every byte of the target in it is made visible."""
    known_causes = causes.groups(results)
    lines = [*filter(None, [words.conventions(results)]), *_first_words(results)]
    lines += ["", "Learned about the target:"] if results.capabilities else []
    lines += _first(f"  {one_line(row['name'])}: {one_line(row['value'])}" for row in results.capabilities)
    lines += _failures(results, known_causes)
    known = results.outcomes(Verdict.WAIVED)
    if known:
        lines += ["", "Known failures:"]
        lines += _first(f"  {row.id} on {o.operation}: {one_line(o.message)}" for row, o in known)
    warnings = results.outcomes(Verdict.WARN)
    if warnings:
        lines += ["", f"{plural(len(warnings), 'warning')}:"]
        lines += _first(_warning(results, *each) for each in causes.arranged(warnings, known_causes))
    open_: dict[str, list[str]] = defaultdict(list)
    for row, outcome in results.outcomes(Verdict.INCONCLUSIVE):
        if row.id not in open_[outcome.message]:
            open_[outcome.message].append(row.id)
    if open_:
        lines += ["", "Not judged:"]
        lines += _first(
            f"  {one_line(reason)}: {plural(len(ids), 'requirement')} ({first_few(ids, most=MAX_NAMED)})"
            for reason, ids in open_.items()
        )
    lines += _first(f"Note: {one_line(note)}" for note in results.remarks)
    changed = changes(results)
    if changed:
        lines += ["", *(f"  {one_line(line)}" for line in changed)]
    lines += [
        "",
        sentence(results),
        f"Cases: {results.planned} planned, {results.executed} executed.",
        *_first(f"Left behind: {one_line(each.text, MAX_LEFT)}" for each in results.left),
        f"Report: {folder / 'index.html'} ({results.seconds:.1f} s, exit {results.exit_code})",
    ]
    return visible("\n".join(lines)) + "\n"


def _first_words(results: Results) -> list[str]:
    """What came of the run, where more is said before its last line, and what a stricter profile would make of it."""
    if not results.outcomes(Verdict.FAIL, Verdict.ERROR, Verdict.WARN):
        return []
    stricter = words.stricter(results)
    return ["", sentence(results), *([stricter] if stricter else [])]


def _warning(results: Results, row: RequirementResult, outcome: Outcome, group: CauseGroup | None) -> str:
    why = words.only_warns(results, row, outcome)
    terms = f"{row.level}{f', {why}' if why else ''}"
    cause = f"likely follows from {group.requirement}: " if group else ""
    return f"  {row.id} ({terms}) on {outcome.operation}: {cause}{one_line(outcome.message)}"


def _failures(results: Results, known: Sequence[CauseGroup]) -> list[str]:
    lines: list[str] = []
    failures = results.outcomes(Verdict.FAIL, Verdict.ERROR)
    present = {(row.id, outcome.operation) for row, outcome in failures}
    for row, outcome, group in causes.arranged(failures, known)[:MAX_FAILURES]:
        if group and (group.requirement, outcome.operation) in present:
            verdict = outcome.verdict.upper()
            lines.append(f"            {verdict} {row.id} ({row.level}): {one_line(outcome.message, MAX_FOLLOWING)}")
            continue
        lines += [
            "",
            f"{outcome.verdict.upper()} {row.id} ({row.level}, {row.source})",
            f"  {row.statement}",
            f"  on        {outcome.operation}",
        ]
        if outcome.expected or outcome.actual:
            lines += [f"  expected  {one_line(outcome.expected)}", f"  actual    {one_line(outcome.actual)}"]
        else:
            lines.append(f"  {one_line(outcome.message)}")
        if outcome.curl:
            lines.append(f"  replay    {visible(outcome.curl)}")
        if group:
            lines.append(f"  cause     likely that of {group.requirement}, a warning: {group.says}")
        lines += _cause(row, outcome, known, present)
    if len(failures) > MAX_FAILURES:
        lines += ["", f"… and {plural(len(failures) - MAX_FAILURES, 'failure')} more: see results.json"]
    return lines


def _cause(
    row: RequirementResult, outcome: Outcome, known: Sequence[CauseGroup], present: Collection[tuple[str, str]]
) -> list[str]:
    """What is likely behind a failure, and before the failures that likely follow from it, how many there are."""
    group = next((g for g in known if g.requirement == row.id and outcome.operation in g.operations), None)
    if group is None:
        return []
    failures = [name for name in group.follows if (name, outcome.operation) in present]
    others = [name for name in group.follows if name not in failures]
    lines = [f"  cause     likely: {group.says}"]
    if others:
        lines.append(f"  follows   likely from it, below: {words.first_few(others)}")
    if failures:
        lines.append(f"  follows   likely from it, {plural(len(failures), 'failure')}:")
    return lines


def _first(lines: Iterable[str]) -> list[str]:
    """As many lines as somebody would read, and how many more there are."""
    found = list(lines)
    more = len(found) - MAX_LINES
    return [*found[:MAX_LINES], f"  … and {more} more: see results.json"] if more > 0 else found
