"""Values for places whose schema says more than a kind: within the limits, different, and the same in every run."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Type, TypeKind
from graph_contracts.contract.value_limits import within
from graph_contracts.generation import documents
from graph_contracts.operations.sample_values import Values, free, keeps_texts, plain


@pytest.mark.parametrize(
    ("kind", "limits", "different"),
    [
        (TypeKind.STRING, {"pattern": r"^-?\d{0,8}(?:\.\d{0,2})?$", "format": "decimal"}, 4),
        (TypeKind.STRING, {"pattern": "^[A-Z]{3}-[0-9]{4}$"}, 4),
        (TypeKind.STRING, {"format": "email", "maxLength": 30}, 4),
        (TypeKind.STRING, {"format": "uri"}, 4),
        (TypeKind.STRING, {"minLength": 2, "maxLength": 3}, 3),
        (TypeKind.INT32, {"minimum": 1, "maximum": 12}, 4),
        (TypeKind.INT64, {"multipleOf": 7}, 4),
        (TypeKind.DOUBLE, {"exclusiveMinimum": 0, "exclusiveMaximum": 1}, 4),
        (TypeKind.INT64, {"enum": [3, 5]}, 2),
        (TypeKind.ANY, {"enum": ["a", 1, None]}, 2),
    ],
    ids=str,
)
def test_values_are_within_limits_and_differ(kind: TypeKind, limits: dict[str, Any], different: int) -> None:
    type_ = Type(kind, limits=limits)
    made = [Values(1).make(type_, "price", n) for n in (1, 2, 3, 4)]
    assert made == [Values(1).make(type_, "price", n) for n in (1, 2, 3, 4)]
    assert all(within(value, limits, formats=True) for value in (*made, Values(1).fresh(type_)))
    assert len(set(made)) >= different
    assert kind is not TypeKind.INT64 or all(type(value) is int for value in made)


def test_a_decimal_is_a_number_rather_than_what_else_its_pattern_allows() -> None:
    price = Type(TypeKind.STRING, limits={"pattern": r"^-?\d{0,8}(?:\.\d{0,2})?$"})
    assert [float(Values(1).make(price, "price", n)) for n in (1, 2)] == [1.5, 2.5]


@pytest.mark.parametrize("limits", [{"minItems": 3}, {"maxItems": 0}, {"minItems": 2, "uniqueItems": True}], ids=str)
def test_collections_hold_as_many_items_as_they_may(limits: dict[str, Any]) -> None:
    listed = Type(TypeKind.COLLECTION, item=Type(TypeKind.STRING), limits=limits)
    assert all(within(Values(1).make(listed, "tags", n), limits) for n in (1, 2, 3))


def test_limits_that_nothing_keeps_to_leave_the_usual_value() -> None:
    assert Values(1).make(Type(TypeKind.STRING, limits={"minLength": 3, "maxLength": 2}), "name", 1)


def test_of_several_types_one_is_sent() -> None:
    either = Type(TypeKind.ANY, alternatives=(Type(TypeKind.INT64), Type(TypeKind.BOOLEAN)))
    assert type(Values(1).make(either, "it", 1)) is int


def test_a_place_is_free_where_its_limits_leave_room_for_what_cases_send() -> None:
    assert free(Type(TypeKind.STRING, limits={"maxLength": 200}))
    assert free(Type(TypeKind.INT32, limits={"minimum": 0, "maximum": 2**31 - 1}))
    for kind, limits in (
        (TypeKind.STRING, {"maxLength": 20}),
        (TypeKind.STRING, {"pattern": "^a"}),
        (TypeKind.INT32, {"maximum": 12}),
    ):
        assert not free(Type(kind, limits=limits))
        assert not plain(Type(kind, limits=limits))


def test_generated_bodies_keep_to_limits() -> None:
    assert documents.schema(Type(TypeKind.STRING, limits={"maxLength": 3})) == {"type": "string", "maxLength": 3}
    bounded = documents.schema(Type(TypeKind.INT64, limits={"minimum": 1}))
    assert bounded is not None
    assert [within(value, bounded) for value in (0, 1, 2**60)] == [False, True, False]


def test_texts_go_into_a_bag_only_where_its_members_may_be_texts() -> None:
    for rest in (None, Type(TypeKind.ANY), Type(TypeKind.STRING)):
        assert keeps_texts(Type(TypeKind.COMPLEX, open=True, rest=rest))
    for rest in (
        Type(TypeKind.INT64),
        Type(TypeKind.STRING, members=("a",)),
        Type(TypeKind.STRING, limits={"maxLength": 3}),
    ):
        assert not keeps_texts(Type(TypeKind.COMPLEX, open=True, rest=rest))
