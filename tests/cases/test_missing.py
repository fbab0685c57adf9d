"""A 404 is held against a path only where nothing shows that the object itself is missing."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.cases.any.errors import test_no_request_is_answered_as_the_servers_own_failure as no5xx
from graph_contracts.cases.documented import documented, success
from graph_contracts.contract import Operation
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.read import ReadDriver
from graph_contracts.requirements import Inconclusive
from tests.support.drivers import ONE, TWO, updating
from tests.support.scripted_client import READ, ScriptedClient, answer


def reading(*listed: dict[str, Any]) -> ReadDriver:
    """An operation that reads the first object, and is answered 404, beside a list of some."""
    client = ScriptedClient(ONE)
    many = answer(200, {"value": [*listed]})
    client.scripts.append(lambda _, path: many if path == "/things" else answer(404))
    read = ReadDriver(client, READ, Options())
    read.key = "one"
    return read


def test_an_object_that_is_listed_and_not_found_is_a_finding() -> None:
    assert [each.actual for each in documented(reading(ONE, TWO))] == ["404 to GET"]


def test_an_object_that_is_listed_no_more_says_nothing_of_its_path() -> None:
    with pytest.raises(Inconclusive, match=r"^one is not there \(404"):
        list(documented(reading(TWO)))


@pytest.mark.parametrize(("fields", "judged"), [({"OData_Version": "4.0"}, False), ({}, True)])
def test_a_204_is_how_odata_shows_null(fields: dict[str, str], judged: bool) -> None:
    client = ScriptedClient()
    client.scripts.append(lambda _request, _path: answer(204, **fields))
    read = ReadDriver(client, Operation("owner_read", "GET", "/owner", success=200), Options())
    if judged:
        assert [each.actual for each in success(read, 200)] == ["204"]
    else:
        with pytest.raises(Inconclusive, match="what it reads is null"):
            list(success(read, 200))


def test_what_the_run_makes_before_the_cases_is_no_request_of_an_update() -> None:
    update = updating(ScriptedClient(ONE))
    counts = no5xx.bindings[0].each  # type: ignore[attr-defined]
    for requirement, counted in (("probe", False), ("update.method.405allow", True)):
        made = update.client.send("POST", "/things", operation=update.documented.id, requirement=requirement)
        assert counts(update.documented, made) is counted
