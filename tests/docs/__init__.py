"""The pages under `docs/`: made from the docstrings, and held equal to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from contracts import cases
from contracts.commands import explain
from contracts.contract import Shape
from contracts.requirements import registry

FOLDER = Path(__file__).parents[2] / "docs" / "requirements"


def pages() -> Mapping[str, str]:
    """Every page by its file's name."""
    cases.load()
    found = {f"{each.id}.md": explain.page(each) for each in registry() if each.shape is Shape.UPDATE}
    for shape in Shape:
        if shape is not Shape.UPDATE:
            found[f"{shape}.md"] = explain.chapter(shape, [each for each in registry() if each.shape is shape])
    return found | {"README.md": explain.index(registry())}
