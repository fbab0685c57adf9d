"""The end of a terminal run: what was learned, failures in full, warnings in a line each, and one sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from graph_contracts.report.headline import sentence
from graph_contracts.report.results import Results, Verdict
from graph_contracts.report.visible import one_line, visible
from graph_contracts.report.words import changes, first_few, plural

MAX_FAILURES = 100
"""Failures that are shown in full; a run over a thousand operations can have a hundred thousand."""
MAX_LEFT = 1000
"""Characters of a line that says what could not be put back."""
MAX_LINES = 200
"""Lines of anything else."""


def render(results: Results, folder: Path) -> str:
    """The text; every byte of the target in it is made visible."""
    lines = ["", "Learned about the target:"] if results.capabilities else []
    lines += _first(f"  {one_line(row['name'])}: {one_line(row['value'])}" for row in results.capabilities)
    lines += _failures(results)
    known = results.outcomes(Verdict.WAIVED)
    if known:
        lines += ["", "Known failures:"]
        lines += _first(f"  {row.id} on {o.operation}: {one_line(o.message)}" for row, o in known)
    warnings = results.outcomes(Verdict.WARN)
    if warnings:
        lines += ["", f"{plural(len(warnings), 'warning')}:"]
        lines += _first(f"  {row.id} on {o.operation}: {one_line(o.message)}" for row, o in warnings)
    open_: dict[str, list[str]] = defaultdict(list)
    for row, outcome in results.outcomes(Verdict.INCONCLUSIVE):
        if row.id not in open_[outcome.message]:
            open_[outcome.message].append(row.id)
    if open_:
        lines += ["", "Not judged:"]
        lines += _first(
            f"  {one_line(reason)}: {plural(len(ids), 'requirement')} ({first_few(ids)})"
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


def _failures(results: Results) -> list[str]:
    lines: list[str] = []
    failures = results.outcomes(Verdict.FAIL, Verdict.ERROR)
    for row, outcome in failures[:MAX_FAILURES]:
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
    if len(failures) > MAX_FAILURES:
        lines += ["", f"… and {plural(len(failures) - MAX_FAILURES, 'failure')} more: see results.json"]
    return lines


def _first(lines: Iterable[str]) -> list[str]:
    """As many lines as somebody would read, and how many more there are."""
    found = list(lines)
    more = len(found) - MAX_LINES
    return [*found[:MAX_LINES], f"  … and {more} more: see results.json"] if more > 0 else found
