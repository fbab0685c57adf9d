"""index.html: the conformance report as one static file, readable without script, by a screen reader and on paper."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from graph_contracts.json_types import JsonMapping
from graph_contracts.report import brief, untested, view, words
from graph_contracts.report.headline import headline, is_partial, lacking
from graph_contracts.report.left import MAX_MEMBERS_NAMED
from graph_contracts.report.results import LEVELS, Results, summary
from graph_contracts.report.templating import digest, environment, ours
from graph_contracts.report.verdict import Verdict

MAX_BRIEF = 4
"""Failures and warnings that the first screen has room for; the others are folded below them."""
EXITS = {0: "passes the gate", 1: "does not pass the gate", 2: "unusable", 3: "inconclusive", 130: "interrupted"}


def render(results: Results, evidence: Sequence[JsonMapping]) -> str:
    """The page; everything in it is escaped, and what could steer a reader's eye is made visible."""
    areas = view.areas(results.requirements)
    style = ours("report.css") + _area_filters(len(areas))
    script = ours("report.js")
    failures, warnings, waived = view.sections(results, evidence, view.FAILED, (Verdict.WARN,), (Verdict.WAIVED,))
    counts = summary(results)
    return (
        environment()
        .get_template("index.html")
        .render(
            results=results,
            said=headline(results),
            partial=is_partial(results) or bool(lacking(results)),
            untested=untested.lacking(lacking(results)),
            recorded=bool(results.scope and results.scope.recorded),
            waivers=words.waivers(results.baseline) if results.baseline else "",
            when=words.when(results.started),
            counts=counts,
            table=_table(results),
            exits={results.exit_code: EXITS.get(results.exit_code, "")},
            changes=words.changes(results),
            failures=failures,
            warnings=warnings,
            waived=waived,
            open=view.reasons(results),
            briefs=brief.briefs(failures + warnings),
            conventions=words.convention_names(results),
            stricter=words.stricter(results),
            most=MAX_BRIEF,
            named=words.MAX_NAMED,
            members_named=MAX_MEMBERS_NAMED,
            areas=areas,
            places={area: place for place, (area, _) in enumerate(areas, 1)},
            matrix=view.matrix(results),
            operations=view.operations(results),
            total=len(results.operations),
            columns=view.MAX_COLUMNS,
            capabilities=view.capabilities(results),
            present=[verdict for verdict in Verdict if counts[verdict]],
            style=style,
            style_hash=digest(style),
            script=script,
            script_hash=digest(script),
            levels=words.LEVEL_MEANINGS,
            verdicts=list(Verdict),
        )
    )


def _area_filters(count: int) -> Markup:
    """The rules by which choosing an area hides the others, without script."""
    rules = (
        f'body:has(#fs option[value="s{place}"]:checked) .item:not(.s{place}){{display:none}}\n'
        for place in range(1, count + 1)
    )
    return Markup("".join(rules))  # noqa: S704 (numbers)


def _table(results: Results) -> list[tuple[Verdict, list[int]]]:
    """How many requirements of each level have each verdict, and how many in all."""
    rows = []
    for verdict in Verdict:
        counts = [sum(r.level == level and r.verdict is verdict for r in results.requirements) for level in LEVELS]
        rows.append((verdict, [*counts, sum(counts)]))
    return rows
