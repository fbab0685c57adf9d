"""The pages under `docs/`: made from the docstrings, and held equal to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from graph_contracts import cases
from graph_contracts.commands import explain
from graph_contracts.contract import OperationKind
from graph_contracts.requirements import registry

FOLDER = Path(__file__).parents[2] / "docs" / "requirements"


def pages() -> Mapping[str, str]:
    """Every page by its file's name."""
    cases.load()
    found = {f"{each.id}.md": explain.page(each) for each in registry() if each.kind is OperationKind.UPDATE}
    for kind in OperationKind:
        if kind is not OperationKind.UPDATE:
            found[f"{kind}.md"] = explain.chapter(kind, [each for each in registry() if each.kind is kind])
    return found | {"README.md": explain.index(registry())}
