"""Judging: findings are weighed by level, grading and profile, and what can't be judged never passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contracts import requirements
from contracts.contract import Kind, Operation, Property, Type
from contracts.plugin.judge import judge
from contracts.requirements import (
    Binding,
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Severity,
    requirement,
)
from contracts.subject.knowledge import Options
from contracts.subject.update import Update
from contracts.target.client import Client
from contracts.target.connection import Connection
from contracts.target.exchange import Exchange, Request, Response

TYPE = Type(Kind.COMPLEX, "t.thing", properties={"name": Property("name", Type(Kind.STRING))})
OPERATION = Operation(
    "things_update", "PATCH", "/things/{id}", parameters=("id",), body=TYPE, response=TYPE, success=200
)


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "_REQUIREMENTS", {})
    monkeypatch.setattr(requirements, "_BINDINGS", [])


@pytest.fixture
def update() -> Update:
    return Update(Client(Connection("http://127.0.0.1:1/beta")), OPERATION, Options())


def bound(function: Callable[..., Any], level: Level = Level.MUST, **terms: Any) -> Binding:
    case = requirement(f"update.x.{function.__name__}", level, basis="rfc", source="RFC 0 §0", **terms)(function)
    binding = case.bindings[0]  # type: ignore[attr-defined]
    assert isinstance(binding, Binding)
    return binding


def silent(update: Update) -> None:
    """Nothing is wrong."""


def wrong(update: Update) -> Findings:
    """Something is wrong."""
    yield Finding("a", "b")


def test_a_case_that_finds_nothing_passes(update: Update) -> None:
    assert judge(bound(silent), update, "page")[0].verdict == "pass"


@pytest.mark.parametrize(
    ("level", "terms", "verdicts"),
    [
        (Level.MUST, {}, ("fail", "fail", "fail")),
        (Level.MUST, {"http_only": True}, ("warn", "warn", "fail")),
        (Level.SHOULD, {}, ("warn", "warn", "warn")),
        (Level.SHOULD, {"promoted": True}, ("warn", "fail", "fail")),
        (Level.INFO, {}, ("note", "note", "note")),
    ],
)
def test_a_finding_weighs_as_much_as_its_requirement_in_the_profile(
    update: Update, level: Level, terms: dict[str, Any], verdicts: tuple[str, ...]
) -> None:
    binding = bound(wrong, level, **terms)
    assert tuple(judge(binding, update, profile)[0].verdict for profile in requirements.PROFILES) == verdicts


def test_a_finding_graded_lower_is_no_failure_and_the_worst_one_counts(update: Update) -> None:
    def graded(update: Update) -> Findings:
        """Graded."""
        yield Finding("a", "note", at_most=Severity.NOTE)
        yield Finding("a", "warn", at_most=Severity.WARN)

    found = judge(bound(graded), update, "page")[0]
    assert (found.verdict, found.actual) == ("warn", "warn")


def test_what_was_found_before_a_case_gave_up_counts(update: Update) -> None:
    def halfway(update: Update) -> Findings:
        """Halfway."""
        yield Finding("a", "b")
        raise Inconclusive("no more")

    assert judge(bound(halfway), update, "page")[0].verdict == "fail"


@pytest.mark.parametrize(
    ("problem", "verdict"),
    [
        (Inconclusive("supply it"), "inconclusive"),
        (NotApplicable("not here"), "not-applicable"),
        (KeyError("oops"), "error"),
    ],
)
def test_what_cannot_be_judged_does_not_pass(update: Update, problem: Exception, verdict: str) -> None:
    def stuck(update: Update) -> None:
        """Stuck."""
        raise problem

    found = judge(bound(stuck), update, "page")[0]
    assert found.verdict == verdict
    assert found.message


def test_a_check_of_each_response_sees_those_it_asks_for(update: Update) -> None:
    seen: list[int] = []

    def each(update: Update, exchange: Exchange) -> Iterator[Finding]:
        """Each."""
        seen.append(exchange.status)
        return iter(())

    binding = bound(each, each=lambda _, exchange: exchange.status >= 400)
    assert judge(binding, update, "page")[0].verdict == "not-applicable"
    for status in (200, 404, 500):
        exchange = Exchange(0, Request("PATCH", "/"), Response(status), operation=OPERATION.id)
        update.client.exchanges.append(exchange)
    assert judge(binding, update, "page")[0].verdict == "pass"
    assert seen == [404, 500]


def test_a_finding_for_another_requirement_is_judged_under_that_one(update: Update) -> None:
    other = bound(silent, Level.SHOULD)

    def aside(update: Update) -> None:
        """Aside."""
        update.log.asides.setdefault(other.requirement, []).append(Finding("a", "b"))

    own, further = judge(bound(aside), update, "page")
    assert own.verdict == "pass"
    assert (further.requirement, further.verdict) == (other.requirement, "warn")


def test_two_cases_of_one_requirement_must_agree_on_its_terms() -> None:
    bound(silent)
    with pytest.raises(ValueError, match="other terms"):
        bound(silent, Level.SHOULD)
