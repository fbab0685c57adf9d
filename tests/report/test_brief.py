"""The first screen: what was sent, in one line, and which failures stand under another."""

from __future__ import annotations

import pytest

from graph_contracts.report import brief, view, words
from graph_contracts.report.causes import CauseGroup
from graph_contracts.report.jsontree import Line
from graph_contracts.report.results import Outcome, RequirementResult
from graph_contracts.report.verdict import Verdict
from graph_contracts.report.view import Group, Step, VerdictSection

URL = "https://things.example/beta/things/4ff456ff-56ff-4ff4-ff56-f44fff56f44f?a=b"


def step(method: str, curl: str, chosen: tuple[tuple[str, str], ...] = (), body: str = "") -> Step:
    sent = [Line(text) for text in body.split("\n")] if body else []
    return Step(1, method, URL, "200 OK", chosen, (), (), sent, (), curl)


def section(name: str, steps: list[Step], curl: str = "", count: int = 1, cause: str = "") -> VerdictSection:
    outcome = Outcome("PATCH /things/{id}", Verdict.FAIL, curl=curl)
    row = RequirementResult(name, "MUST", "rfc", "It must.", "RFC 1", Verdict.FAIL, (outcome,))
    part_of = [CauseGroup(cause, ("PATCH /things/{id}",), "It is so.", (name,))] if cause else []
    return VerdictSection(row, Verdict.FAIL, [Group(outcome, ["PATCH /things/{id}"], steps)], (), count, (), part_of)


def test_what_was_sent_is_one_line_with_what_the_case_chose() -> None:
    chosen = (("If-Match", '"old"'), ("Authorization", view.NOT_SENT), ("Content-Type", "application/json"))
    shown = step("PATCH", "curl a", chosen, '{\n  "name": "x"\n}')
    line = 'PATCH /beta/things/4ff456ff…?a=b with If-Match: "old" without Authorization {"name": "x"}'
    assert brief.request_line(section("update.a.b", [shown])) == line


def test_the_request_that_a_replay_sends_is_the_one_that_tells() -> None:
    steps = [step("POST", "curl post"), step("PUT", "curl put"), step("GET", "curl get")]
    assert brief.request_line(section("update.a.b", steps, "curl post\ncurl get")).startswith("POST ")
    assert brief.request_line(section("update.a.b", steps)).startswith("PUT "), "the last that is no look at the object"
    assert brief.request_line(section("update.a.b", steps[2:])).startswith("GET ")
    assert brief.request_line(section("update.a.b", [])) == ""


def test_a_failure_stands_under_its_cause_where_that_explains_all_of_it() -> None:
    lead, whole = section("update.a.lead", []), section("update.a.whole", [], cause="update.a.lead")
    part, other = section("update.a.part", [], count=2, cause="update.a.lead"), section("update.a.o", [], cause="gone")
    found = brief.briefs([whole, lead, part, other])
    assert [each.section.row.id for each in found] == ["update.a.lead", "update.a.part", "update.a.o"]
    assert [each.row.id for each in found[0].follows] == ["update.a.whole"]


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("4xx", "a refusal (4xx)"),
        ("2xx or 4xx", "success (2xx) or a refusal (4xx)"),
        ("412 and nothing changed", "412 Precondition Failed and nothing changed"),
        ("400 or 409", "400 Bad Request or 409 Conflict"),
        ("4xx, or count = 404", "a refusal (4xx), or count = 404"),
        ("count = 404", "count = 404"),
        ("404.5", "404.5"),
        ("200 OK", "200 OK"),
        ("", ""),
    ],
)
def test_statuses_at_the_beginning_are_said_in_words(expected: str, told: str) -> None:
    assert words.in_words(expected) == told
