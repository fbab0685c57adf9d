"""Wrong values that a run has planted: from then on they are no finding, and others still are."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.json_types import Json
from graph_contracts.operations.planted_values import PlantedValues, is_wrong
from tests.support.drivers import ONE, updating
from tests.support.scripted_client import ScriptedClient

SHAPE = Type(
    TypeKind.COMPLEX,
    properties={
        "count": Property("count", Type(TypeKind.INT32)),
        "when": Property("when", Type(TypeKind.DATETIMEOFFSET)),
        "items": Property("items", Type(TypeKind.COLLECTION, item=Type(TypeKind.INT32))),
    },
    name="suite.thing",
)


@pytest.mark.parametrize(
    ("body", "path", "value"),
    [
        ({"count": "6"}, "count", "6"),
        ({"count": 1e20}, "value[3].count", 1e20),
        ({"when": "yesterday"}, "when", "yesterday"),
        ({"items": [1, "x"]}, "items[0]", "x"),
        ({"@odata.type": "#suite.other"}, "@odata.type", "#suite.other"),
    ],
)
def test_what_was_planted_is_no_finding_from_then_on(body: dict[str, Any], path: str, value: Any) -> None:
    client = ScriptedClient(ONE)
    update = updating(client)
    before, then = update.patch({"name": "x"}), update.patch({"name": "y"})
    planted = PlantedValues()
    planted.sent("one", body, SHAPE, then)
    assert planted.shown(then, path, value)
    assert not planted.shown(before, path, value)
    assert not planted.shown(then, path, "something else")
    assert planted.standing("one") == set(body)
    planted.sent("one", dict.fromkeys(body), SHAPE, then)
    assert planted.standing("one") == set()


def test_right_values_are_not_planted() -> None:
    exchange = updating(ScriptedClient(ONE)).patch({"name": "x"})
    planted = PlantedValues()
    body = {"count": 6, "when": "2021-03-04T05:06:07Z", "items": [1, 2], "@odata.type": "#suite.thing"}
    planted.sent("one", body, SHAPE, exchange)
    assert not planted


NUMBERED = Type(TypeKind.COMPLEX, "suite.numbered", properties={"count": Property("count", Type(TypeKind.INT32))})


@pytest.mark.parametrize("value", [4711, 6.0, -(2**31), 2**31 - 1, None])
def test_an_int32_within_its_range_is_right(value: Json) -> None:
    assert not is_wrong("count", value, NUMBERED)


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 5e9, 1e400, 6.5, "6", True, []])
def test_what_is_no_int32_or_outside_its_range_is_wrong(value: Json) -> None:
    assert is_wrong("count", value, NUMBERED)
