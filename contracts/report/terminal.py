"""The end of a terminal run: what was learned, failures in full, warnings in a line each, and one sentence."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from contracts.report.results import Results, Verdict
from contracts.report.visible import one_line, visible
from contracts.report.words import changed, plural, sentence


def render(results: Results, folder: Path) -> str:
    """The text; every byte of the target in it is made visible."""
    lines = ["", "Learned about the target:"] if results.capabilities else []
    lines += [f"  {one_line(row['name'])}: {one_line(row['value'])}" for row in results.capabilities]
    for row, outcome in results.outcomes(Verdict.FAIL, Verdict.ERROR):
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
    known = results.outcomes(Verdict.WAIVED)
    if known:
        lines += ["", "Known failures:"]
        lines += [f"  {row.id} on {o.operation}: {one_line(o.message)}" for row, o in known]
    warnings = results.outcomes(Verdict.WARN)
    if warnings:
        lines += ["", f"{plural(len(warnings), 'warning')}:"]
        lines += [f"  {row.id} on {o.operation}: {one_line(o.message)}" for row, o in warnings]
    open_: dict[str, list[str]] = defaultdict(list)
    for row, outcome in results.outcomes(Verdict.INCONCLUSIVE):
        if row.id not in open_[outcome.message]:
            open_[outcome.message].append(row.id)
    if open_:
        lines += ["", "Not judged:"]
        lines += [f"  {one_line(reason)}: {', '.join(ids)}" for reason, ids in open_.items()]
    lines += [f"Note: {one_line(note)}" for note in results.notes]
    changes = changed(results)
    if changes:
        lines += ["", *(f"  {one_line(line)}" for line in changes)]
    lines += [
        "",
        sentence(results),
        f"Cases: {results.planned} planned, {results.executed} executed.",
        f"Report: {folder / 'index.html'} ({results.seconds:.1f} s, exit {results.exit_code})",
    ]
    return visible("\n".join(lines)) + "\n"
