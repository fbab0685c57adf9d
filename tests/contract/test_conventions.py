"""Which conventions a document and answers claim."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Contract, Convention
from graph_contracts.contract.conventions import GRAPH, ODATA, PLAIN, answered, claimed, requested


def document(**more: Any) -> dict[str, Any]:
    get = {"operationId": "list", "responses": {"200": {"description": "All."}}}
    return {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/things": {"get": get}}, **more}


def schema(**properties: Any) -> dict[str, Any]:
    return document(components={"schemas": {"thing": {"type": "object", "properties": properties}}})


@pytest.mark.parametrize(
    ("given", "applied"),
    [
        (document(), PLAIN),
        (schema(value={"type": "string"}, odata={"type": "string"}), PLAIN),
        (document(servers=[{"url": "https://example.test/v1.0"}, {"url": "/beta"}]), PLAIN),
        (document(servers=[{"url": "https://[your-host]/v1.0"}, {"url": "http://[x"}]), PLAIN),
        (document(servers=[{"url": "https://graph.microsoft.com/v1.0"}]), GRAPH),
        (document(**{"x-graph-ambiguities": []}), GRAPH),
        (document(components={"schemas": {"microsoft.graph.user": {"type": "object"}}}), GRAPH),
        (schema(**{"@odata.nextLink": {"type": "string"}}), ODATA),
        (schema(**{"keepers@odata.bind": {"type": "array"}}), ODATA),
        (document(paths={"/$metadata": {"get": {"responses": {}}}}), ODATA),
        (document(components={"parameters": {"top": {"name": "$top", "in": "query"}}}), ODATA),
        (document(components={"schemas": {"a": {"discriminator": {"propertyName": "@odata.type"}}}}), ODATA),
    ],
)
def test_a_document_claims_the_conventions_that_it_speaks_of(given: dict[str, Any], applied: tuple[Any, ...]) -> None:
    found = claimed(given, Contract.from_document(given, "test").servers)
    assert found.applied == applied
    assert found.because
    assert Contract.from_document(given, "test").conventions == found


@pytest.mark.parametrize(
    ("head", "body", "applied"),
    [
        ({}, {"value": [{"id": "1"}]}, PLAIN),
        ({"content-type": "application/json"}, [{"id": "1"}], PLAIN),
        ({}, None, PLAIN),
        ({"odata-version": "4.0"}, None, ODATA),
        ({}, {"@odata.context": "$metadata#things"}, ODATA),
        ({}, {"value": [1, {"id": "1", "@odata.etag": "W/1"}]}, ODATA),
        ({}, [{"id": "1", "@odata.type": "#ns.thing"}], ODATA),
    ],
)
def test_answers_claim_what_their_annotations_and_fields_show(head: Any, body: Any, applied: tuple[Any, ...]) -> None:
    found = answered(claimed(document(), ()), head, body)
    assert found.applied == applied
    graph = requested("graph")
    assert graph is not None
    assert answered(graph, head, body) == graph


def test_a_convention_that_nobody_claims_says_why_it_is_not_applied() -> None:
    found = claimed(document(), ())
    reason = found.unclaimed(Convention.GRAPH)
    assert reason == (
        "it is Graph's convention, and the document claims no OData or Graph conventions (see --conventions)"
    )
    assert found.unclaimed(Convention.HTTP) == ""
    odata = requested("odata")
    assert odata is not None
    assert odata.unclaimed(Convention.GRAPH) == "it is Graph's convention, and --conventions says odata"


DETAIL = {"type": "object", "properties": {"detail": {"type": "string"}}}
ENVELOPE = {"type": "object", "properties": {"error": {"type": "object", "properties": {"code": {"type": "string"}}}}}


@pytest.mark.parametrize(
    ("answers", "own"),
    [
        ({}, False),
        ({"422": {"description": "No."}}, False),
        ({"422": DETAIL}, True),
        ({"422": {"type": "object"}}, False),
        ({"422": {"type": "string"}}, True),
        ({"422": {"anyOf": [DETAIL, {"type": "array", "items": {"type": "string"}}]}}, True),
        ({"422": {"anyOf": [DETAIL, ENVELOPE]}}, False),
        ({"4XX": DETAIL}, True),
        ({"4XX": DETAIL, "422": ENVELOPE}, False),
        ({"default": DETAIL}, True),
        ({"default": DETAIL, "4xx": ENVELOPE}, False),
        ({"400": DETAIL}, False),
        ({"422": {"$ref": "elsewhere.yaml#/a"}}, False),
    ],
)
def test_a_document_may_give_errors_a_shape_of_their_own(answers: dict[str, Any], own: bool) -> None:
    given = document()
    said = given["paths"]["/things"]["get"]["responses"]
    for status, shape in answers.items():
        said[status] = shape if "description" in shape else {"content": {"application/json": {"schema": shape}}}
    (operation,) = Contract.from_document(given, "test").operations
    assert operation.has_own_error(422) is own
