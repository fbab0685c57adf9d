"""Several runs side by side: what changed from one to the next, and which implementation keeps which requirement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from graph_contracts.report import untested
from graph_contracts.report.change import Change, Kind
from graph_contracts.report.difference import between
from graph_contracts.report.headline import lacking, sentence
from graph_contracts.report.markdown import code, escape
from graph_contracts.report.results import RequirementResult, Results, summary
from graph_contracts.report.templating import digest, environment, ours
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.view import areas
from graph_contracts.report.visible import one_line, visible
from graph_contracts.report.words import SIGNS, alike, change_lines, when

TITLES: Mapping[Kind, str] = {
    Kind.BROKE: "Regressions",
    Kind.WORSE: "New warnings",
    Kind.UNTESTED: "No longer tested",
    Kind.HEALED: "Fixed",
    Kind.TESTED: "Newly tested",
}


@dataclass(frozen=True)
class Side:
    """One run under the name that it is shown by."""

    name: str
    source: str
    results: Results
    report: str = ""
    """The address of its HTML report, seen from the page that compares; empty where there is none."""

    @property
    def counts(self) -> Mapping[str, int]:
        return summary(self.results)

    def verdict(self, requirement: str) -> Verdict | None:
        """What this run says of a requirement; None where it says nothing."""
        return self._verdicts.get(requirement)

    def link(self, requirement: str) -> str:
        """Where its report shows a requirement; empty where there is no report."""
        return f"{self.report}#r-{requirement}" if self.report else ""

    @cached_property
    def _verdicts(self) -> Mapping[str, Verdict]:
        return {row.id: row.verdict for row in self.results.requirements}


@dataclass(frozen=True)
class Step:
    """What changed from one run to the next."""

    before: Side
    after: Side
    changes: Mapping[Kind, Sequence[Change]]

    @property
    def statements(self) -> Mapping[str, str]:
        """What the requirements say, by id."""
        return {row.id: row.statement for side in (self.before, self.after) for row in side.results.requirements}

    @property
    def tone(self) -> str:
        """How the page shows it: bad where something became worse."""
        return "bad" if _worse(self) else "good"


@dataclass(frozen=True)
class Comparison:
    """All that is said of several runs."""

    sides: tuple[Side, ...]
    """Fewest failures first where there are several targets, else as they were given."""
    steps: tuple[Step, ...]
    rows: tuple[RequirementResult, ...]
    """Every requirement of any run; none where all the runs are of one target."""
    cautions: tuple[str, ...]
    """Why the runs may not be quite comparable."""


def compare(given: Sequence[tuple[str, str, Results]], reports: Mapping[str, str] | None = None) -> Comparison:
    """Compare runs.

    Args:
        given: name (or nothing), source and results of each, the earliest first.
        reports: the addresses of their HTML reports, by source.
    """
    names = _names(given)
    known = reports or {}
    sides = tuple(
        Side(name, source, results, known.get(source, ""))
        for name, (_, source, results) in zip(names, given, strict=True)
    )
    several = len({side.results.target_url for side in sides}) > 1 or any(name for name, _, _ in given)
    pairs = pairwise(sides) if not several or len(sides) == 2 else ()
    steps = tuple(Step(before, after, _by_kind(between(before.results, after.results))) for before, after in pairs)
    if several:
        sides = tuple(sorted(sides, key=_badness))
    rows = {row.id: row for side in sides for row in side.results.requirements} if several else {}
    return Comparison(sides, steps, tuple(rows.values()), tuple(_cautions(sides)))


def regressions(earliest: Results, latest: Results) -> list[Change]:
    """What the latest run does worse than the earliest."""
    return [change for change in between(earliest, latest) if change.gates]


def _worse(step: Step) -> bool:
    return any(change.gates for changes in step.changes.values() for change in changes)


def _names(given: Sequence[tuple[str, str, Results]]) -> list[str]:
    names = [one_line(name or results.target_server or results.target_url, 60) for name, _, results in given]
    counted = Counter(names)
    return [
        name if counted[name] == 1 else f"{name} ({one_line(source, 60)})"
        for name, (_, source, _) in zip(names, given, strict=True)
    ]


def _badness(side: Side) -> tuple[int, ...]:
    """What ranks a run: what it does wrong, whether known or not, then what it draws warnings for or leaves open."""
    counts = side.counts
    return counts["fail"] + counts["waived"], counts["error"], counts["warn"], counts["inconclusive"], -counts["pass"]


def _by_kind(changes: Sequence[Change]) -> dict[Kind, list[Change]]:
    return {kind: found for kind in Kind if (found := [change for change in changes if change.kind is kind])}


def _cautions(sides: Sequence[Side]) -> list[str]:
    lines = [f"{side.name}: {sentence(side.results)}" for side in sides if not side.results.complete]
    for side in sides:
        lines += [f"{side.name}: not tested: {each}" for each in untested.lacking(lacking(side.results))]
    every = {row.id for side in sides for row in side.results.requirements}
    for side in sides:
        absent = len(every) - len(side.results.requirements)
        if absent:
            lines.append(f"{side.name}: not tested for {absent} of {len(every)} requirements.")
    for what, values in (
        ("contracts", {side.results.contract_sha256[:12] for side in sides}),
        ("profiles", {side.results.profile for side in sides}),
        ("versions of the suite", {side.results.version for side in sides}),
    ):
        if len(values) > 1:
            lines.append(f"The runs have different {what}: {', '.join(sorted(values))}.")
    return lines


def _cell(verdict: Verdict | None) -> str:
    return f"{SIGNS[verdict]} {verdict}" if verdict else "absent"


# -- text --------------------------------------------------------------------------------------------------------------


def text(comparison: Comparison) -> str:
    """For a terminal; of the matrix, the requirements that not every implementation passes."""
    lines = [f"caution: {one_line(caution)}" for caution in comparison.cautions]
    for step in comparison.steps:
        lines += ["", f"From {step.before.source} to {step.after.source}:"]
        if not step.changes:
            lines.append("  nothing changed")
        for kind, changes in step.changes.items():
            lines += [f"  {TITLES[kind]} ({_count(changes)})"]
            lines += [f"    {one_line(line, 2000)}" for line in change_lines(changes, step.statements)]
    if comparison.rows:
        letters = [chr(ord("A") + place) if place < 26 else str(place) for place in range(len(comparison.sides))]
        lines += ["", "Implementations, fewest failures first:"]
        for letter, side in zip(letters, comparison.sides, strict=True):
            lines.append(f"  {letter}  {side.name}: {_tally(side)} ({side.source})")
        lines += ["", f"  {' '.join(f'{letter:>2}' for letter in letters)}"]
        kept = 0
        for row in comparison.rows:
            verdicts = [side.verdict(row.id) for side in comparison.sides]
            if set(verdicts) <= {Verdict.PASS}:
                kept += 1
                continue
            signs = " ".join(f"{SIGNS[verdict] if verdict else ' ':>2}" for verdict in verdicts)
            lines.append(f"  {signs}  {row.id}")
        lines.append(f"  {kept} of {len(comparison.rows)} requirements pass everywhere.")
    return visible("\n".join(lines).strip("\n")) + "\n"


def _count(changes: Sequence[Change]) -> int:
    """The requirements that changes are of."""
    return len({change.requirement for change in changes})


def _tally(side: Side) -> str:
    return ", ".join(f"{count} {verdict}" for verdict, count in side.counts.items() if count)


# -- Markdown ----------------------------------------------------------------------------------------------------------


def markdown(comparison: Comparison) -> str:
    """For a pull request or a page."""
    lines = ["# Graph contract: runs compared", ""]
    lines += [f"> {escape(caution)}\n" for caution in comparison.cautions]
    for step in comparison.steps:
        lines += [f"## From {code(step.before.source)} to {code(step.after.source)}", ""]
        if not step.changes:
            lines += ["Nothing changed.", ""]
        for kind, changes in step.changes.items():
            lines += [f"### {TITLES[kind]} ({_count(changes)})", ""]
            lines += [*(f"- {escape(line)}" for line in change_lines(changes, step.statements)), ""]
    if comparison.rows:
        lines += ["## Implementations × requirements", ""]
        lines += [
            f"- **{escape(side.name)}**: {_tally(side)}; {code(side.results.target_url)}, {when(side.results.started)}"
            for side in comparison.sides
        ]
        lines += ["", f"| Requirement | Level | {' | '.join(escape(side.name) for side in comparison.sides)} |"]
        lines.append(f"|---|---|{'---|' * len(comparison.sides)}")
        for row in comparison.rows:
            cells = " | ".join(_cell(side.verdict(row.id)) for side in comparison.sides)
            lines.append(f"| {code(row.id)} | {row.level} | {cells} |")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


# -- HTML --------------------------------------------------------------------------------------------------------------


def html(comparison: Comparison) -> str:
    """One static page without script; everything in it is escaped."""
    style = ours("report.css") + ours("compare.css")
    return (
        environment()
        .get_template("compare.html")
        .render(
            comparison=comparison,
            titles=TITLES,
            alike=alike,
            count=_count,
            areas=areas(comparison.rows),
            tally=_tally,
            style=style,
            style_hash=digest(style),
        )
    )
