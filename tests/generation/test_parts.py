"""The parts of generation one by one: whom to blame, what to leave out, how to cut."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.generation import explore
from graph_contracts.generation.blame import Blame, View, blame
from graph_contracts.generation.machine import Violation
from graph_contracts.generation.refusals import PICKY, Refusals
from graph_contracts.generation.shorten import shorten
from graph_contracts.generation.steps import Program, Step
from graph_contracts.generation.wrong import wrongs
from graph_contracts.operations.equality import differences
from graph_contracts.requirements import Finding, Severity


def properties(**types: Type) -> MappingProxyType[str, Property]:
    return MappingProxyType({name: Property(name, type_) for name, type_ in types.items()})


TEXT = Type(TypeKind.STRING)
PERSON = Type(TypeKind.COMPLEX, "ns.person", properties=properties(name=TEXT, title=TEXT))
BAG = Type(TypeKind.COMPLEX, "ns.bag", open=True)
THING = Type(
    TypeKind.COMPLEX,
    "ns.thing",
    properties=properties(
        text=TEXT,
        count=Type(TypeKind.INT32),
        at=Type(TypeKind.DATETIMEOFFSET),
        owner=PERSON,
        bag=BAG,
        tags=Type(TypeKind.COLLECTION, item=TEXT),
        kind=replace(TEXT, members=("one", "two")),
    ),
)
BEFORE = {"text": "old", "count": 1, "owner": {"name": "A", "title": "B"}, "tags": ["x"], "at": "2020-01-01T00:00:00Z"}
FAIL, WARN = Severity.FAIL, Severity.WARN


def blamed(body: dict[str, Any], expected: dict[str, Any], shown: dict[str, Any], view: View = View.BOTH) -> Blame:
    (difference,) = differences(expected, {**expected, **shown}, THING)
    return blame(difference, body, BEFORE, THING, view)


@pytest.mark.parametrize(
    ("sent", "shown", "requirement", "grade"),
    [
        ({"text": "a\u2028b"}, {"text": "ab"}, "value.unicode", FAIL),
        ({"text": "e\u0301"}, {"text": "é"}, "value.unicode", WARN),
        ({"text": "a\u0001b\u0085"}, {"text": "ab"}, "value.unicode", WARN),
        ({"text": "a\r\nb"}, {"text": "a\nb"}, "value.unicode", WARN),
        ({"text": "é <b>"}, {"text": "é &lt;b&gt;"}, "value.literal", FAIL),
        ({"text": "x" * 300}, {"text": "x" * 255}, "value.longstring", FAIL),
        ({"text": "\U0001f600" * 200}, {"text": "\U0001f600" * 100}, "value.longstring", FAIL),
        ({"text": ""}, {"text": None}, "value.emptystring", FAIL),
        ({"text": "new"}, {"text": "old"}, "value.reflects", FAIL),
        ({"text": "new"}, {"text": None}, "value.reflects", FAIL),
        ({"text": None}, {"text": "old"}, "value.null.nullable", FAIL),
        ({"count": -5}, {"count": 5}, "value.reflects", FAIL),
        ({"at": "2021-03-04T05:06:07-03:30"}, {"at": "2021-03-04T05:06:07Z"}, "value.dto.instant", FAIL),
        ({"at": "2021-03-04T05:06:07.5Z"}, {"at": "2021-03-04T05:06:07Z"}, "value.dto.precision", WARN),
        ({"at": "1752-09-14T00:00:00Z"}, {"at": "1752-09-03T00:00:00Z"}, "value.dto.instant", WARN),
        ({"at": "0001-01-01T00:00:00Z"}, {"at": None}, "value.dto.instant", WARN),
        ({"owner": {"name": "N", "title": "B"}}, {"owner": {"name": "M", "title": "B"}}, "value.literal", FAIL),
        ({"owner": {"name": "N", "title": "B"}}, {"owner": None}, "value.reflects", FAIL),
        ({"tags": ["a", "b"]}, {"tags": ["a"]}, "merge.collection", FAIL),
        ({"tags": ["a", "a"]}, {"tags": ["a"]}, "merge.collection", WARN),
        ({"tags": []}, {"tags": None}, "merge.collection", WARN),
        ({"kind": "one"}, {"kind": "two"}, "value.reflects", FAIL),
    ],
)
def test_what_is_not_as_sent_is_blamed_on_its_kind(
    sent: dict[str, Any], shown: dict[str, Any], requirement: str, grade: Severity
) -> None:
    assert blamed(sent, sent, shown) == Blame(f"update.{requirement}", grade)


def test_what_was_not_sent_is_blamed_on_merging_or_on_the_answer() -> None:
    whole = {**BEFORE, "text": "new"}
    assert blamed({"text": "new"}, whole, {"count": None}).requirement == "update.merge.siblings"
    assert blamed({"text": "new"}, whole, {"count": None}, View.ANSWER).requirement == "update.body.allproperties"
    assert blamed({"text": "new"}, whole, {"count": 7}, View.ANSWER).requirement == "update.persist.sameasread"
    merged = {"owner": {"name": "N", "title": "B"}}
    assert blamed({"owner": {"name": "N"}}, merged, {"owner": {"name": "N"}}).requirement == "update.merge.nested"


def test_what_only_a_read_lacks_is_blamed_on_persistence() -> None:
    assert blamed({"text": "new"}, {"text": "new"}, {"text": "old"}, View.READ).requirement == "update.persist.read"
    assert blamed({"count": 5}, {"count": 5}, {"count": 6}, View.READ).requirement == "update.persist.read"


def test_a_refused_sort_of_value_is_not_sent_to_its_place_again() -> None:
    known = Refusals(THING)
    known.take({"text": "plain"})
    known.refuse({"count": -5})
    assert known.prune({"count": -7, "text": "plain"}) == {"text": "plain"}
    assert known.prune({"count": 7}) == {"count": 7}


def test_a_refusal_is_blamed_on_what_was_never_accepted() -> None:
    known = Refusals(THING)
    known.take({"owner": {"name": "N"}})
    known.refuse({"owner": {"name": "N", "title": "\u0001"}})
    assert known.prune({"owner": {"name": "N"}}) == {"owner": {"name": "N"}}
    assert known.prune({"owner": {"title": "\u0001"}}) == {}


def test_a_place_that_refuses_everything_odd_is_left_alone() -> None:
    known = Refusals(THING)
    known.take({"text": "usual"})
    for odd in "abcdef"[:PICKY]:
        known.refuse({"text": odd})
    assert known.prune({"text": "never sent before"}) == {}
    assert known.prune({"text": "usual"}) == {"text": "usual"}


def test_a_sequence_is_cut_to_what_breaks_something() -> None:
    tries = 0

    def run(program: Program) -> Violation | None:
        nonlocal tries
        tries += 1
        texts = [step.body.get("text") or "" for step in program if "count" in step.body]
        return Violation(Blame("x", FAIL), Finding("", ""), (len(program), 0)) if any("b" in t for t in texts) else None

    long = tuple(Step({"text": f"a{n} c d", "tags": ["x"] * n, "count": n}, entity=1, path=1) for n in range(6))
    culprit = Step({"tags": ["y"], "text": "a b c", "owner": {"name": "N"}, "count": 1}, entity=1, path=1)
    program: Program = (*long, culprit, *long)
    first = run(program)
    assert first is not None
    kept: list[Program] = []
    shorten(program, first, lambda p: kept.append(p) or run(p), 100)  # type: ignore[func-returns-value]
    shortest = min(kept[::-1], key=lambda p: (run(p) is None, len(repr([step.body for step in p])), p[0].path))
    assert [(step.body, step.entity, step.path) for step in shortest] == [({"text": "b", "count": 1}, 0, 0)]
    assert tries < 300


class Quiet:
    """A machine on which every sequence is kept to."""

    over = None

    def __init__(self) -> None:
        self.ran: list[Program] = []

    def run(self, program: Program) -> None:
        self.ran.append(program)


def test_many_sequences_are_drawn_in_portions_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    integers = pytest.importorskip("hypothesis.strategies").integers(0, 10**9)
    ran = {}
    for portion in (4, 10, 100):
        monkeypatch.setattr(explore, "PORTION", portion)
        machine = Quiet()
        assert list(explore.explore(machine, integers.map(lambda n: (Step({"n": n}),)), 10, "salt")) == []  # type: ignore[arg-type]
        ran[portion] = machine.ran
    assert {len(programs) for programs in ran.values()} == {10}
    assert ran[10] == ran[100]
    assert ran[4][:4] == ran[100][:4]


def test_tries_are_bounded() -> None:
    calls: list[Program] = []

    def run(program: Program) -> None:
        calls.append(program)

    start = Violation(Blame("x", FAIL), Finding("", ""), (9, 9))
    program = tuple(Step({"tags": list(range(50))}) for _ in range(9))
    assert shorten(program, start, run, 30) is start
    assert len(calls) == 30


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"text": 5}, ["value.wrongtype"]),
        ({"count": "6", "owner": []}, ["value.wrongtype", "value.wrongtype"]),
        ({"count": 2**31}, ["value.int32.range"]),
        ({"count": 6.0}, []),
        ({"at": "yesterday"}, ["value.dto.invalid"]),
        ({"at": "2021-02-30T00:00:00Z"}, ["value.dto.invalid"]),
        ({"at": "0000-01-01T00:00:00Z"}, []),
        ({"tags": ["a", 1]}, ["value.wrongtype"]),
        ({"text": None, "owner": None, "unknown": 5, "bag": {"any": [1]}}, []),
    ],
)
def test_only_what_a_requirement_calls_wrong_is_judged(body: dict[str, Any], found: list[str]) -> None:
    assert [wrong.requirement.removeprefix("update.") for wrong in wrongs(body, THING)] == found
