"""Types are held to jsonschema: what it accepts is never accused and is served, whatever the schema is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph_contracts.cases.any import date_times, numbers, structure, types
from graph_contracts.cases.values import wrong_of
from graph_contracts.contract import Operation, OperationKind, TypeKind
from graph_contracts.generation.wrong import wrongs
from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.http.exchange import Exchange, Request, Response
from graph_contracts.operations import response_schema
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.read import ReadDriver
from graph_contracts.operations.sample_values import TYPICAL, Values, free, plain
from graph_contracts.reference import validate
from graph_contracts.requirements import Finding, Severity
from tests.contract import family

OFTEN = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
CHECKS = tuple(
    binding
    for case in (*vars(types).values(), *vars(structure).values())
    for binding in getattr(case, "bindings", ())
    if binding.each is not None and binding.kind is OperationKind.READ
)
"""The checks of structure and types over every answer."""


def answered(operation: Operation, body: Any) -> Exchange:
    """An exchange in which a target shows an object."""
    request = Request("GET", "http://127.0.0.1:1/things/1")
    octets = json.dumps(body).encode()
    response = Response(200, (("Content-Type", "application/json"),), octets)
    return Exchange(1, request, response, operation=operation.id, entity="1")


def accusations(operation: Operation, body: Any) -> Iterator[Finding]:
    """What the checks of types over every answer find in an object."""
    driver = ReadDriver(Client(Connection("http://127.0.0.1:1")), operation, Options())
    exchange = answered(operation, body)
    for check in CHECKS:
        assert check.each(operation, exchange)
        yield from (found for found in check.function(driver, exchange) if found.at_most is not Severity.WARN)


@given(family.right_ones())
@OFTEN
def test_what_a_schema_accepts_is_never_accused_and_is_served(given_: tuple[Any, Any, Any]) -> None:
    value, schema, parts = given_
    operation = family.operation(schema, parts)
    body = {"id": "1", "it": value}
    assert list(accusations(operation, body)) == []
    assert operation.response is not None
    assert list(response_schema.errors(body, operation.response)) == []
    assert list(wrongs(body, operation.response)) == []
    validate.body(body, operation.response)


@given(family.any_ones())
@OFTEN
def test_what_is_served_is_what_a_schema_accepts(given_: tuple[Any, Any]) -> None:
    value, schema = given_
    type_ = family.operation(schema, {}).response
    assert type_ is not None
    try:
        validate.body({"it": value}, type_)
    except validate.InvalidError:
        served = False
    else:
        served = True
    assert served == family.right(value, schema, {})


@given(family.SENDABLE, st.integers(1, 40))
@OFTEN
def test_what_is_sent_is_what_a_schema_accepts(schema: Any, n: int) -> None:
    type_ = family.operation(schema, {}).response
    assert type_ is not None
    body = Values(1).full(type_, n, ("it",))
    assert body == Values(1).full(type_, n, ("it",))
    assert family.right(body["it"], schema, {}), body


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@given(st.data())
@OFTEN
def test_what_is_sent_as_wrong_is_what_no_schema_accepts(version: str, data: st.DataObject) -> None:
    schema = data.draw(family.SCHEMAS | family.SENDABLE)
    spelled = family.in_30(schema) if version == "3.0.3" else schema
    parts = data.draw(family.COMPONENTS)
    told = {name: family.in_30(each) if version == "3.0.3" else each for name, each in parts.items()}
    assume(spelled is not None and None not in told.values())
    body = family.operation(spelled, told, "patch", version).body
    assert body is not None
    type_ = body.properties["it"].type
    values = {**numbers.WRONG, TypeKind.DATETIMEOFFSET: date_times.NO_DATES}
    usual = (*values.get(type_.kind, ()), *(numbers.BEYOND if type_.kind is TypeKind.INT32 else ()))
    sent = wrong_of(usual, type_) if free(type_) else ()
    assert [value for value in sent if family.right(value, schema, parts)] == []


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@given(family.SENDABLE, st.integers(1, 40))
@OFTEN
def test_what_is_sent_as_right_is_what_a_schema_accepts(version: str, schema: Any, n: int) -> None:
    spelled = family.in_30(schema) if version == "3.0.3" else schema
    assume(spelled is not None)
    body = family.operation(spelled, {}, "patch", version).body
    assert body is not None
    type_ = body.properties["it"].type
    anything = plain(type_) and free(type_)
    values = [Values(1).make(type_, "it", n)]
    values += [Values(n).fresh(type_), *TYPICAL.get(type_.kind, ())] if anything else []
    assert [value for value in values if not family.right(value, schema, {})] == []
