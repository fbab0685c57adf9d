"""The answer to an update is an object where the document says so, and whatever else it says elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graph_contracts import cases, requirements
from graph_contracts.contract import Contract, Operation
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.update import UpdateDriver

NAMED = {"type": "object", "properties": {"name": {"type": "string"}}}


def update(schema: Any) -> Operation:
    """An update whose answer a schema describes."""
    content = {"content": {"application/json": {"schema": schema}}}
    sent = {"content": {"application/json": {"schema": NAMED}}}
    node = {"requestBody": sent, "responses": {"200": {"description": "", **content}}}
    document = {"openapi": "3.1.0", "info": {}, "paths": {"/things/{id}": {"patch": node}}}
    (operation,) = Contract.from_document(document, "t").operations
    return operation


@pytest.mark.parametrize(
    ("schema", "shown", "wrong"),
    [
        (NAMED, {"name": "x"}, False),
        (NAMED, {"value": {"name": "x"}}, True),
        (NAMED, [{"name": "x"}], True),
        ({"type": "object"}, {"anything": 1}, False),
        ({"type": "object"}, ["x"], True),
        ({"type": "string"}, "done", False),
        ({"type": "string"}, ["done"], True),
        ({"anyOf": [NAMED, {"type": "boolean"}]}, True, False),
        ({"type": "array", "items": NAMED}, [{"name": "x"}], False),
        ({}, "done", False),
    ],
)
def test_an_answer_is_accused_only_of_what_the_document_does_not_have(schema: Any, shown: Any, wrong: bool) -> None:
    cases.load()
    operation = update(schema)
    (binding,) = (each for each in requirements.bindings() if each.requirement == "update.resp.object")
    driver = UpdateDriver(Client(Connection("http://127.0.0.1:1")), operation, Options())
    response = Response(200, (("Content-Type", "application/json"),), json.dumps(shown).encode())
    exchange = Exchange(0, Request("PATCH", "http://127.0.0.1:1/things/1"), response, entity="1")
    assert bool(list(binding.function(driver, exchange) or ())) is wrong


@pytest.mark.parametrize("schema", [{}, {"type": "object"}, {"type": "object", "additionalProperties": True}])
def test_an_answer_of_which_the_document_says_nothing_is_read_as_what_was_sent(schema: Any) -> None:
    driver = UpdateDriver(Client(Connection("http://127.0.0.1:1")), update(schema), Options())
    assert set(driver.answer_type.properties) == {"name"}
    (found,) = driver.model.compare({"name": "x"}, {"name": "y"})
    assert found.path == "name"
