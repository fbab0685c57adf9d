"""What the runs of one implementation say together."""

from __future__ import annotations

from itertools import pairwise

import pytest

from graph_contracts.report.change import Kind
from graph_contracts.report.verdict import Verdict
from graph_contracts.site.chronicle import Share, chronicle, differences
from graph_contracts.site.record import Record, current, operations_with
from tests.report.samples import FIRST, SECOND
from tests.site.runs import record, row

ID = "update.a.b"
LEVELS = {ID: "MUST", "update.a.c": "SHOULD", "update.a.d": "INFO"}


def of(*verdicts: str, versions: str = "", **more: str) -> list[Record]:
    """A run a day with one requirement, each with a version of its own where one is given."""
    names = versions or "1" * len(verdicts)
    return [record(at, names[at - 1], row(ID, verdict), **more) for at, verdict in enumerate(verdicts, 1)]


def test_a_record_holds_the_verdict_of_each_operation() -> None:
    kept = record(1, "1", row(ID, "pass", "fail"), row("update.a.c"))
    assert kept.verdicts == {ID: "pf", "update.a.c": "i"}
    assert kept.verdict(ID) is Verdict.FAIL
    assert operations_with(kept, ID, Verdict.FAIL) == [SECOND]
    assert operations_with(kept, ID, Verdict.PASS) == [FIRST]
    assert operations_with(kept, "update.a.c", Verdict.INCONCLUSIVE) == []
    assert kept.verdict("unknown") is None
    assert Record.from_json(kept.to_json()) == kept


def test_the_latest_whole_run_speaks_for_an_implementation() -> None:
    whole, cut = record(1, "1", row(ID, "pass")), record(2, "1", row(ID), complete=False)
    assert current([whole, cut]) is whole
    assert current([cut]) is cut


def test_first_failing_and_first_passing_run_and_since_when_the_verdict_holds() -> None:
    standing = chronicle(of("pass", "fail", "fail", "pass", "pass"), LEVELS).standings[ID]
    assert (standing.verdict, standing.since) == (Verdict.PASS, 3)
    assert (standing.first_held, standing.first_failed) == (0, 1)


def test_what_never_failed_has_no_first_failing_run() -> None:
    standing = chronicle(of("pass", "pass"), LEVELS).standings[ID]
    assert (standing.first_failed, standing.first_held, standing.since) == (None, 0, 0)


def test_a_change_is_told_once_with_what_else_changed() -> None:
    found = chronicle(of("pass", "pass", "fail", versions="112"), LEVELS)
    (event,) = found.events
    assert (event.kind, event.before, event.after, event.at, event.flaky) == (Kind.BROKE, "pass", "fail", 2, False)
    assert found.causes == {2: ("version 1 → 2",)}


@pytest.mark.parametrize(
    ("runs", "flaky"),
    [
        (of("pass", "fail", "pass"), 2),
        (of("pass", "fail", "pass", versions="123"), 0),
        ([record(1, "", row(ID, "pass")), record(2, "", row(ID, "fail"))], 0),
        ([*of("pass"), record(2, "1", row(ID, "fail"), version="1.1")], 0),
        ([*of("pass"), record(2, "1", row(ID, "fail"), contract_sha256="1" * 64)], 0),
        ([*of("pass"), record(2, "1", row(ID, "fail"), complete=False)], 0),
    ],
    ids=["nothing changed", "version changed", "version unknown", "suite changed", "document changed", "cut short"],
)
def test_flaky_is_only_what_changed_though_nothing_else_did(runs: list[Record], flaky: int) -> None:
    assert chronicle(runs, LEVELS).standings[ID].flaky == flaky


def test_a_requirement_that_a_later_suite_added_is_no_change() -> None:
    runs = [record(1, "1", row(ID, "pass")), record(2, "1", row(ID, "pass"), row("update.a.c", "fail"), version="1.1")]
    assert chronicle(runs, LEVELS).events == ()


def test_what_was_not_tested_never_counts_as_held() -> None:
    rows = [row(ID, "pass"), row("update.a.c"), row("update.a.d", "fail")]
    assert chronicle([record(1, "1", *rows)], LEVELS).trend == (Share(1, 0, 1),)
    rows = [row(ID, "error"), row("update.a.c", "not-applicable")]
    assert chronicle([record(1, "1", *rows)], LEVELS).trend == (Share(0, 0, 1),)
    rows = [row(ID, "waived"), row("update.a.c", "warn")]
    assert chronicle([record(1, "1", *rows)], LEVELS).trend == (Share(0, 2, 0),)


def test_what_a_partial_run_leaves_out_counts_as_untested_and_is_said_to_be_no_longer_tested() -> None:
    whole = record(1, "1", row(ID, "pass"), row("update.a.c", "pass"))
    cut = record(2, "1", row(ID, "pass"), complete=False)
    found = chronicle([whole, cut], LEVELS)
    assert found.trend == (Share(2, 0, 0), Share(1, 0, 1))
    assert found.current is whole
    assert [(event.requirement, event.kind) for event in found.events] == [("update.a.c", Kind.UNTESTED)]


def test_a_share_is_whole_only_where_all_holds() -> None:
    assert Share(999, 1, 0).percent == 99
    assert Share(1, 0, 0).percent == 100
    assert Share().percent is None


@pytest.mark.parametrize("name", ["version", "profile", "contract_sha256"])
def test_what_else_differs_is_named(name: str) -> None:
    first, second = record(1, "1", row(ID, "pass")), record(2, "1", row(ID, "pass"), **{name: "odata"})
    assert len(list(differences(first, second))) == 1
    assert not [*differences(first, first)]


def test_the_same_runs_make_the_same_events() -> None:
    rows = [row(f"update.a.r{n}", "pass") for n in range(20)]
    runs = [record(1, "1", *rows), record(2, "1", rows[0], complete=False)]
    first, second = (chronicle(runs, LEVELS).events for _ in range(2))
    assert first == second
    assert all(a.requirement < b.requirement for a, b in pairwise(first))
