"""What is said of warnings: how many a stricter profile would fail, and why one is only a warning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from graph_contracts.report import html, markdown, terminal
from graph_contracts.report.results import RequirementResult
from graph_contracts.report.screen import Screen
from graph_contracts.report.waiver import Waiver, Waivers
from graph_contracts.report.words import only_warns, stricter, waivers
from tests.report.samples import row, run

ODATA, HTTP = ("odata", "http"), ("http",)


def warned(
    name: str, fails_in: Sequence[str] = (), *, level: str = "SHOULD", gates: Sequence[str] = ()
) -> RequirementResult:
    """A requirement that warns, with the profiles in which this finding and in which a breach of it fails."""
    found = row(name, "warn", level=level)
    outcomes = tuple(replace(each, gates=tuple(fails_in)) for each in found.outcomes)
    return replace(found, outcomes=outcomes, gates=tuple(gates or fails_in))


PROMOTED = warned("update.a.promoted", ODATA)
IGNORED = warned("update.a.ignored", HTTP, level="MUST")
GRADED = warned("update.a.graded", level="MUST", gates=("page", "odata", "http"))
PLAIN = warned("update.a.plain")


@pytest.mark.parametrize(
    ("rows", "profile", "said"),
    [
        ((PLAIN, GRADED), "page", ""),
        ((PROMOTED,), "page", "1 requirement that only warns would fail with --profile odata."),
        (
            (PROMOTED, warned("update.a.b", ODATA), PLAIN),
            "page",
            "2 requirements that only warn would fail with --profile odata.",
        ),
        (
            (PROMOTED, IGNORED),
            "page",
            "1 requirement that only warns would fail with --profile odata, 2 with --profile http.",
        ),
        ((IGNORED,), "page", "1 requirement that only warns would fail with --profile http."),
        ((IGNORED,), "odata", "1 requirement that only warns would fail with --profile http."),
        ((PROMOTED, IGNORED), "http", ""),
    ],
)
def test_what_a_stricter_profile_would_fail_is_counted(
    rows: tuple[RequirementResult, ...], profile: str, said: str
) -> None:
    assert stricter(run(*rows, profile=profile)) == said


def test_a_must_says_why_it_only_warns() -> None:
    results = run(PROMOTED, IGNORED, GRADED, PLAIN)
    why = {each.id.rpartition(".")[2]: only_warns(results, each, each.outcomes[0]) for each in results.requirements}
    assert why == {
        "promoted": "fails with --profile odata",
        "ignored": "only a warning, since deployed services widely ignore it; fails with --profile http",
        "graded": "only a warning, since what was seen is less than a clear breach",
        "plain": "",
    }


def test_the_most_serious_comes_first_and_the_first_lines_count(tmp_path: Path) -> None:
    results = run(PLAIN, PROMOTED, GRADED, IGNORED, row("update.a.fails", "fail"))
    ids = [found.id for found, _ in results.outcomes(*{o.verdict for r in results.requirements for o in r.outcomes})]
    assert ids == [f"update.a.{name}" for name in ("fails", "ignored", "graded", "promoted", "plain")]
    said = "1 requirement that only warns would fail with --profile odata, 2 with --profile http."
    printed = terminal.render(results, tmp_path, Screen(width=1000, verbose=True))
    assert printed.splitlines()[-2] == said
    assert "update.a.ignored (MUST, only a warning, since deployed services" in printed
    page = html.render(results, [])
    assert page.index(said) < page.index("<main")
    assert markdown.render(results).splitlines()[2] == said


@pytest.mark.parametrize(
    ("waived", "problems", "said"),
    [
        ((), (), "0 known failures waived, no entry out of date"),
        ((("a", "one"),), ("x",), "1 known failure waived, 1 entry out of date"),
        ((("a", "one"), ("a", "two")), ("x", "y"), "1 known failure waived, 2 times in all, 2 entries out of date"),
    ],
)
def test_what_a_baseline_came_to_counts_requirements(
    waived: tuple[tuple[str, str], ...], problems: tuple[str, ...], said: str
) -> None:
    known = tuple(Waiver(requirement, operation, "because") for requirement, operation in waived)
    assert waivers(Waivers("known.yaml", known, problems)) == said
