"""summary.md: what a pull request or a chat needs to know of a run."""

from __future__ import annotations

import re

from contracts.report.results import LEVELS, Results, Verdict
from contracts.report.visible import one_line
from contracts.report.words import SIGNS, changed, sentence


def render(results: Results) -> str:
    """The page; every byte of the target in it is escaped."""
    lines = [
        f"## {_text(sentence(results))}",
        "",
        _run(results),
        "",
        "| Level | " + " | ".join(f"{SIGNS[verdict]} {verdict}" for verdict in Verdict) + " |",
        "|---|" + "---:|" * len(Verdict),
    ]
    for level in LEVELS:
        rows = [row for row in results.requirements if row.level == level]
        counts = [sum(row.verdict is verdict for row in rows) for verdict in Verdict]
        lines.append(f"| {level} | " + " | ".join(str(count or "") for count in counts) + " |")
    changes = changed(results)
    if changes:
        lines += ["", "### What changed", "", *(f"- {_text(line)}" for line in changes)]
    for title, verdicts in (
        ("Failures", (Verdict.FAIL, Verdict.ERROR)),
        ("Known failures", (Verdict.WAIVED,)),
        ("Warnings", (Verdict.WARN,)),
    ):
        found = results.outcomes(*verdicts)
        if found:
            lines += ["", f"### {title}", ""]
            lines += [
                f"- `{row.id}` on {_code(outcome.operation)}: {_text(outcome.message)} ({_text(row.source)})"
                for row, outcome in found
            ]
    return "\n".join(lines) + "\n"


LOOKALIKES = str.maketrans("`|<>", "ˋ∣‹›")
"""Inside a code span nothing can be escaped."""


def _run(results: Results) -> str:
    return (
        f"Target {_code(results.target_url)}, contract “{_text(results.contract_title)}”, profile {results.profile}, "
        f"seed {results.seed}, {results.executed} of {results.planned} planned cases run, "
        f"{results.exchanges} exchanges in {results.seconds:.1f} s."
    )


def _text(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~@-])", r"\\\1", one_line(text)).replace("&", "&amp;")


def _code(text: str) -> str:
    return f"`{one_line(text).translate(LOOKALIKES)}`"
