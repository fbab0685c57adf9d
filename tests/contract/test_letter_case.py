"""Two spellings of one collection that differ in letter case are one resource; each is requested as it is spelled."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import FIVE, Contract, OperationKind

THING = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
BODY = {"content": {"application/json": {"schema": THING}}}
LISTED = {"type": "object", "properties": {"value": {"type": "array", "items": THING}}}
SHOWN = {"content": {"application/json": {"schema": LISTED}}}
OPERATIONS: dict[str, Any] = {
    "list": {"responses": {"200": {"description": "", **SHOWN}}},
    "get": {"responses": {"200": {"description": "", **BODY}}},
    "post": {"requestBody": BODY, "responses": {"201": {"description": "", **BODY}}},
    "patch": {"requestBody": BODY, "responses": {"200": {"description": "", **BODY}}},
    "delete": {"responses": {"204": {"description": ""}}},
}


def contract(**paths: str) -> Contract:
    """A document of paths with some operations each; `list` is a GET."""
    items = {
        path: {"get" if each == "list" else each: OPERATIONS[each] for each in names.split()}
        for path, names in paths.items()
    }
    return Contract.from_document({"openapi": "3.1.0", "info": {}, "paths": items}, "t")


def test_spellings_with_different_methods_are_one_resource_and_noted() -> None:
    document = contract(
        **{"/grantedScopes": "list post", "/grantedScopes/{id}": "get", "/Grantedscopes/{scope-id}": "patch delete"}
    )
    assert set(document.resources) == {"/grantedScopes"}
    assert set(document.resources["/grantedScopes"]) == FIVE
    assert document.joined == {"/Grantedscopes": "/grantedScopes"}
    update = document.resources["/grantedScopes"][OperationKind.UPDATE]
    assert update.place == "/grantedScopes"
    assert update.url_path({"scope-id": "1"}) == "/Grantedscopes/1"
    assert update.collection_url_path({}) == "/grantedScopes"


def test_a_list_in_the_other_spelling_is_asked_as_it_is_spelled() -> None:
    document = contract(**{"/users/{id}/Scopes/{id2}": "get patch", "/users/{user-id}/scopes": "list"})
    (found,) = document.resources.values()
    assert found[OperationKind.READ].collection_url_path({"id": "u"}) == "/users/u/scopes"
    assert set(found) == {OperationKind.READ, OperationKind.UPDATE, OperationKind.LIST}


@pytest.mark.parametrize(
    "paths",
    [
        {"/scopes/{id}": "get patch", "/Scopes/{id}": "get"},  # the same operation in both
        {"/scopes": "list post", "/SCOPES": "post"},
        {"/scopes/{id}": "get", "/scope/{id}": "patch"},
    ],
)
def test_what_a_document_has_twice_or_spells_otherwise_stays_apart(paths: dict[str, str]) -> None:
    document = contract(**paths)
    assert document.joined == {}
    assert len(document.resources) == 2
