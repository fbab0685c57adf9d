"""summary.md: what a pull request or a chat needs to know of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph_contracts.report import brief, untested, view
from graph_contracts.report.brief import Brief
from graph_contracts.report.headline import lacking, sentence
from graph_contracts.report.results import LEVELS, Results
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.view import VerdictSection
from graph_contracts.report.visible import one_line
from graph_contracts.report.words import SIGNS, amount, changes, conventions, plural, stricter

MAX_TOLD = 200
"""Requirements of a kind: what shows such a page takes a megabyte at most."""


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
    if missing := untested.lacking(lacking(results)):
        lines += ["", "### Not tested", "", *(f"- {escape(one_line(line, 1000))}" for line in missing[:MAX_TOLD])]
    changed = changes(results)
    if changed:
        lines += ["", "### What changed", "", *(f"- {escape(line)}" for line in changed)]
    failures, waived, warnings = view.sections(results, (), view.FAILED, (Verdict.WAIVED,), (Verdict.WARN,))
    found = brief.briefs([*failures, *warnings])
    for title, some in (
        ("Failures", [each for each in found if each.section.verdict is not Verdict.WARN]),
        ("Known failures", brief.briefs(waived)),
        ("Warnings", [each for each in found if each.section.verdict is Verdict.WARN]),
    ):
        if some:
            lines += ["", f"### {title}", ""]
            lines += [line for each in some[:MAX_TOLD] for line in _told(results, each)]
            if len(some) > MAX_TOLD:
                lines.append(f"- and {len(some) - MAX_TOLD} more, in results.json")
    return "\n".join(lines) + "\n"


def _told(results: Results, each: Brief) -> Iterator[str]:
    """A requirement with what was expected, what came and the fix, and those that likely follow from it."""
    yield f"- {_line(results, each.section)}"
    if results.baseline and each.section.verdict is Verdict.WAIVED:
        reasons = {w.reason: None for w in results.baseline.waived if w.requirement == each.section.row.id}
        yield f"  - Waived: {escape('; '.join(reasons))}"
    if each.section.row.fix:
        yield f"  - Fix: {_prose(each.section.row.fix)}"
    for group in each.section.part_of:
        yield f"  - Likely follows from `{group.requirement}`: {escape(group.says)}"
    if each.follows:
        says = " ".join(escape(group.says) for group in each.section.shows)
        yield f"  - Likely cause: {says} It likely explains this as well:"
    for other in each.follows:
        yield f"    - {_line(results, other)}"


def _line(results: Results, section: VerdictSection) -> str:
    row = section.row
    terms = [row.level, section.why, brief.where(section, len(results.operations)), row.source]
    inner = escape("; ".join(term for term in terms if term))
    return f"**{_prose(row.statement)}** {escape(brief.expected_and_actual(section))} (`{row.id}`, {inner})"


def _prose(text: str) -> str:
    """Our own sentence, in which backticks make code."""
    return "".join(code(piece) if at % 2 else _spaced(piece) for at, piece in enumerate(text.split("`")))


def _spaced(text: str) -> str:
    """The same escaped, with the spaces at its ends."""
    return f"{' ' * text.startswith(' ')}{escape(text)}{' ' * (text.endswith(' ') and text != ' ')}"


LOOKALIKES = str.maketrans("`|<>", "ˋ∣‹›")
"""Inside a code span nothing can be escaped."""


def _run(results: Results) -> str:
    about = (
        f"Target {code(results.target_url)}, contract “{escape(results.contract_title)}”, profile {results.profile}, "
    )
    if results.scope and results.scope.recorded:
        return f"{about}{amount(results)}."
    return (
        f"{about}seed {results.seed}, {results.executed} of {results.planned} planned cases run, "
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
