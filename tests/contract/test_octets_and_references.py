"""Which operations read and write octets, and what an operation on references is about."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Contract, OperationKind, Relation
from graph_contracts.contract.bound_path import collection_in

BINARY = {"type": "string", "format": "binary"}
JSON = {"application/json": {"schema": {"title": "lamp", "type": "object", "properties": {"id": {"type": "string"}}}}}
REFERENCE = "/groups/{id}/members/$ref"


def contract(*operations: tuple[str, str, dict[str, Any]]) -> Contract:
    """A contract of operations: method, path, and the content that is sent or, for a GET, shown."""
    paths: dict[str, Any] = {}
    for method, path, content in operations:
        shown = {"content": content} if method == "get" and content else {}
        operation: dict[str, Any] = {"responses": {"200": {"description": "", **shown}}}
        if method != "get" and content:
            operation["requestBody"] = {"content": content}
        paths.setdefault(path, {})[method] = operation
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": paths}
    return Contract.from_document({**document, "servers": [{"url": "https://graph.example/v1.0"}]}, "t.yaml")


def kind(method: str, path: str, content: dict[str, Any]) -> OperationKind | None:
    found = contract((method, path, content))
    return found.kinds.get(found.operations[0].id)


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("get", "/photo/$value", {}),
        ("get", "/items/{id}/content", {"application/octet-stream": {}}),
        ("get", "/items/{id}/content", {"*/*": {"schema": BINARY}}),
        ("get", "/invoices/{id}/print", {"application/pdf": {"schema": BINARY}}),
        ("put", "/items/{id}/content", {"text/plain": {"schema": BINARY}}),
        ("patch", "/users/{id}/photo", {"image/jpeg": {}}),
        ("put", "/branding/{id}/bannerLogo", {"application/json": JSON["application/json"], "image/*": {}}),
    ],
)
def test_what_is_no_data_is_octets(method: str, path: str, content: dict[str, Any]) -> None:
    assert kind(method, path, content) is OperationKind.MEDIA


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [
        ("get", "/lamps/{id}", {"text/plain": {}, **JSON, "text/json": {}}),
        ("get", "/lamps/{id}", {"*/*": JSON["application/json"]}),
        ("get", "/lamps/{id}/shade", {"application/xml": {}, **JSON}),
        ("get", "/health", {"text/plain": {"schema": {"type": "string"}}}),
        ("get", "/feed", {"application/atom+xml": {}}),
        ("put", "/lamps/{id}/shade", {"application/x-www-form-urlencoded": {}}),
        ("put", "/lamps/{id}/shade", {"multipart/form-data": {}}),
        ("patch", "/lamps/{id}", {**JSON, "application/octet-stream": {}}),
    ],
)
def test_data_in_several_media_types_is_no_octets(method: str, path: str, content: dict[str, Any]) -> None:
    assert kind(method, path, content) is not OperationKind.MEDIA


def test_a_deletion_is_of_octets_where_they_are_read_or_written() -> None:
    found = contract(("get", "/users/{id}/photo", {"image/png": {}}), ("delete", "/users/{id}/photo", {}))
    assert {*found.kinds.values()} == {OperationKind.MEDIA}
    assert {found.bound_path(each) for each in found.operations} == {"/users/{id}"}


def test_a_parameter_before_ref_is_a_key_or_names_the_relation() -> None:
    found = contract(
        ("post", REFERENCE, JSON),
        ("delete", "/groups/{id}/members/{id1}/$ref", {}),
        ("put", "/flows/{id}/connectors/{step}/$ref", JSON),
        ("delete", "/flows/{id}/connectors/{step}/$ref", {}),
        ("delete", "/teams/{id}/owners/{id1}/$ref", {}),
    )
    assert [found.relation(each) for each in found.operations] == [
        Relation("/groups/{id}/members"),
        Relation("/groups/{id}/members", "id1"),
        Relation("/flows/{id}/connectors/{step}"),
        Relation("/flows/{id}/connectors/{step}"),
        Relation("/teams/{id}/owners", "id1"),
    ]


def test_what_is_referred_to_is_where_the_example_says_it() -> None:
    example = {"@odata.id": "https://graph.example/v1.0/lamps/{id}"}
    found = contract(
        ("post", REFERENCE, {"application/json": {"example": example, "schema": {"type": "object"}}}),
        ("delete", "/groups/{id}/members/{id1}/$ref", {}),
        ("get", "/lamps", JSON),
    )
    assert {found.target(each) for each in found.operations[:2]} == {"/lamps"}


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://graph.example/v1.0/lamps/a%20b", ("/lamps", "a b")),
        ("https://other.example/v1.0/rooms/1/lamps('x')", ("/rooms/1/lamps", "x")),
        ("lamps('x')", ("lamps", "x")),
        ("https://[", ("", "")),
    ],
)
def test_the_url_of_an_object_names_its_collection_and_its_key(url: str, named: tuple[str, str]) -> None:
    assert collection_in(url, ["https://graph.example/v1.0"]) == named
