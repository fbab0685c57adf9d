"""Semantic equality: what counts as the same value, and how what doesn't is graded."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings, strategies

from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.operations.equality import apart, differences, instant, merge
from graph_contracts.requirements import Severity

GUID = "a0b1c2d3-0000-4000-8000-00000000000f"
STRING = Type(TypeKind.STRING)
ENUM = Type(TypeKind.STRING, members=("import", "export"))
WHEN = Type(TypeKind.DATETIMEOFFSET)
INT32 = Type(TypeKind.INT32)
INNER = Type(TypeKind.COMPLEX, "t.inner", properties={"a": Property("a", STRING), "b": Property("b", STRING)})
BAG = Type(TypeKind.COMPLEX, "t.bag", open=True)
OUTER = Type(
    TypeKind.COMPLEX,
    "t.outer",
    properties={
        "text": Property("text", STRING),
        "when": Property("when", WHEN),
        "inner": Property("inner", INNER),
        "bag": Property("bag", BAG),
        "items": Property("items", Type(TypeKind.COLLECTION, item=INNER)),
    },
)


@pytest.mark.parametrize(
    ("expected", "actual", "type_"),
    [
        ("x", "x", STRING),
        ("IMPORT", "import", ENUM),
        ("2021-03-04T05:06:07Z", "2021-03-04T05:06:07.0000000+00:00", WHEN),
        ("2021-03-04T05:06:07+09:30", "2021-03-03T19:36:07Z", WHEN),
        ("2021-03-04T05:06:07.1234567Z", "2021-03-04T05:06:07.1234Z", WHEN),
        (6, 6, INT32),
        (None, None, INT32),
        ({"a": "x"}, {"a": "x", "b": "more", "@odata.type": "#t.inner"}, INNER),
        ({"a": None}, {}, INNER),
        ({"a": None}, None, INNER),
        (None, {}, INNER),
        (None, {"undocumented": 1}, INNER),
        ({}, {"k": "v"}, BAG),
        ([], [], OUTER.properties["items"].type),
    ],
)
def test_values_of_one_meaning_are_equal(expected: Any, actual: Any, type_: Type) -> None:
    assert list(differences(expected, actual, type_)) == []


@pytest.mark.parametrize(
    ("expected", "actual", "type_", "severity"),
    [
        ("x", "y", STRING, Severity.FAIL),
        ("007", 7, STRING, Severity.FAIL),
        ("x ", "x", STRING, Severity.FAIL),
        ("cafe\u0301", "café", STRING, Severity.WARN),
        (GUID.upper(), GUID.lower(), STRING, Severity.NOTE),
        ("2021-03-04T05:06:07+09:30", "2021-03-04T05:06:07Z", WHEN, Severity.FAIL),
        ("2021-03-04T05:06:07.1234567Z", "2021-03-04T05:06:07Z", WHEN, Severity.WARN),
        (6, 6.0, INT32, Severity.WARN),
        (6, "6", INT32, Severity.FAIL),
        (1, True, INT32, Severity.FAIL),
        (None, "", STRING, Severity.FAIL),
        ("", None, STRING, Severity.FAIL),
        ({"a": "x"}, None, INNER, Severity.FAIL),
        (None, {"a": "x"}, INNER, Severity.FAIL),
        (None, {"k": "v"}, BAG, Severity.FAIL),
        ([], None, OUTER.properties["items"].type, Severity.WARN),
        ([{"a": "1"}, {"a": "2"}], [{"a": "2"}, {"a": "1"}], OUTER.properties["items"].type, Severity.NOTE),
        ([{"a": "1"}], [{"a": "1"}, {"a": "1"}], OUTER.properties["items"].type, Severity.FAIL),
        ([{"a": "1"}, {"a": "1"}], [{"a": "1"}, {"a": "2"}], OUTER.properties["items"].type, Severity.FAIL),
    ],
)
def test_values_of_another_meaning_differ_and_are_graded(
    expected: Any, actual: Any, type_: Type, severity: Severity
) -> None:
    found = list(differences(expected, actual, type_, "p"))
    assert found
    order = [Severity.NOTE, Severity.WARN, Severity.FAIL]
    assert max((d.severity for d in found), key=order.index) is severity


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2021-02-30T00:00:00Z",
        "2021-13-01T00:00:00Z",
        "2021-03-04",
        "2021-03-04T05:06:07",
        "",
        None,
        5,
        "T",
    ],
)
def test_what_is_no_date_time_offset_has_no_instant(text: Any) -> None:
    assert instant(text) is None


def test_the_distance_of_instants_counts_all_digits_and_offsets() -> None:
    left, right = instant("2021-03-04T05:06:07.1234567Z"), instant("2021-03-04t06:06:08.1234567+01:00")
    assert left
    assert right
    assert apart(left, right) == pytest.approx(1)


ITEMS = Type(TypeKind.COLLECTION, item=INNER)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ([{}, {"a": "x"}], [{"a": "x"}, {"a": "y"}]),
        ([{}, {"a": "x"}, {"a": "y"}], [{"a": "y"}, {"a": "x"}, {"a": "z"}]),
        ([{"b": "1"}, {"a": "x", "b": "1"}], [{"a": "x", "b": "1"}, {"a": "y", "b": "1"}]),
    ],
)
def test_an_item_that_says_little_takes_no_item_that_another_needs(expected: Any, actual: Any) -> None:
    for shown in itertools.permutations(actual):
        assert {d.severity for d in differences(expected, list(shown), ITEMS, "p")} <= {Severity.NOTE}


def test_an_item_that_is_missing_differs_though_each_fits_somewhere() -> None:
    found = list(differences([{}, {"a": "x"}, {"a": "x"}], [{"a": "x"}, {"a": "y"}, {"a": "z"}], ITEMS, "p"))
    assert [d.severity for d in found] == [Severity.FAIL]


def test_merging_keeps_what_is_not_named_and_replaces_collections() -> None:
    state = {"text": "t", "inner": {"a": "1", "b": "2"}, "items": [{"a": "1"}], "bag": {"k": "v"}}
    body = {"@odata.type": "#t.outer", "inner": {"b": "3"}, "items": [], "bag": {"l": "w"}, "unknown": 1}
    assert merge(state, body, OUTER) == {
        "text": "t",
        "inner": {"a": "1", "b": "3"},
        "items": [],
        "bag": {"k": "v", "l": "w"},
    }


def test_merging_null_clears_and_a_part_of_nothing_creates() -> None:
    assert merge({"inner": {"a": "1"}}, {"inner": None}, OUTER) == {"inner": None}
    assert merge({"inner": None}, {"inner": {"a": "1"}}, OUTER) == {"inner": {"a": "1"}}


JSON = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False)
    | strategies.text(max_size=9),
    lambda inner: (
        strategies.lists(inner, max_size=4)
        | strategies.dictionaries(
            strategies.sampled_from(["text", "inner", "items", "a", "id", "@x", ""]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(JSON, JSON)
@settings(max_examples=60, deadline=None, database=None)
def test_whatever_two_values_are_they_can_be_compared(left: object, right: object) -> None:
    for difference in differences(left, right, OUTER):
        assert str(difference)
    assert not [d for d in differences(left, left, OUTER) if d.severity is Severity.FAIL]


def test_long_collections_are_compared_in_place_and_then_as_sets() -> None:
    items = [{"a": str(n)} for n in range(2_000)]
    backwards = list(reversed(items))
    assert list(differences({"items": items}, {"items": [dict(item) for item in items]}, OUTER)) == []
    (reordered,) = differences({"items": items}, {"items": backwards}, OUTER)
    assert reordered.severity is Severity.NOTE
    changed = [*items[:-1], {"a": "another"}]
    assert [d.severity for d in differences({"items": items}, {"items": changed}, OUTER)] == [Severity.FAIL]


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [("1.5", "1.50", True), ("1", "1.00", True), ("1.5", "1.51", False), ("1", "x", False)],
)
def test_texts_of_the_format_decimal_are_numbers(expected: str, actual: str, same: bool) -> None:
    price = Type(TypeKind.STRING, limits={"allOf": [{"format": "decimal"}, {"maxLength": 9}]})
    assert (list(differences(expected, actual, price)) == []) is same
    assert list(differences(expected, actual, Type(TypeKind.STRING))), "other texts are not"


@pytest.mark.parametrize("shown", [{"name": "a"}, {"name": "a", "password": "masked"}])
def test_what_is_never_shown_is_not_missed(shown: dict[str, Any]) -> None:
    members = {"name": Property("name", STRING), "password": Property("password", STRING, write_only=True)}
    login = Type(TypeKind.COMPLEX, "t.login", properties=members)
    assert not list(differences({"name": "a", "password": "secret"}, shown, login))
    assert not list(differences({"password": "secret"}, None, login))
    assert list(differences({"name": "b", "password": "secret"}, shown, login))
