"""The client, tested against a mock of the API that its document describes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from notes.client import NotesError, titles

DOCUMENT = Path(__file__).parents[1] / "notes" / "openapi.yaml"


def test_titles_are_read(graph_server: Callable[..., str]) -> None:
    assert len(titles(graph_server(DOCUMENT, objects=3))) == 3


def test_a_list_in_another_shape_is_noticed(graph_server: Callable[..., str]) -> None:
    with pytest.raises(NotesError):
        titles(graph_server(DOCUMENT, faults=["list-is-a-bare-array"]))
