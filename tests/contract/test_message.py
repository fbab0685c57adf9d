"""JSON is asked for where the document has another media type before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from graph_contracts.contract.message import asked_for
from graph_contracts.operations.knowledge import Options
from graph_contracts.operations.read import ReadDriver
from tests.support.drivers import ONE
from tests.support.scripted_client import READ, ScriptedClient


@pytest.mark.parametrize(
    ("media", "asked"),
    [
        ((), ""),
        (("application/json",), ""),
        (("application/json", "text/csv"), ""),
        (("application/problem+json; charset=utf-8", "application/json"), ""),
        (("text/csv",), ""),
        (("text/plain", "Application/JSON; charset=utf-8", "text/json"), "application/json"),
        (("application/yaml", "application/x+json", "application/json"), "application/json"),
        (("application/yaml", "application/x+json"), "application/x+json"),
    ],
)
def test_json_is_asked_for_where_something_else_comes_first(media: tuple[str, ...], asked: str) -> None:
    assert asked_for({"content": {each: {} for each in media}}) == asked


def test_a_request_says_what_it_asks_for_unless_a_case_does() -> None:
    read = ReadDriver(ScriptedClient(ONE), replace(READ, accept="application/json"), Options())
    assert read.get("one").sent("Accept") == "application/json"
    assert read.get("one", headers={"Accept": "text/csv"}).sent("Accept") == "text/csv"
    assert read.observer.item("one")[1].sent("Accept") == "application/json"
    assert ReadDriver(ScriptedClient(ONE), READ, Options()).get("one").sent("Accept") is None
