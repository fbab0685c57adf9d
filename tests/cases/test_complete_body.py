"""A failure on one value of a property is not held against the property where another value is accepted."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from graph_contracts.cases.any.complete_body import test_a_complete_representation_is_accepted as full
from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.http.exchange import Request, Response
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Severity
from tests.support.drivers import ONE
from tests.support.scripted_client import THING, UPDATE, ScriptedClient, answer

LOCALE = Property("locale", Type(TypeKind.STRING, limits={"maxLength": 14}))
"""Too short for a text that nobody has."""


@pytest.mark.parametrize(("most", "severity"), [(1, Severity.NOTE), (9, Severity.FAIL)])
def test_another_value_tells_a_failing_value_from_a_failing_property(most: int, severity: Severity) -> None:
    client = ScriptedClient({**ONE, "locale": None})
    failing: list[Any] = []

    def script(request: Request, _: str) -> Response | None:
        value = json.loads(request.body).get("locale") if request.method == "PATCH" else None
        if value is not None and value not in failing and len(failing) < most:
            failing.append(value)
        return answer(500) if value is not None and value in failing else None

    client.scripts.append(script)
    thing = replace(THING, properties={**THING.properties, "locale": LOCALE})
    update = UpdateDriver(client, replace(UPDATE, body=thing, response=thing), Options())
    update.key = "one"
    (found,) = full.bindings[0].function(update)  # type: ignore[attr-defined]
    assert (found.at_most, found.expected) == (severity, "2xx to a body with locale")
