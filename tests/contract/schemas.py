"""Documents of one operation, made from a schema."""

from __future__ import annotations

from typing import Any

from graph_contracts.contract import Contract, Property, Type


def document(schema: Any, schemas: dict[str, Any] | None = None, version: str = "3.1.0", **more: Any) -> dict[str, Any]:
    media = {"application/json": {"schema": schema}}
    answers = {"200": {"description": "", "content": media}}
    return {
        "openapi": version,
        "paths": {"/things/{id}": {"patch": {"requestBody": {"content": media}, "responses": answers, **more}}},
        "components": {"schemas": schemas or {}},
    }


def read(schema: Any, schemas: dict[str, Any] | None = None) -> Type:
    """The type that a schema in a document is read as."""
    (found,) = Contract.from_document(document(schema, schemas), "t").operations
    assert not found.trouble
    assert found.body is not None
    return found.body


def member(schema: Any, schemas: dict[str, Any] | None = None) -> Property:
    """The property that a schema is read as."""
    return read({"type": "object", "properties": {"it": schema}}, schemas).properties["it"]
