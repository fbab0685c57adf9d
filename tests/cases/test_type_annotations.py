"""Nested types are asked about only where a body has nested values: else the same body would be sent twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph_contracts.cases.any.type_annotations import (
    test_nested_type_annotations_are_accepted_and_a_wrong_one_is_not_adopted as variants,
)
from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.update import UpdateDriver
from tests.support.drivers import ONE
from tests.support.scripted_client import THING, UPDATE, ScriptedClient

PLACE = Type(TypeKind.COMPLEX, "t.place", properties={"city": Property("city", Type(TypeKind.STRING))})
NESTED = replace(THING, properties={**THING.properties, "place": Property("place", PLACE)})


@pytest.mark.parametrize(("body", "spellings"), [(THING, set()), (NESTED, {"t.place", "#t.place"})])
def test_a_body_without_nested_values_is_not_sent_again(body: Type, spellings: set[str]) -> None:
    client = ScriptedClient(ONE)
    update = UpdateDriver(client, replace(UPDATE, body=body, response=body), Options())
    update.key = "one"
    assert update.bodies.accepted
    before = len(client.bodies("PATCH"))
    assert len(list(variants.bindings[0].function(update))) == 1, "the store keeps a root type"  # type: ignore[attr-defined]
    sent = [each for each in client.bodies("PATCH")[before:] if "@odata.type" not in each]
    assert {each["place"]["@odata.type"] for each in sent if "place" in each} == spellings
    assert len(sent) == len(spellings)
