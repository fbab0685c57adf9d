"""Limits of values: those in simple words are held without a validator, and as the validator would hold them."""

from __future__ import annotations

from itertools import product

import pytest
from jsonschema import Draft202012Validator

from graph_contracts.contract.value_limits import SIMPLE, within
from graph_contracts.json_types import Json, JsonMapping

LIMITS: tuple[JsonMapping, ...] = (
    {"minLength": 1},
    {"maxLength": 2},
    {"minLength": 2, "maxLength": 2},
    {"minimum": 0},
    {"maximum": 2.5},
    {"minimum": -1, "maximum": 1, "maxLength": 0},
    {"pattern": "^a+$"},
    {"pattern": "b", "minLength": 2},
)
VALUES: tuple[Json, ...] = ("", "a", "aa", "aab", "é😀", 0, -1, 2.5, 3, True, False, None, [], [1, 2, 3], {"a": 1})


@pytest.mark.parametrize(("limits", "value"), [*product(LIMITS, VALUES)])
def test_simple_limits_are_held_as_a_validator_holds_them(limits: JsonMapping, value: Json) -> None:
    assert limits.keys() <= SIMPLE
    assert within(value, limits) is Draft202012Validator(limits).is_valid(value)
