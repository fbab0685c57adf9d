"""Collections of equal items: kept as often as they were sent, unless the document makes a set of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_contracts.contract import OperationKind
from graph_contracts.requirements import Phase
from tests.cases import sheet


def judged(folder: Path, said: Mapping[str, Any]) -> sheet.Row:
    """What is said of a server that keeps equal texts once, by a document that says something more of its tags."""
    document = yaml.safe_load(sheet.SHELF.read_text())
    update = document["paths"]["/library/books/{bookId}"]["patch"]
    schema = update["requestBody"]["content"]["application/json"]["schema"]
    schema["properties"]["tags"].update(said)
    schema["properties"]["tags"].pop("x-graph-source", None)  # whoever wrote it has no words but OpenAPI's
    path = folder / "shelf.yaml"
    path.write_text(yaml.safe_dump(document))
    kinds, phases = (OperationKind.UPDATE,), (Phase.POSITIVE,)
    return sheet.run("tags", ("equal-texts-kept-once",), document=path, kinds=kinds, phases=phases, brief=True)


@pytest.mark.parametrize("said", [{"uniqueItems": True}, {"description": "The tags, without duplicates."}])
def test_a_set_may_keep_equal_items_once(tmp_path: Path, said: Mapping[str, Any]) -> None:
    row = judged(tmp_path, said)
    assert (row.failed, row.warned) == ({}, {})


def test_what_the_document_calls_no_set_keeps_all_items(tmp_path: Path) -> None:
    assert "of two equal items one" in judged(tmp_path, {}).failed["update.value.reflects"]
