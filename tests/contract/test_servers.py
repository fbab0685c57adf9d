"""The base URLs that a document gives, whatever their variables are."""

from __future__ import annotations

from typing import Any

import pytest

from graph_contracts.contract import Contract
from graph_contracts.contract.servers import MAX_CHOICES, choices, servers


def server(url: str, **variables: Any) -> dict[str, Any]:
    return {"url": url, "variables": variables}


@pytest.mark.parametrize(
    ("given", "url"),
    [
        (server("https://a.example/v1"), "https://a.example/v1"),
        (server("https://{a}.example", a={"default": "north"}), "https://north.example"),
        (server("https://x:{port}", port={"default": 8443}), "https://x:8443"),
        (server("https://x/{on}", on={"default": True}), "https://x/true"),
        (server("https://x/{a}/{a}", a={"default": "b"}), "https://x/b/b"),
        (server("https://x/{a}/{b}", a={"default": "{b}"}, b={"default": "c"}), "https://x/{b}/c"),
        (server("https://x/{a}", a={"enum": ["first", "second"]}), "https://x/first"),
        (server("https://x/{a}", a={}), "https://x/"),
        (server("https://x/{a}", a={"default": None, "enum": "no list"}), "https://x/"),
        (server("https://x/{unknown}", a={"default": "b"}), "https://x/{unknown}"),
        ({"url": "https://x/{a}", "variables": None}, "https://x/{a}"),
    ],
)
def test_variables_are_filled_in_with_their_defaults(given: dict[str, Any], url: str) -> None:
    assert servers([given]) == (url,)
    assert choices([given])[0] == url


def test_what_is_no_server_is_passed_over() -> None:
    assert servers([None, "https://x", {"url": 1}, {"url": "/v1"}]) == ("/v1",)
    assert (servers(None), servers("https://x"), choices({})) == ((), (), ())


def test_every_value_that_a_variable_may_have_is_a_choice() -> None:
    host = {"default": "http://localhost", "enum": ["http://localhost", "https://graph.microsoft.com"]}
    given = [server("{host}/{version}", host=host, version={"default": "beta", "enum": ["v1.0", "beta"]})]
    assert choices(given) == (
        "http://localhost/beta",
        "http://localhost/v1.0",
        "https://graph.microsoft.com/beta",
        "https://graph.microsoft.com/v1.0",
    )


def test_a_document_with_any_number_of_choices_is_read() -> None:
    many = {f"v{at}": {"default": "0", "enum": [*"0123456789"]} for at in range(30)}
    found = choices([server("https://x/" + "/".join(f"{{{name}}}" for name in many), **many)])
    assert len(found) == MAX_CHOICES


@pytest.mark.parametrize(
    ("url", "path"),
    [("https://a.example/v1.0/", "/v1.0"), ("/beta", "/beta"), ("https://[your-host]/v1.0", ""), ("{host}/v2", "/v2")],
)
def test_the_path_of_the_first_server_is_known(url: str, path: str) -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [server(url, host={"default": "https://x"}), server("/other")],
        "paths": {},
    }
    assert Contract.from_document(document, "test").base_path == path


def test_a_host_of_graph_among_the_choices_claims_its_conventions() -> None:
    host = {"default": "http://localhost", "enum": ["http://localhost", "https://graph.microsoft.com"]}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [server("{host}/v1.0", host=host)],
        "paths": {},
    }
    assert Contract.from_document(document, "test").conventions.because == "the document's server is Graph's"
