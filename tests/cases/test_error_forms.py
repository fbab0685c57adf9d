"""A refusal is held against what the document says of its status, and against nothing else."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from graph_contracts import cases, requirements
from graph_contracts.contract import Contract
from graph_contracts.http.exchange import Exchange, Request, Response

PROBLEM = {
    "type": "object",
    "required": ["title", "status"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"$ref": "#/components/schemas/Words"},
    },
}
WORDS: dict[str, Any] = {"3.0.3": {"type": "string", "nullable": True}, "3.1.0": {"type": ["string", "null"]}}
RIGHT = {"title": "No", "status": 422, "detail": None}
WRONG = {"title": "No", "status": "422"}


def told(
    answers: Any, status: int, body: Any, media: str = "application/problem+json", version: str = "3.1.0", **more: Any
) -> list[str]:
    """How an answer to an update is graded: `fail`, `warn`, or nothing where nobody judges it or it is right."""
    cases.load()
    document = {
        "openapi": version,
        "info": {},
        "paths": {"/things/{id}": {"patch": {"responses": {"204": {"description": ""}, **answers}}}},
        "components": {"schemas": {"Words": WORDS[version]}},
        **more,
    }
    (operation,) = Contract.from_document(document, "t").operations
    (binding,) = (each for each in requirements.bindings() if each.requirement == "update.error.documented")
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = Response(status, (("Content-Type", media),), octets)
    exchange = Exchange(0, Request("PATCH", "http://host/things/1"), response)
    if not binding.each(operation, exchange):  # type: ignore[misc]  # one function
        return []
    found = binding.function(SimpleNamespace(documented=operation), exchange)
    return [str(finding.at_most) for finding in found or ()]


def content(schema: Any = PROBLEM, *media: str) -> dict[str, Any]:
    return {"description": "", "content": {each: {"schema": schema} for each in media or ("application/problem+json",)}}


FAIL, WARN = "fail", "warn"


@pytest.mark.parametrize("version", list(WORDS))
@pytest.mark.parametrize(
    ("answers", "status", "grades"),
    [
        ({"422": content()}, 422, [FAIL]),
        ({"4XX": content()}, 422, [WARN]),
        ({"4xx": content()}, 422, [WARN]),
        ({"default": content()}, 422, [WARN]),
        ({"401": content()}, 401, [WARN]),  # a gateway may have answered
        ({"422": content({"type": "array"}), "default": content()}, 409, [WARN]),
        ({"422": {"description": ""}, "default": content()}, 422, []),  # the nearest counts
        ({"400": content()}, 422, []),
        ({}, 422, []),
        ({"422": {"description": ""}}, 422, []),
    ],
)
def test_a_wrong_body_is_told_as_far_as_the_document_says(
    answers: Any, status: int, grades: list[str], version: str
) -> None:
    assert told(answers, status, WRONG, version=version) == grades
    assert told(answers, status, RIGHT, version=version) == []


@pytest.mark.parametrize(
    ("documented", "media", "body", "grades"),
    [
        (("application/json",), "application/problem+json", WRONG, [FAIL]),
        (("application/json",), "application/json; charset=utf-8", RIGHT, []),
        (("*/*",), "application/json", WRONG, [FAIL]),
        (("application/*",), "application/json", WRONG, [FAIL]),
        (("text/plain", "application/json"), "text/plain", b"no", []),
        (("application/xml", "application/json"), "application/xml", b"<no/>", []),
        (("application/json",), "text/html", b"<h1>No</h1>", [WARN]),
        (("application/json",), "", b"", [WARN]),
        (("*/*",), "text/html", b"<h1>No</h1>", []),
        (("text/plain",), "application/json", WRONG, []),
    ],
)
def test_content_of_another_media_type_is_right_where_the_document_has_it(
    documented: tuple[str, ...], media: str, body: Any, grades: list[str]
) -> None:
    assert told({"422": content(PROBLEM, *documented)}, 422, body, media) == grades


def test_members_that_a_closed_schema_does_not_have_are_a_warning() -> None:
    closed = {"type": "object", "additionalProperties": False, "properties": {"title": {"type": "string"}}}
    assert told({"422": content(closed)}, 422, RIGHT) == [WARN]


def test_a_schema_that_leads_nowhere_promises_nothing() -> None:
    assert told({"422": content({"$ref": "#/components/schemas/Gone"})}, 422, WRONG) == []


def test_graphs_own_form_is_told_by_another_requirement() -> None:
    envelope = {"type": "object", "required": ["error"], "properties": {"error": {"type": "object"}}}
    graph: Any = {"servers": [{"url": "https://graph.microsoft.com/v1.0"}]}
    assert told({"422": content(envelope)}, 422, WRONG) == [FAIL]
    assert told({"422": content(envelope)}, 422, WRONG, **graph) == []
