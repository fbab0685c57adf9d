"""Judging: findings are weighed by level, grading and profile, and what can't be judged never passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from graph_contracts import requirements
from graph_contracts.contract import Operation, Property, Type, TypeKind
from graph_contracts.engine.judge import Judge
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import (
    Binding,
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Severity,
    Unread,
    requirement,
)
from tests.support import registry

TYPE = Type(TypeKind.COMPLEX, "t.thing", properties={"name": Property("name", Type(TypeKind.STRING))})
OPERATION = Operation(
    "things_update", "PATCH", "/things/{id}", parameters=("id",), body=TYPE, response=TYPE, success=200
)


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    registry.empty(monkeypatch)


@pytest.fixture
def update() -> UpdateDriver:
    return UpdateDriver(Client(Connection("http://127.0.0.1:1/beta")), OPERATION, Options())


def bound(function: Callable[..., Any], level: Level = Level.MUST, **terms: Any) -> Binding:
    case = requirement(f"update.x.{function.__name__}", level, basis="rfc", source="RFC 0 §0", **terms)(function)
    binding = case.bindings[0]  # type: ignore[attr-defined]
    assert isinstance(binding, Binding)
    return binding


def silent(update: UpdateDriver) -> None:
    """Nothing is wrong."""


def wrong(update: UpdateDriver) -> Findings:
    """Something is wrong."""
    yield Finding("a", "b")


def test_a_case_that_finds_nothing_passes(update: UpdateDriver) -> None:
    assert Judge("page").judge(bound(silent), update)[0].verdict == "pass"


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
    update: UpdateDriver, level: Level, terms: dict[str, Any], verdicts: tuple[str, ...]
) -> None:
    binding = bound(wrong, level, **terms)
    assert tuple(Judge(profile).judge(binding, update)[0].verdict for profile in requirements.PROFILES) == verdicts


def test_a_finding_graded_lower_is_no_failure_and_the_worst_one_counts(update: UpdateDriver) -> None:
    def graded(update: UpdateDriver) -> Findings:
        """Graded."""
        yield Finding("a", "note", at_most=Severity.NOTE)
        yield Finding("a", "warn", at_most=Severity.WARN)

    found = Judge("page").judge(bound(graded), update)[0]
    assert (found.verdict, found.actual) == ("warn", "warn")


def test_what_was_found_before_a_case_gave_up_counts(update: UpdateDriver) -> None:
    def halfway(update: UpdateDriver) -> Findings:
        """Halfway."""
        yield Finding("a", "b")
        raise Inconclusive("no more")

    assert Judge("page").judge(bound(halfway), update)[0].verdict == "fail"


@pytest.mark.parametrize(
    ("problem", "verdict"),
    [
        (Inconclusive("supply it"), "inconclusive"),
        (NotApplicable("not here"), "not-applicable"),
        (KeyError("oops"), "error"),
    ],
)
def test_what_cannot_be_judged_does_not_pass(update: UpdateDriver, problem: Exception, verdict: str) -> None:
    def stuck(update: UpdateDriver) -> None:
        """Stuck."""
        raise problem

    found = Judge("page").judge(bound(stuck), update)[0]
    assert found.verdict == verdict
    assert found.message


def test_a_check_of_each_response_sees_those_it_asks_for(update: UpdateDriver) -> None:
    seen: list[int] = []

    def each(update: UpdateDriver, exchange: Exchange) -> Iterator[Finding]:
        """Each."""
        seen.append(exchange.status)
        return iter(())

    binding = bound(each, each=lambda _, exchange: exchange.status >= 400)
    assert Judge("page").judge(binding, update)[0].verdict == "not-applicable"
    for status in (200, 404, 500):
        exchange = Exchange(0, Request("PATCH", "/"), Response(status), operation=OPERATION.id)
        update.client.exchanges.append(exchange)
    assert Judge("page").judge(binding, update)[0].verdict == "pass"
    assert seen == [404, 500]


@pytest.mark.parametrize(
    ("bodies", "verdict"),
    [((b"deep",), "inconclusive"), ((b"deep", b"right"), "pass"), ((b"deep", b"wrong"), "fail")],
)
def test_a_check_of_every_response_is_judged_from_those_that_can_be_read(
    update: UpdateDriver, bodies: tuple[bytes, ...], verdict: str
) -> None:
    def each(update: UpdateDriver, exchange: Exchange) -> Findings:
        """Each."""
        if exchange.response is not None and exchange.response.body == b"deep":
            raise Unread("too deep", exchange)
        if exchange.response is not None and exchange.response.body == b"wrong":
            yield Finding("right", "wrong", (exchange,))

    for body in bodies:
        exchange = Exchange(0, Request("PATCH", "/"), Response(200, body=body), operation=OPERATION.id)
        update.client.exchanges.append(exchange)
    assert Judge("page").judge(bound(each, each=lambda *_: True), update)[0].verdict == verdict


@pytest.mark.parametrize("kept", [True, False])
def test_a_check_whose_answers_were_not_kept_is_inconclusive(update: UpdateDriver, kept: bool) -> None:
    def each(update: UpdateDriver, exchange: Exchange) -> None:
        """Each."""

    response = Response(200, body=b"{}")
    if not kept:
        response.shorten(1)
    update.client.exchanges.append(Exchange(0, Request("PATCH", "/"), response, operation=OPERATION.id))
    shows = bound(each, each=lambda _, exchange: exchange.object is not None)
    assert Judge("page").judge(shows, update)[0].verdict == ("pass" if kept else "inconclusive")


def test_a_case_that_needs_an_answer_that_was_not_kept_is_inconclusive(update: UpdateDriver) -> None:
    response = Response(200, body=b"{}")
    response.shorten(1)

    def looks(update: UpdateDriver) -> Findings:
        """Look."""
        assert response.object is None
        yield Finding("an object", "none")

    assert Judge("page").judge(bound(looks), update)[0].verdict == "inconclusive"


def test_a_finding_for_another_requirement_is_judged_under_that_one(update: UpdateDriver) -> None:
    other = bound(silent, Level.SHOULD)

    def aside(update: UpdateDriver) -> None:
        """Aside."""
        update.log.asides.setdefault(other.requirement, []).append(Finding("a", "b"))

    own, further = Judge("page").judge(bound(aside), update)
    assert own.verdict == "pass"
    assert (further.requirement, further.verdict) == (other.requirement, "warn")


def test_two_cases_of_one_requirement_must_agree_on_its_terms() -> None:
    bound(silent)
    with pytest.raises(ValueError, match="other terms"):
        bound(silent, Level.SHOULD)
