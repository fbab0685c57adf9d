"""The kind of an operation, whoever wrote the document."""

from __future__ import annotations

from typing import Any

from graph_contracts.contract import Contract, OperationKind

STATION = {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}}}
PAGE = {"type": "object", "properties": {"value": {"type": "array", "items": STATION}}}


def _body(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def contract(**paths: Any) -> Contract:
    """A contract of operations, `METHOD_path` → (request schema, status, response schema)."""
    found: dict[str, dict[str, Any]] = {}
    for (method, path), (sent, status, answered) in paths["of"].items():
        operation: dict[str, Any] = {
            "responses": {str(status): {"description": "", **(_body(answered) if answered else {})}}
        }
        if sent:
            operation["requestBody"] = _body(sent)
        found.setdefault(path, {})[method] = operation
    return Contract.from_document(
        {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": found}, "t.yaml"
    )


def kinds(of: dict[tuple[str, str], tuple[Any, int | str, Any]]) -> dict[str, dict[OperationKind, str]]:
    return {path: {s: str(o) for s, o in found.items()} for path, found in contract(of=of).resources.items()}


def test_the_operations_of_one_resource_stand_together_whatever_its_key_is_called() -> None:
    found = kinds(
        {
            ("get", "/lines/{line}/stations"): (None, 200, PAGE),
            ("post", "/lines/{line-id}/stations"): (STATION, 201, STATION),
            ("get", "/lines/{id}/stations/{id1}"): (None, 200, STATION),
            ("patch", "/lines/{id}/stations/{station}"): (STATION, 200, STATION),
            ("delete", "/lines/{line}/stations/{station}"): (None, 204, None),
        }
    )
    assert list(found) == ["/lines/{}/stations"]
    assert {kind.value for kind in found["/lines/{}/stations"]} == {"list", "create", "read", "update", "delete"}


def test_what_only_looks_like_an_object_or_a_collection_has_a_kind_of_its_own() -> None:
    found = kinds(
        {
            ("post", "/stations/{id}/close"): (STATION, 200, STATION),
            ("post", "/stations/{id}/tracks/$ref"): (STATION, 204, None),
            ("get", "/stations/{id}/photo/$value"): (None, 200, None),
            ("get", "/stations/near(lat={lat})"): (None, 200, PAGE),
        }
    )
    assert {path: {*each} for path, each in found.items()} == {
        "/stations/{}/close": {OperationKind.ACTION},
        "/stations/{}/tracks/$ref": {OperationKind.REFERENCE},
        "/stations/{}/photo/$value": {OperationKind.MEDIA},
        "/stations/near": {OperationKind.FUNCTION},
    }


def test_a_creation_may_be_begun_alone_where_it_is_sent_what_its_path_names() -> None:
    body = _body({"$ref": "#/components/schemas/microsoft.graph.team"})
    begun = {"post": {"requestBody": body, "responses": {"202": {"description": ""}}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {"/teams": begun, "/teams/{id}/archive": begun},
        "components": {"schemas": {"microsoft.graph.team": STATION}},
    }
    found = Contract.from_document(document, "t.yaml").resources
    assert {path: {*each} for path, each in found.items()} == {
        "/teams": {OperationKind.CREATE},
        "/teams/{}/archive": {OperationKind.ACTION},
    }


def test_an_object_that_is_alone_is_read_and_updated_and_no_list() -> None:
    found = kinds({("get", "/settings"): (None, 200, STATION), ("patch", "/settings"): (STATION, 200, STATION)})
    assert found == {"/settings": {OperationKind.READ: "GET /settings", OperationKind.UPDATE: "PATCH /settings"}}


def test_a_list_is_told_by_what_lies_below_it_where_its_answer_says_nothing() -> None:
    found = kinds(
        {
            ("get", "/stations"): (None, 200, None),
            ("post", "/stations"): (STATION, 200, STATION),
            ("get", "/stations/{id}"): (None, 200, STATION),
        }
    )
    assert set(found["/stations"]) == {OperationKind.LIST, OperationKind.CREATE, OperationKind.READ}


def test_examples_of_path_parameters_are_read_wherever_openapi_has_them() -> None:
    parameters = [
        {"name": "line", "in": "path", "example": "red", "schema": {"type": "string"}},
        {"name": "stop", "in": "path", "examples": {"one": {"value": 7}}, "schema": {"type": "integer"}},
        {"$ref": "#/components/parameters/exit"},
        {"name": "gate", "in": "path", "schema": {"type": "string"}},
        {"name": "lang", "in": "query", "example": "en", "schema": {"type": "string"}},
    ]
    own = [{"name": "line", "in": "path", "example": "blue", "schema": {"type": "string"}}]
    path = "/lines/{line}/stops/{stop}/exits/{exit}/gates/{gate}"
    document = {
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "paths": {path: {"parameters": parameters, "get": {"parameters": own, "responses": {}}}},
        "components": {"parameters": {"exit": {"name": "exit", "in": "path", "schema": {"example": "north"}}}},
    }
    (operation,) = Contract.from_document(document, "t.yaml").operations
    assert operation.parameter_examples == {"line": "blue", "stop": "7", "exit": "north"}


def test_paths_of_graph_itself_are_told_apart_where_success_is_only_a_range() -> None:
    found = kinds(
        {
            ("get", "/users"): (None, "2XX", PAGE),
            ("post", "/users"): (STATION, "2XX", STATION),
            ("get", "/users/{user-id}"): (None, "2XX", STATION),
            ("patch", "/users/{user-id}"): (STATION, 204, None),
            ("get", "/users/$count"): (None, "2XX", {"type": "integer"}),
            ("get", "/users/delta()"): (None, "2XX", PAGE),
            ("put", "/users/{user-id}/manager/$ref"): (STATION, 204, None),
            ("get", "/users/{user-id}/manager"): (None, "2XX", STATION),
            ("post", "/users/{user-id}/microsoft.graph.assignLicense"): (STATION, "2XX", STATION),
            ("get", "/users/{user-id}/memberOf/graph.group"): (None, "2XX", PAGE),
            ("get", "/me"): (None, "2XX", STATION),
            ("patch", "/me"): (STATION, 204, None),
        }
    )
    assert {path: set(each) for path, each in found.items()} == {
        "/users": {OperationKind.LIST, OperationKind.CREATE, OperationKind.READ, OperationKind.UPDATE},
        "/users/{}/manager": {OperationKind.READ},
        "/me": {OperationKind.READ, OperationKind.UPDATE},
        "/users/$count": {OperationKind.COUNT},
        "/users/delta()": {OperationKind.DELTA},
        "/users/{}/manager/$ref": {OperationKind.REFERENCE},
        "/users/{}/microsoft.graph.assignLicense": {OperationKind.ACTION},
        "/users/{}/memberOf/graph.group": {OperationKind.FUNCTION},
    }
