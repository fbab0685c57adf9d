"""Failures that are likely to have one cause: what is grouped, and what is not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from graph_contracts.report import causes, html, junit, markdown, sarif
from graph_contracts.report.causes import CauseGroup
from graph_contracts.report.results import RequirementResult, Results
from graph_contracts.report.results_schema import validate
from tests.report.samples import FIRST, SECOND, row, run

KEEPS_NOTHING: dict[str, Any] = {
    "says": "Nothing is kept.",
    "rank": 1,
    "by": ["read"],
    "follows": ["value.*", "persist.sameasread"],
    "signs": ["read", "answer"],
    "same_property": True,
}
NO_LOCK: dict[str, Any] = {
    "says": "Nobody is asked.",
    "rank": 0,
    "by": ["success"],
    "follows": ["auth.*", "value.*"],
    "signs": ["success"],
    "same_property": False,
}


def shown(name: str, *signs: str, verdicts: tuple[str, ...] = ("fail",), cause: Any = None) -> RequirementResult:
    """A requirement whose failures show this."""
    found = row(name, *verdicts)
    outcomes = tuple(replace(each, signs=signs) for each in found.outcomes)
    return replace(found, outcomes=outcomes, causes=(cause,) if cause else ())


LEAD = shown("update.persist.read", "read:label", "read:name", cause=KEEPS_NOTHING)


def grouped(*rows: RequirementResult) -> list[tuple[str, tuple[str, ...]]]:
    return [(group.requirement, group.follows) for group in causes.groups(run(*rows))]


@pytest.mark.parametrize(
    "other",
    [
        shown("update.value.unicode", "answer:label"),
        shown("update.value.unicode", "read:name", "answer:label"),
        shown("update.value.unicode", "read:name", "read:place"),
        shown("update.value.unicode", "read:name", verdicts=("warn",)),
        shown("update.value.unicode", "read:name", verdicts=("waived",)),
    ],
)
def test_what_shows_the_same_follows(other: RequirementResult) -> None:
    assert grouped(LEAD, other) == [("update.persist.read", ("update.value.unicode",))]
    assert grouped(other, LEAD) == grouped(LEAD, other), "in whatever order they were judged"


@pytest.mark.parametrize(
    "other",
    [
        shown("update.value.unicode", "answer:place"),
        shown("update.value.unicode", "read:a", "read:b", "read:name"),
        shown("update.value.unicode", "answer:label", "server-error"),
        shown("update.value.unicode", "success"),
        shown("update.value.unicode"),
        shown("update.value.unicode", "read:label", verdicts=("pass",)),
        shown("update.value.unicode", "read:label", verdicts=("inconclusive",)),
        shown("update.merge.nested", "read:label"),
    ],
)
def test_what_shows_something_else_does_not_follow(other: RequirementResult) -> None:
    assert grouped(LEAD, other) == []


def test_nothing_follows_from_what_holds_or_fails_for_another_reason() -> None:
    other = shown("update.value.unicode", "read:label")
    assert (
        grouped(replace(LEAD, outcomes=tuple(replace(each, signs=("refused",)) for each in LEAD.outcomes)), other) == []
    )
    assert grouped(shown("update.persist.read", "read:label", verdicts=("pass",), cause=KEEPS_NOTHING), other) == []


def test_a_cause_is_that_of_one_operation() -> None:
    both = shown("update.value.unicode", "read:label", verdicts=("fail", "fail"))
    assert causes.groups(run(LEAD, both)) == [
        CauseGroup("update.persist.read", (FIRST,), "Nothing is kept.", ("update.value.unicode",))
    ]
    lead = shown("update.persist.read", "read:label", verdicts=("fail", "fail"), cause=KEEPS_NOTHING)
    assert [group.operations for group in causes.groups(run(lead, both))] == [(FIRST, SECOND)]


def test_a_failure_is_put_down_to_the_most_fundamental_cause() -> None:
    lock = shown("update.auth.required", "success", cause=NO_LOCK)
    lead = shown("update.value.wrongtype", "success", cause={**NO_LOCK, "rank": 5, "follows": ["value.*"]})
    range_ = shown("update.value.range", "success")
    assert grouped(lead, range_, lock) == [("update.auth.required", ("update.value.wrongtype", "update.value.range"))]


def whole() -> Results:
    followers = [shown(f"update.value.v{n}", "read:label") for n in range(3)]
    minor = shown("update.persist.sameasread", "read:name", verdicts=("warn",))
    return run(shown("update.a.other", "success"), *followers, minor, LEAD)


def test_every_report_puts_the_cause_first() -> None:
    results = whole()
    data = {**results.to_json(), **causes.to_json(results)}
    validate(json.loads(json.dumps(data)))
    assert Results.from_json(data) == results
    follows = ["update.value.v0", "update.value.v1", "update.value.v2", "update.persist.sameasread"]
    assert data["causes"] == [
        {"requirement": LEAD.id, "operation": FIRST, "says": "Nothing is kept.", "follows": follows}
    ]
    lines = markdown.render(results).splitlines()
    first = next(number for number, line in enumerate(lines) if f"(`{LEAD.id}`, " in line)
    assert lines[first].startswith("- **")
    cause = lines.index("  - Likely cause: Nothing is kept. It likely explains this as well:", first)
    for follower, line in zip(follows, lines[cause + 1 :], strict=False):
        assert line.startswith("    - **")
        assert f"(`{follower}`, " in line
    page = html.render(results, [])
    assert page.count("It likely explains this as well: ") == 1, "in brief"
    assert page.count("Likely follows from it: ") == 1, "in full"
    assert page.index(f'id="f-{LEAD.id}"') < page.index('id="f-update.value.v0"') < page.index('id="f-update.a.other"')
    assert "likely follows from update.persist.read: Nothing is kept." in junit.render(results)
    told = [each["properties"].get("likelyFollowsFrom") for each in sarif.log(results)["runs"][0]["results"]]
    assert told.count(LEAD.id) == 4


def test_results_of_an_earlier_format_have_no_causes() -> None:
    data = json.loads(json.dumps(whole().to_json()))
    for each in data["requirements"]:
        del each["causes"]
        for outcome in each["outcomes"]:
            del outcome["signs"], outcome["gates"]
    assert causes.groups(Results.from_json(data)) == []


def test_a_cause_of_several_operations_is_told_once_for_all() -> None:
    lead = shown("update.persist.read", "read:label", verdicts=("fail", "fail"), cause=KEEPS_NOTHING)
    both = shown("update.value.v0", "read:label", verdicts=("fail", "fail"))
    one = shown("update.value.v1", "read:label")
    results = run(lead, both, one)
    assert len(causes.groups(results)) == 2, "not the same follows on each"
    page = html.render(results, [])
    assert page.count("It likely explains this as well: ") == 1, "in brief"
    assert page.count("Likely follows from <a") == 2, "each of both, in full"
    assert "operations</a>" not in page
    assert page.count('id="f-update.value.v0"') == 1
