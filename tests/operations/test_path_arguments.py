"""Arguments of functions get the operator's value, the document's, a listed one, or one that fits."""

from __future__ import annotations

from typing import Any

from graph_contracts.contract import Contract
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.path_arguments import argument_calls, argument_values
from graph_contracts.operations.sample_values import Values


def values(path: str, parameters: list[dict[str, Any]], **ids: str) -> dict[str, tuple[str, bool]]:
    named = [{"in": "path", "required": True, **each} for each in parameters]
    get = {"parameters": named, "responses": {"200": {"description": "Yes."}}}
    document = {"openapi": "3.1.0", "info": {"title": "Calls", "version": "1"}, "paths": {path: {"get": get}}}
    (operation,) = Contract.from_document(document, "test").operations
    found = argument_values(operation, argument_calls(operation, ()), Options(ids=ids), Values(1))
    return {each.argument.name: (each.value, each.made) for each in found}


def test_what_is_said_of_an_argument_counts_more_than_what_is_made_up() -> None:
    path = "/f(a='{a}',b='{b}',c={c},d='{d}')/g(start='{start}',end='{end}')"
    found = values(
        path,
        [
            {"name": "a", "schema": {"type": "string"}, "example": "D7"},
            {"name": "b", "schema": {"type": "string", "enum": ["low", "high"]}},
            {"name": "c", "schema": {"type": "integer", "format": "int32", "maximum": 5}},
            {"name": "d", "schema": {"type": "string"}},
            {"name": "start", "schema": {"type": "string", "format": "date-time"}},
            {"name": "end", "schema": {"type": "string", "format": "date-time"}},
        ],
        d="mine",
    )
    assert found["a"] == ("D7", False)
    assert found["b"] == ("low", False)
    assert found["d"] == ("mine", False)
    number, made = found["c"]
    assert made
    assert int(number) <= 5
    assert "T" in found["start"][0]
    assert found["start"][1]
