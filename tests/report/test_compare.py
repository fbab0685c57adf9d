"""Runs side by side and parts put together."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from graph_contracts import cli
from graph_contracts.errors import ResultsError
from graph_contracts.report import compare, merge
from graph_contracts.report.evidence import finder
from graph_contracts.report.headline import is_partial
from graph_contracts.report.results import Results
from graph_contracts.report.results_reader import Run
from graph_contracts.report.verdict import Verdict
from tests.report.samples import EVIL, FIRST, SECOND, evidence, row, run

RENDERINGS: dict[str, Callable[[compare.Comparison], str]] = {
    "text": compare.text,
    "markdown": compare.markdown,
    "html": lambda comparison: compare.html(comparison).replace("<wbr>", ""),
}
BEFORE = run(row("update.a.b", "pass"), row("update.a.c", "fail"), row("update.a.d", "pass"), row("update.a.e", "pass"))
AFTER = run(row("update.a.b", "fail"), row("update.a.c", "pass"), row("update.a.d"), row("update.a.e", "pass"))


def two(before: Results = BEFORE, after: Results = AFTER) -> compare.Comparison:
    return compare.compare([("", "before.json", before), ("", "after.json", after)])


# -- compare -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", RENDERINGS)
def test_two_runs_of_one_target_tell_what_broke_healed_and_is_no_longer_tested(form: str) -> None:
    text = RENDERINGS[form](two())
    broke, untested, healed = (text.index(word) for word in ("Regressions (1)", "No longer tested (1)", "Fixed (1)"))
    assert broke < text.index("update.a.b") < untested < text.index("update.a.d") < healed < text.index("update.a.c")
    assert "update.a.e" not in text


@pytest.mark.parametrize("form", RENDERINGS)
def test_runs_that_are_the_same_are_said_to_be(form: str) -> None:
    assert "othing changed" in RENDERINGS[form](two(BEFORE, BEFORE))


@pytest.mark.parametrize("form", RENDERINGS)
def test_several_targets_make_a_matrix_with_the_fewest_failures_first(form: str) -> None:
    worst = replace(AFTER, requirements=(*AFTER.requirements, row("update.a.f", "fail")))
    best = run(*(row(each.id, "pass") for each in BEFORE.requirements))
    given = [("Worst", "1.json", worst), ("Best", "2.json", best), ("Middling", "3.json", BEFORE)]
    text = RENDERINGS[form](compare.compare(given))
    assert text.index("Best") < text.index("Middling") < text.index("Worst")
    assert "update.a.f" in text


def test_the_matrix_has_a_cell_for_each_implementation_and_requirement() -> None:
    text = compare.markdown(compare.compare([("one", "1", BEFORE), ("two", "2", run(row("update.a.b", "warn")))]))
    (line,) = [each for each in text.splitlines() if each.startswith("| `update.a.c`")]
    assert line == "| `update.a.c` | MUST | absent | ✗ fail |"


def test_changes_that_are_alike_are_told_once_and_what_a_run_did_not_have_in_one_line() -> None:
    before = run(row("update.a.b", "pass", "pass"), row("update.a.c", "pass", "pass"), row("update.a.d", "pass"))
    text = compare.text(two(before, run(row("update.a.b", "fail", "fail"))))
    assert "Statement text. [update.a.b] on 2 operations (pass → fail): actual text" in text
    assert "2 requirements not in the later run: update.a.c, update.a.d" in text
    assert "not tested for 2 of 3 requirements" in text


def test_a_known_failure_ranks_as_a_failure() -> None:
    given = [("Known", "1", run(row("update.a.b", "waived"))), ("Sound", "2", run(row("update.a.b", "warn")))]
    assert [side.name for side in compare.compare(given).sides] == ["Sound", "Known"]


def test_runs_that_are_not_quite_comparable_are_cautioned_about() -> None:
    other = replace(AFTER, profile="http", contract_sha256="1" * 64, complete=False, executed=1)
    cautions = " ".join(two(BEFORE, other).cautions)
    for word in ("different contracts", "different profiles", "1 of 2 cases"):
        assert word in cautions


@pytest.mark.parametrize("form", RENDERINGS)
def test_nothing_of_a_target_comes_through_unescaped(form: str) -> None:
    evil = run(row("update.a.b", "fail", text=EVIL), target_server=EVIL, target_url=EVIL)
    text = RENDERINGS[form](compare.compare([("", EVIL, BEFORE), ("", EVIL, evil), (EVIL, EVIL, evil)]))
    assert not [char for char in text if char != "\n" and not char.isprintable()]
    if form != "text":
        assert not re.search(r"(?<!\\)<script", text)


def test_the_page_has_no_script_and_headings_in_order() -> None:
    tags: list[tuple[str, list[tuple[str, str | None]]]] = []

    class Page(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, attrs))

    Page().feed(compare.html(two(BEFORE, replace(AFTER, target_url="http://other"))))
    names = [tag for tag, _ in tags]
    assert "script" not in names
    assert ("lang", "en") in tags[0][1]
    headings = [int(tag[1]) for tag in names if tag in {"h1", "h2", "h3"}]
    assert headings[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(headings))


def test_each_run_is_linked_to_its_report_and_its_time_is_for_people() -> None:
    given = [("", "old/results.json", BEFORE), ("", "new/results.json", AFTER)]
    page = compare.html(compare.compare(given, {"new/results.json": "../new/index.html"}))
    assert 'href="../new/index.html#r-update.a.b"' in page
    assert "2 January 2026, 03:04 UTC" in page
    assert "old/index.html" not in page


def test_only_what_became_worse_is_a_regression() -> None:
    assert [each.requirement for each in compare.regressions(BEFORE, AFTER)] == ["update.a.b", "update.a.d"]
    assert compare.regressions(BEFORE, BEFORE) == []


@pytest.mark.parametrize(
    ("names", "options", "code"),
    [
        (("before", "after"), ("--fail-on", "regression"), 1),
        (("before", "after"), (), 0),
        (("before", "before"), ("--fail-on", "regression"), 0),
        (("before", "after", "before"), ("--fail-on", "regression"), 0),
    ],
)
def test_a_regression_ends_compare_in_exit_code_1(
    tmp_path: Path, names: tuple[str, ...], options: tuple[str, ...], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, results in (("before", BEFORE), ("after", AFTER)):
        (tmp_path / f"{name}.json").write_text(json.dumps(results.to_json()), encoding="utf-8")
    assert cli.main(["compare", *(str(tmp_path / f"{name}.json") for name in names), *options]) == code
    assert "From " in capsys.readouterr().out


# -- merge -------------------------------------------------------------------------------------------------------------

ORDER = ["update.a.b", "update.a.c", "update.a.d"]


def part(group: int, *rows: Any, **more: Any) -> Run:
    shard = {"group": group, "splits": 2, "selection": merge.selection(ORDER)}
    results = run(*rows, **{"shard": shard, "command": f"graph-contracts run --splits 2 --group {group}", **more})
    return Run(f"part{group}.json", results, tuple(evidence()))


def of(part: Run, **shard: Any) -> Run:
    return replace(part, results=replace(part.results, shard={**part.results.shard, **shard}))


ONE = part(1, row("update.a.b", "pass", "fail"), row("update.a.d", "not-applicable", "inconclusive"))
TWO = part(2, row("update.a.c", "pass"), row("update.a.d", "warn", "pass"))


def test_parts_make_the_whole_in_any_order() -> None:
    whole, exchanges = merge.merge([TWO, ONE], ORDER)
    assert [each.id for each in whole.requirements] == ORDER
    assert [each.verdict for each in whole.requirements] == [Verdict.FAIL, Verdict.PASS, Verdict.WARN]
    assert (whole.planned, whole.executed, whole.exchanges, whole.complete) == (4, 4, 4, True)
    assert whole.command == "graph-contracts run"
    assert whole.shard == {}
    assert [is_partial(each.results) for each in (ONE, TWO)] == [True, True]
    assert not is_partial(whole)
    assert [entry["index"] for entry in exchanges] == [0, 1, 2, 3]
    assert whole.requirements[1].outcomes[0].exchanges == (2, 3)


def test_evidence_stands_where_its_index_says_and_is_found_by_it() -> None:
    whole, exchanges = merge.merge([replace(ONE, evidence=()), TWO], ORDER)
    find = finder(exchanges)
    assert (len(exchanges), exchanges[0]["index"], exchanges[-1]["index"], exchanges[1:]) == (2, 2, 3, [exchanges[1]])
    for outcome in whole.requirements[1].outcomes:
        assert [found and found["index"] for found in map(find, outcome.exchanges)] == [2, 3]
    assert [find(index) for index in (-1, 0, 1, 4)] == [None] * 4


def test_a_mismatch_still_names_the_exchange_that_shows_it() -> None:
    shown = {"path": "a", "expected": "1", "actual": "2", "exchange": 1}
    odd = row("update.a.c", "fail")
    odd = replace(odd, outcomes=tuple(replace(outcome, mismatch=shown) for outcome in odd.outcomes))
    whole, _ = merge.merge([ONE, part(2, odd)], ORDER)
    assert whole.requirements[1].outcomes[0].mismatch == {**shown, "exchange": 3}


def test_parts_of_which_one_could_not_be_judged_make_no_whole_that_can() -> None:
    whole, _ = merge.merge([ONE, replace(TWO, results=replace(TWO.results, complete=False))], ORDER)
    assert not whole.complete


def test_an_operation_of_which_no_part_decides_anything_makes_the_whole_incomplete() -> None:
    parts = [part(1, *(row(name, "pass", "inconclusive") for name in ORDER[:2])), part(2, row(ORDER[2], "pass"))]
    whole, _ = merge.merge(parts, ORDER)
    assert not whole.complete
    assert [note for note in whole.notes if SECOND in note] == [f"{SECOND} could not be tested: message text"]
    whole, _ = merge.merge([*parts[:1], part(2, row(ORDER[2], "pass", "pass"))], ORDER)
    assert whole.complete


def test_replicas_of_a_target_may_have_addresses_of_their_own() -> None:
    there = replace(TWO, results=replace(TWO.results, target_url="http://there"))
    whole, _ = merge.merge([ONE, there], ORDER, replicas=True)
    assert whole.target_url == ONE.results.target_url
    embedded = [of(ONE, embedded=True), of(there, embedded=True)]
    assert merge.merge(embedded, ORDER)[0].complete
    with pytest.raises(ResultsError, match="target"):
        merge.merge([ONE, embedded[1]], ORDER, replicas=True)


def test_what_every_part_judges_is_said_by_the_part_that_could() -> None:
    whole, _ = merge.merge([ONE, TWO], ORDER)
    told = {outcome.operation: outcome.verdict for outcome in whole.requirements[2].outcomes}
    assert told == {FIRST: Verdict.WARN, SECOND: Verdict.PASS}


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([ONE], "part 2 of 2 is missing"),
        ([ONE, ONE], "part1.json: part 1, as is part1.json"),
        ([ONE, Run("whole.json", BEFORE)], "whole.json: no part of a run"),
        ([ONE, replace(TWO, results=replace(TWO.results, executed=1))], "part2.json: incomplete, 1 of 2 cases"),
        ([ONE, replace(TWO, results=replace(TWO.results, seed=2))], "part2.json: seed 2, but part1.json has 1"),
        ([ONE, replace(TWO, results=replace(TWO.results, profile="http"))], "profile http"),
        ([ONE, replace(TWO, results=replace(TWO.results, target_url="http://x"))], "target http://x"),
        ([ONE, replace(TWO, results=replace(TWO.results, contract_sha256="1"))], "contract 1"),
        ([ONE, replace(TWO, results=replace(TWO.results, version="9"))], "version of the suite 9"),
        (
            [ONE, replace(TWO, results=replace(TWO.results, shard={**TWO.results.shard, "splits": 3}))],
            "number of parts 3",
        ),
        ([ONE, part(2, row("update.a.d", "pass"))], "requirements are missing"),
        ([of(ONE, partition="a"), of(TWO, partition="b")], "part2.json: partition by operations and durations b"),
        ([of(ONE, pairs=[3, 6]), of(TWO, pairs=[2, 6])], "the parts have 5 pairs of operation and requirement"),
        ([of(ONE, pairs=[4, 6]), of(TWO, pairs=[3, 6])], "the parts have 7 pairs of operation and requirement"),
    ],
)
def test_parts_that_do_not_make_one_whole_are_refused(parts: list[Run], told: str) -> None:
    with pytest.raises(ResultsError) as caught:
        merge.merge(parts, ORDER)
    assert told in str(caught.value)
