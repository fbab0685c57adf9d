"""The page about the API says what the docstrings say, of all that is public."""

from __future__ import annotations

import graph_contracts
from tests.docs import api


def test_the_page_is_the_one_that_the_docstrings_make() -> None:
    assert api.PAGE.read_text(encoding="utf-8") == api.page(), "write it again: python -m tests.docs"


def test_the_page_has_all_that_is_public() -> None:
    shown = {name for names in api.SECTIONS.values() for name in names} - set(api.FIXTURES)
    assert shown == set(vars(graph_contracts)["__all__"]) - {"__version__"}


def test_each_part_says_something() -> None:
    text = api.PAGE.read_text(encoding="utf-8")
    for names in api.SECTIONS.values():
        for name in names:
            said = text.partition(f"### `{name}`\n")[2].lstrip("\n")
            assert said, name
            assert not said.startswith("#"), name
