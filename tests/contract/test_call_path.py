"""Calls of functions are read from path templates, and their arguments written as OData has them."""

from __future__ import annotations

import pytest

from graph_contracts.contract.call_path import calls


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/reports/usage(period='{period}')", [("usage", 1, ["period"])]),
        ("/me/ns.view(start={start},end='{end}')", [("ns.view", 1, ["start", "end"])]),
        ("/sheets/{id}/range(address='{address}')/format", [("range", 2, ["address"])]),
        ("/items/{id}/activity(from={from},interval='day')", [("activity", 2, ["from"])]),
        ("/things('{id}')", []),
        ("/things({id})/close", []),
        ("/things/{id}/delta()", []),
    ],
)
def test_a_call_names_its_arguments(path: str, found: list[tuple[str, int, list[str]]]) -> None:
    assert [(each.name, each.at, [argument.parameter for argument in each.varied]) for each in calls(path)] == found


def test_a_literal_has_quotes_where_the_template_has_them() -> None:
    text, number = calls("/f(text='{text}',number={number})")[0].arguments
    assert text.literal("it's 50%/é") == "'it''s%2050%25%2F%C3%A9'"
    assert number.literal("-1.5") == "-1.5"
