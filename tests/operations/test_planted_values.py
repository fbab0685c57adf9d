"""Which values a document doesn't allow in a place: those are remembered where a target took them."""

from __future__ import annotations

import pytest

from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.json_types import Json
from graph_contracts.operations.planted_values import is_wrong

NUMBERED = Type(TypeKind.COMPLEX, "t.numbered", properties={"count": Property("count", Type(TypeKind.INT32))})


@pytest.mark.parametrize("value", [4711, 6.0, -(2**31), 2**31 - 1, None])
def test_an_int32_within_its_range_is_right(value: Json) -> None:
    assert not is_wrong("count", value, NUMBERED)


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 5e9, 1e400, 6.5, "6", True, []])
def test_what_is_no_int32_or_outside_its_range_is_wrong(value: Json) -> None:
    assert is_wrong("count", value, NUMBERED)
