"""What a type can hold, and what an update of it keeps."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.reference import validate
from graph_contracts.reference.validate import InvalidError

NESTED = Type(TypeKind.COMPLEX, "t.nested", properties={"text": Property("text", Type(TypeKind.STRING))})
THING = Type(
    TypeKind.COMPLEX,
    "t.thing",
    also=("t.renamedThing",),
    properties={
        "id": Property("id", Type(TypeKind.STRING), read_only=True),
        "stamp": Property("stamp", Type(TypeKind.STRING), read_only=True),
        "nested": Property("nested", NESTED),
        "items": Property("items", Type(TypeKind.COLLECTION, item=NESTED)),
        "bag": Property("bag", Type(TypeKind.COMPLEX, "t.bag", open=True)),
        "unknown": Property("unknown", Type(TypeKind.COMPLEX, "t.cycle")),
    },
)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (TypeKind.STRING, ["", "x"], [1, True, {}, []]),
        (TypeKind.BOOLEAN, [True, False], [0, "true"]),
        (TypeKind.INT32, [0, 2**31 - 1, -(2**31)], [2**31, -(2**31) - 1, 1.0, True, "1"]),
        (TypeKind.INT64, [2**63 - 1, -(2**63)], [2**63, 0.5]),
        (TypeKind.DOUBLE, [0, 1.5], [True, "1.5"]),
        (
            TypeKind.GUID,
            ["74BEB175-3b80-4b63-b9d5-6f0b76082b16"],
            ["74beb175", "{74BEB175-3b80-4b63-b9d5-6f0b76082b16}"],
        ),
        (TypeKind.DATE, ["2024-02-29"], ["2023-02-29", "2024-2-9", "20240229", 0]),
        (TypeKind.TIMEOFDAY, ["04:05", "04:05:06.7"], ["4:05", 45]),
        (TypeKind.DURATION, ["P1D", "-PT1H2M3.4S"], ["P", "PT", "1 day", 1]),
        (TypeKind.BINARY, ["Z3JhcGg="], [1]),
        (
            TypeKind.DATETIMEOFFSET,
            ["2021-03-04T05:06Z", "2021-03-04t05:06:07.123456789012-11:30"],
            ["yesterday", "2021-03-04", "2021-03-04T05:06:07", "2021-13-01T00:00:00Z", "2021-03-04T24:30:00Z",
             "2021-03-04T05:06:07+25:00", "2021-03-04T05:06:07+01:75", "٢٠٢١-03-04T05:06:07Z"],
        ),
        (TypeKind.ANY, [1, "x", {}, []], []),
    ],
    ids=str,
)  # fmt: skip
def test_a_kind_holds_its_own_values(kind: TypeKind, right: list[Any], wrong: list[Any]) -> None:
    for value in right:
        assert validate.one(value, Type(kind), "p") == value
    for value in wrong:
        with pytest.raises(InvalidError, match="'p'"):
            validate.one(value, Type(kind), "p")


def test_null_is_held_by_all_but_collections() -> None:
    assert all(validate.one(None, Type(kind), "p") is None for kind in TypeKind if kind is not TypeKind.COLLECTION)
    for value in (None, [None]):
        with pytest.raises(InvalidError):
            validate.one(value, Type(TypeKind.COLLECTION, item=NESTED), "p")


def test_members_of_an_enumeration_are_known_in_any_letter_case() -> None:
    choice = Type(TypeKind.STRING, members=("user", "system"))
    assert validate.one("System", choice, "p") == "System"
    with pytest.raises(InvalidError):
        validate.one("String", choice, "p")


def test_annotations_and_what_only_the_server_writes_are_not_merged() -> None:
    body = {"@odata.type": "#t.thing", "nested@odata.type": "x", "@suite.note": 1, "stamp": 7, "id": "1"}
    assert validate.body({**body, "nested": {"@odata.type": "t.nested", "text": "x"}}, THING) == {
        "id": "1",
        "nested": {"text": "x"},
    }


@pytest.mark.parametrize("name", ["bag", "unknown"])
def test_a_value_that_is_open_or_of_an_undescribed_type_keeps_whatever_it_is_given(name: str) -> None:
    assert validate.body({name: {"a": [1, {"b": None}]}}, THING) == {name: {"a": [1, {"b": None}]}}


@pytest.mark.parametrize("spelling", ["#t.thing", "t.thing", "https://g.example/$metadata#t.thing", "#t.renamedThing"])
def test_the_documented_type_is_known_in_every_spelling(spelling: str) -> None:
    assert validate.body({"@odata.type": spelling}, THING) == {}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"other": 1}, "'other'"),
        ({"Nested": {}}, "'Nested'"),
        ({"nested": {"other": 1}}, "'nested/other'"),
        ({"nested": "x"}, "'nested'"),
        ({"items": [{"text": "x"}, {"text": 1}]}, "'items/1/text'"),
        ({"items": ["x"]}, "'items/0'"),
        ({"@odata.type": "#t.user"}, "'@odata.type'"),
        ({"@odata.type": 1}, "'@odata.type'"),
        ({"items": [{"@odata.type": "#t.user"}]}, "'items/0/@odata.type'"),
    ],
    ids=str,
)
def test_what_is_refused_is_named_with_its_place(body: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidError, match=place):
        validate.body(body, THING)


def test_null_is_an_item_where_the_document_says_so() -> None:
    listed = Type(TypeKind.COLLECTION, item=Type(TypeKind.STRING), null_items=True)
    assert validate.one(["a", None], listed, "p") == ["a", None]
    with pytest.raises(InvalidError):
        validate.one([1], listed, "p")


def test_a_value_of_any_alternative_is_held_and_no_other() -> None:
    several = Type(TypeKind.DOUBLE, alternatives=(Type(TypeKind.DOUBLE), Type(TypeKind.STRING, members=("INF", "NaN"))))
    right: list[Any] = [1.5, "INF", None]
    wrong: list[Any] = ["12", True, {}]
    assert [validate.one(value, several, "p") for value in right] == right
    for value in wrong:
        with pytest.raises(InvalidError, match="'p'"):
            validate.one(value, several, "p")


@pytest.mark.parametrize(
    ("limits", "right", "wrong"),
    [
        ({"pattern": "^[a-z]+$"}, "ab", "A1"),
        ({"maxLength": 2}, "ab", "abc"),
        ({"minimum": 1, "maximum": 12}, 12, 13),
        ({"multipleOf": 5}, 10, 11),
        ({"allOf": [{"minimum": 1}, {"enum": [0, 3]}]}, 3, 0),
        ({"format": "email"}, "no address", None),
    ],
    ids=str,
)
def test_limits_hold(limits: dict[str, Any], right: Any, wrong: Any) -> None:
    bounded = Type(TypeKind.ANY, limits=limits)
    assert validate.one(right, bounded, "p") == right
    if wrong is not None:
        with pytest.raises(InvalidError, match="'p' is not within the limits"):
            validate.one(wrong, bounded, "p")


def test_a_type_that_stands_in_anothers_place_may_have_members_of_its_own() -> None:
    assert validate.body({"@odata.type": "#t.renamedThing", "more": 1}, THING) == {"more": 1}


def test_members_that_the_document_does_not_name_are_of_the_type_that_it_gives_them() -> None:
    counts = Type(TypeKind.COMPLEX, open=True, rest=Type(TypeKind.INT64))
    assert validate.body({"a": 1, "b": None}, counts) == {"a": 1, "b": None}
    with pytest.raises(InvalidError, match="'a'"):
        validate.body({"a": "x"}, counts)
