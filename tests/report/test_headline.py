"""The first words of every report: what a run was, how much of one, and what gates, from results alone."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from graph_contracts.report import badge, github, html, junit, markdown, terminal
from graph_contracts.report.change import Change, Kind, Since
from graph_contracts.report.headline import headline
from graph_contracts.report.results import Results, exit_code, with_exit_code
from graph_contracts.report.scope import RECORDING, Scope
from graph_contracts.report.screen import Screen
from graph_contracts.report.waiver import Waivers
from tests.report.samples import FIRST, SECOND, row, run

WIDE = Screen(width=1000)
SELECTED = Scope(120, 2, ("--select",))
PASSED, FAILED, WARNED, WAIVED, OPEN = (
    row(f"update.a.{verdict[:4]}", verdict) for verdict in ("pass", "fail", "warn", "waived", "inconclusive")
)
ALSO = row("update.b.pass", "pass")
STALE = Waivers("known.yaml", problems=("known.yaml:1: update.a.a: now passes: remove this entry",))
WORSE = Since("before.json", "2026", (Change("update.a.warn", FIRST, Kind.WORSE, "pass", "warn"),))
SAME = Since("before.json", "2026")
HALF = tuple(row(f"update.c.r{number}", "inconclusive", "pass") for number in range(50))
PART = {"group": 1, "splits": 2, "selection": "x"}
SHOWN = Scope(120, 2, (RECORDING,))

TABLE: dict[str, tuple[Results, str, str, int]] = {
    "whole": (run(PASSED, ALSO), "The target conforms: 2 requirements passed, none failed.", "conforms", 0),
    "whole by its scope": (
        run(PASSED, scope=Scope(1, 2)),
        "The target conforms: 1 requirement passed, none failed.",
        "conforms",
        0,
    ),
    "whole, with warnings and gaps": (
        run(PASSED, WARNED, OPEN),
        "The target conforms: 1 requirement passed, none failed, 1 with a warning; 1 could not be judged.",
        "conforms",
        0,
    ),
    "failed": (
        run(PASSED, FAILED, WARNED),
        "The target does not conform: 1 requirement failed, 1 passed, 1 with a warning.",
        "1 failed",
        1,
    ),
    "selected": (
        run(PASSED, ALSO, scope=SELECTED),
        "Partial run (--select): 2 of 120 requirements tested, both passed.",
        "2 of 120 passed",
        0,
    ),
    "selected one": (
        run(PASSED, scope=SELECTED),
        "Partial run (--select): 1 of 120 requirements tested, and it passed.",
        "1 of 120 passed",
        0,
    ),
    "selected, with more than passes": (
        run(PASSED, WARNED, OPEN, scope=SELECTED),
        (
            "Partial run (--select): 2 of 120 requirements tested: 1 passed, none failed, 1 with a warning; "
            "1 could not be judged."
        ),
        "1 of 120 passed, 1 warning",
        0,
    ),
    "selected and failed": (
        run(PASSED, FAILED, scope=SELECTED),
        (
            "The target does not conform: 1 requirement failed, 1 passed. "
            "Partial run (--select): 2 of 120 requirements tested."
        ),
        "1 failed, 2 of 120 tested",
        1,
    ),
    "selected, nothing judged": (
        run(OPEN, scope=SELECTED),
        "Inconclusive: nothing could be judged. Partial run (--select): 0 of 120 requirements tested.",
        "inconclusive",
        3,
    ),
    "one operation of several": (
        run(PASSED, operations=(FIRST,), scope=Scope(120, 5, ("--operation",))),
        "Partial run (--operation): 1 of 120 requirements tested on 1 of the document's 5 operations, and it passed.",
        "1 of 120 passed",
        0,
    ),
    "only reads": (
        run(PASSED, OPEN, scope=Scope(120, 2, ("--read-only", "--max-examples 0"))),
        (
            "Partial run (--read-only, --max-examples 0): 1 of 120 requirements tested, and it passed; "
            "1 could not be judged."
        ),
        "1 of 120 passed",
        0,
    ),
    "a part": (
        run(PASSED, ALSO, shard=PART, scope=Scope(120, 2)),
        "Part 1 of 2: 2 of 120 requirements tested, both passed.",
        "2 of 120 passed",
        0,
    ),
    "a part, of before there were scopes": (
        run(PASSED, shard=PART),
        "Part 1 of 2: 1 requirement tested, and it passed.",
        "1 of 1 passed",
        0,
    ),
    "a recording": (
        run(PASSED, ALSO, scope=SHOWN),
        "No violation in this recording; 2 of 120 requirements can be seen in it.",
        "2 of 120 passed",
        0,
    ),
    "a recording that draws a warning": (
        run(PASSED, WARNED, scope=SHOWN),
        "No failure in this recording, 1 with a warning; 2 of 120 requirements can be seen in it.",
        "1 of 120 passed, 1 warning",
        0,
    ),
    "a recording of a failure": (
        run(PASSED, FAILED, scope=SHOWN),
        (
            "This recording shows that the target does not conform: 1 requirement failed, 1 passed. "
            "2 of 120 requirements can be seen in it."
        ),
        "1 failed, 2 of 120 tested",
        1,
    ),
    "known failures": (
        run(PASSED, WAIVED, baseline=Waivers("known.yaml")),
        "No new failures: 1 requirement passed, none failed; 1 known failure is waived by the baseline.",
        "1 known failure",
        0,
    ),
    "a stale baseline": (
        run(PASSED, baseline=STALE),
        (
            "The gate fails: the baseline is out of date in 1 place. No requirement failed: 1 requirement passed, "
            "none failed."
        ),
        "baseline out of date",
        1,
    ),
    "a stale baseline beside a failure": (
        run(PASSED, FAILED, baseline=STALE),
        "The target does not conform: 1 requirement failed, 1 passed. The baseline is out of date in 1 place.",
        "1 failed",
        1,
    ),
    "worse than before": (
        run(PASSED, WARNED, since=WORSE, fail_on="regression"),
        (
            "The gate fails: 1 verdict got worse since the earlier run. No requirement failed: 1 requirement passed, "
            "none failed, 1 with a warning."
        ),
        "worse than before",
        1,
    ),
    "no worse than before": (
        run(PASSED, FAILED, since=SAME, fail_on="regression"),
        (
            "The target does not conform: 1 requirement failed, 1 passed. "
            "Nothing got worse since the earlier run, and only that gates."
        ),
        "1 failed, none worse",
        0,
    ),
    "no worse as far as it came": (
        run(PASSED, FAILED, since=SAME, fail_on="regression", complete=False, executed=1),
        (
            "The target does not conform: 1 requirement failed, 1 passed. The run ended early: 1 of 2 cases were run. "
            "Whether anything got worse since the earlier run is inconclusive."
        ),
        "1 failed, incomplete",
        3,
    ),
    "nothing passed": (
        run(WARNED),
        (
            "No requirement failed, and none passed on every operation: 0 requirements passed, none failed, "
            "1 with a warning."
        ),
        "0 passed, 1 warning",
        0,
    ),
    "nothing at all": (run(), "Inconclusive: nothing could be judged.", "inconclusive", 3),
    "ended early": (
        run(PASSED, OPEN, complete=False, executed=1),
        (
            "Inconclusive: the run ended early: 1 of 2 cases were run; 1 requirement passed, none failed; "
            "1 could not be judged."
        ),
        "incomplete",
        3,
    ),
    "all cases run, and one resource could not be tested": (
        run(*HALF, complete=False),
        (
            f"Inconclusive: 1 of 2 operations could not be tested ({FIRST}; see the notes); "
            "50 requirements passed on some operations and could not be judged on others, none failed."
        ),
        "incomplete",
        3,
    ),
    "all cases run, one resource could not be tested, and nothing was to be tested of another operation": (
        run(*HALF, complete=False, operations=(FIRST, SECOND, "GET /c")),
        (
            f"Inconclusive: 1 of 2 operations could not be tested ({FIRST}; see the notes); "
            "50 requirements passed on some operations and could not be judged on others, none failed."
        ),
        "incomplete",
        3,
    ),
    "all cases run, and the only operation could not be tested": (
        run(OPEN, operations=(FIRST,), complete=False),
        f"Inconclusive: {FIRST} could not be tested (see the notes).",
        "incomplete",
        3,
    ),
    "all cases run, and something else was wrong": (
        run(PASSED, complete=False),
        "Inconclusive: something that the verdict needs is missing (see the notes); 1 requirement passed, none failed.",
        "incomplete",
        3,
    ),
    "every requirement open somewhere": (
        run(row("update.a.b", "inconclusive", "pass"), row("update.a.c", "pass", "inconclusive")),
        (
            "No requirement failed, and none passed on every operation: "
            "2 requirements passed on some operations and could not be judged on others, none failed."
        ),
        "2 passed in part",
        0,
    ),
    "an operation lacks an id": (
        run(row("update.a.b", "pass", "inconclusive"), row("update.a.c", "pass", "inconclusive"), lacking=SECOND),
        (
            "No requirement failed: 2 requirements passed, none failed. "
            f"{SECOND} could not be tested: give --id b.id=VALUE."
        ),
        "2 passed, 1 operation untested",
        0,
    ),
    "an operation lacks an id, and another fails": (
        run(row("update.a.b", "fail", "inconclusive"), lacking=SECOND),
        (
            "The target does not conform: 1 requirement failed, 0 passed. "
            f"{SECOND} could not be tested: give --id b.id=VALUE."
        ),
        "1 failed, 1 operation untested",
        1,
    ),
    "every operation lacks an id": (
        run(row("update.a.b", "inconclusive", "inconclusive"), lacking=""),
        (
            "Inconclusive: nothing could be judged. "
            f"2 of 2 operations could not be tested ({FIRST}, {SECOND}): give --id b.id=VALUE."
        ),
        "inconclusive",
        3,
    ),
    "one operation lacks an id, and the target kept another from being tested": (
        run(row("update.a.b", "inconclusive", "inconclusive"), lacking=SECOND, complete=False),
        (
            f"Inconclusive: 1 of 2 operations could not be tested ({FIRST}; see the notes). "
            f"{SECOND} could not be tested: give --id b.id=VALUE."
        ),
        "incomplete",
        3,
    ),
    "a defect of the suite": (
        run(PASSED, row("update.a.d", "error")),
        "Inconclusive: the suite could not decide 1 requirement (a defect of ours); 1 requirement passed, none failed.",
        "inconclusive",
        3,
    ),
}


@pytest.mark.parametrize(("results", "sentence", "stamp", "code"), TABLE.values(), ids=TABLE)
def test_sentence_badge_and_exit_code_say_the_same(results: Results, sentence: str, stamp: str, code: int) -> None:
    assert (headline(results).sentence, headline(results).badge, exit_code(results)) == (sentence, stamp, code)


@pytest.mark.parametrize("results", [each[0] for each in TABLE.values()], ids=TABLE)
def test_only_a_whole_run_that_may_pass_is_good_news(results: Results) -> None:
    said = headline(results)
    assert ("The target conforms" in said.sentence) == (said.badge == "conforms") == (said.tone == "good")
    told = badge.endpoint(results)
    assert told["isError"] == (exit_code(results) != 0)
    if said.tone == "good":
        assert exit_code(results) == 0
    assert (told["color"] == badge.COLOURS[said.tone].removeprefix("#")) == (said.badge in badge.render(results))


@pytest.mark.parametrize("results", [each[0] for each in TABLE.values()], ids=TABLE)
def test_every_report_begins_with_the_sentence(results: Results) -> None:
    results = with_exit_code(results, exit_code(results))
    said = headline(results).sentence
    assert f"\n{said}\n" in terminal.render(results, Path("reports"), WIDE)
    assert markdown.render(results).splitlines()[0] == f"## {markdown.escape(said)}"
    assert f"<span>{escape(said)}</span></h1>" in html.render(results, [])
    assert f'name="summary" value="{said}"' in junit.render(results)


def test_an_interrupted_run_says_so() -> None:
    results = run(PASSED, complete=False, executed=1, exit_code=130)
    assert headline(results).sentence.startswith("Inconclusive: the run was interrupted: 1 of 2 cases were run;")
    assert headline(replace(results, executed=2)).sentence.startswith("Inconclusive: the run was interrupted;")


@pytest.mark.parametrize(
    ("name", "notices"), [("whole", 0), ("selected", 1), ("a recording", 1), ("known failures", 1)]
)
def test_in_actions_what_limits_a_run_is_a_notice(name: str, notices: int) -> None:
    out = io.StringIO()
    github.announce(TABLE[name][0], out, {"GITHUB_ACTIONS": "true"})
    assert out.getvalue().count("::notice title=Graph contract::") == notices


def test_the_page_of_a_partial_run_claims_nothing_of_what_was_not_tested() -> None:
    assert "and was tested holds" in html.render(TABLE["selected"][0], [])
    assert "and applies to this target holds" in html.render(TABLE["whole"][0], [])


def test_many_requirements_that_could_not_be_judged_are_counted_and_the_first_are_named() -> None:
    many = run(PASSED, *(row(f"update.a.n{number}", "inconclusive") for number in range(300)))
    (line,) = [line for line in terminal.render(many, Path("reports"), WIDE).splitlines() if "update.a.n0" in line]
    assert "300 requirements (update.a.n0, " in line
    assert "and 298 more, see the report" in line
    assert len(line) < 300
    page = html.render(many, [])
    assert "<summary>295 more requirements</summary>" in page
    assert '<a href="#r-update.a.n299">' in page.partition("295 more requirements")[2]


def test_requirements_that_a_later_run_left_out_are_counted_and_the_first_are_named() -> None:
    gone = tuple(Change(f"update.a.n{number}", SECOND, Kind.UNTESTED, "pass", "") for number in range(118))
    text = terminal.render(run(PASSED, since=Since("before.json", "2026", gone)), Path("reports"), WIDE)
    (line,) = [line for line in text.splitlines() if "not in the later run" in line]
    assert "118 requirements not in the later run: update.a.n0, " in line
    assert line.endswith("and 113 more, see the earlier results.json")


@pytest.mark.parametrize("scope", [None, SELECTED, SHOWN, Scope(3, 1)])
def test_the_scope_is_read_back_as_it_was_written(scope: Scope | None) -> None:
    data: dict[str, Any] = run(PASSED, scope=scope).to_json()
    assert Results.from_json(data).scope == scope
