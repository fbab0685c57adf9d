"""What OData's schemas have among properties for the sake of $expand is not sent in plain bodies."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Contract

BOOK = {"$ref": "#/components/schemas/Book"}
PARTS = {
    "title": {"type": "string"},
    "size": {"type": "object", "properties": {"pages": {"type": "integer"}}},
    "author": {"allOf": [{"$ref": "#/components/schemas/Author"}], "nullable": True},
    "texts": {"type": "array", "items": {"$ref": "#/components/schemas/Text"}},
    "tags": {"type": "array", "items": {"type": "string"}},
}


def sent(method: str, path: str, *, odata: bool = True, **info: Any) -> set[str]:
    """The properties of what is sent to a path of books, whose texts, author, tags and title have paths, too."""
    option = {"name": "$select" if odata else "fields", "in": "query", "schema": {"type": "string"}}
    body = {"content": {"application/json": {"schema": BOOK}}}
    write = {"requestBody": body, "responses": {"200": {"description": "", **body}}}
    listed = {"parameters": [option], "responses": {"200": {"description": ""}}}
    named = {name: {"type": "object", "properties": {"name": {"type": "string"}}} for name in ("Author", "Text")}
    below = {f"/Books({{ID}})/{name}": {"get": listed} for name in ("author", "texts", "tags", "title")}
    document = {
        "openapi": "3.0.2",
        "info": {"title": "t", "version": "1", **info},
        "paths": {"/Books": {"get": listed, "post": write}, "/Books({ID})": {"get": listed, "patch": write}, **below},
        "components": {"schemas": {"Book": {"type": "object", "properties": PARTS, "required": ["title"]}, **named}},
    }
    found = next(
        each for each in Contract.from_document(document, "t").operations if (each.method, each.path) == (method, path)
    )
    assert found.body is not None
    return {*found.body.properties}


@pytest.mark.parametrize(("method", "path"), [("POST", "/Books"), ("PATCH", "/Books({ID})")])
def test_relationships_are_not_sent(method: str, path: str) -> None:
    assert sent(method, path) == {"title", "size", "tags"}


def test_only_odata_has_relationships() -> None:
    assert sent("POST", "/Books", odata=False) == {*PARTS}
    derived: dict[str, Any] = {"x-graph-source": "page.md"}
    assert sent("POST", "/Books", **derived) == {*PARTS}, "pages have none among the properties"
