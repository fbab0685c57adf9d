"""summary.md: what a pull request or a chat needs to know of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from graph_contracts.report import causes
from graph_contracts.report.causes import CauseGroup
from graph_contracts.report.headline import sentence
from graph_contracts.report.results import LEVELS, Outcome, RequirementResult, Results, Verdict
from graph_contracts.report.visible import one_line
from graph_contracts.report.words import SIGNS, changes, conventions, only_warns, plural, stricter

MAX_TOLD = 200
"""Outcomes of a kind: what shows such a page takes a megabyte at most."""


def render(results: Results) -> str:
    """The page; every byte of the target in it is escaped."""
    lines = [
        f"## {escape(sentence(results))}",
        "",
        *([stricter(results), ""] if stricter(results) else []),
        _run(results),
        *([escape(said)] if (said := conventions(results)) else []),
        "",
        "| Level | " + " | ".join(f"{SIGNS[verdict]} {verdict}" for verdict in Verdict) + " |",
        "|---|" + "---:|" * len(Verdict),
    ]
    for level in LEVELS:
        rows = [row for row in results.requirements if row.level == level]
        counts = [sum(row.verdict is verdict for row in rows) for verdict in Verdict]
        lines.append(f"| {level} | " + " | ".join(str(count or "") for count in counts) + " |")
    known = causes.groups(results)
    changed = changes(results)
    if changed:
        lines += ["", "### What changed", "", *(f"- {escape(line)}" for line in changed)]
    for title, verdicts in (
        ("Failures", (Verdict.FAIL, Verdict.ERROR)),
        ("Known failures", (Verdict.WAIVED,)),
        ("Warnings", (Verdict.WARN,)),
    ):
        found = causes.arranged(results.outcomes(*verdicts), known)
        if found:
            lines += ["", f"### {title}", ""]
            lines += _told(results, found[:MAX_TOLD])
            if len(found) > MAX_TOLD:
                lines.append(f"- and {len(found) - MAX_TOLD} more, in results.json")
    return "\n".join(lines) + "\n"


def _told(results: Results, found: Sequence[tuple[RequirementResult, Outcome, CauseGroup | None]]) -> Iterator[str]:
    """A line for each outcome, indented where it likely follows from one above it."""
    above: set[tuple[str, str]] = set()
    for row, outcome, group in found:
        above.add((row.id, outcome.operation))
        nested = group is not None and (group.requirement, outcome.operation) in above
        cause = f", likely follows from `{group.requirement}`" if group and not nested else ""
        why = only_warns(results, row, outcome)
        terms = f"{row.level}{f', {why}' if why else ''}; {row.source}"
        said = f"`{row.id}` on {code(outcome.operation)}{cause}: {escape(outcome.message)} ({escape(terms)})"
        yield f"{'  - likely follows from it: ' if nested else '- '}{said}"


LOOKALIKES = str.maketrans("`|<>", "ˋ∣‹›")
"""Inside a code span nothing can be escaped."""


def _run(results: Results) -> str:
    return (
        f"Target {code(results.target_url)}, contract “{escape(results.contract_title)}”, profile {results.profile}, "
        f"seed {results.seed}, {results.executed} of {results.planned} planned cases run, "
        f"{plural(results.exchanges, 'exchange')} in {results.seconds:.1f} s."
    )


def escape(text: str) -> str:
    """Text on one line in which nothing is markup, an address that becomes a link, or the name of somebody."""
    pieces = re.split(r"([\w.+-]*@[\w.-]+)", one_line(text))
    return "".join(code(piece) if at % 2 else _plain(piece) for at, piece in enumerate(pieces))


def _plain(text: str) -> str:
    escaped = re.sub(r"([\\`*_{}\[\]()#+!|<>~@-])", r"\\\1", text).replace("&", "&amp;")
    return re.sub(r"(?i)(?<=http)(?=://)|(?<=https)(?=://)|(?<=ftp)(?=://)|(?<=\bwww)(?=\.)", r"\\", escaped)


def code(text: str) -> str:
    """The same as a code span."""
    return f"`{one_line(text).translate(LOOKALIKES)}`"
