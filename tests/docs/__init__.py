"""The pages under `docs/`: made from the docstrings, and held equal to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from graph_contracts import cases
from graph_contracts.commands import explain
from graph_contracts.contract import OperationKind
from graph_contracts.requirements import registry

FOLDER = Path(__file__).parents[2] / "docs" / "requirements"
EXCHANGES = Path(__file__).with_name("exchanges.json")
"""A right and a wrong exchange for each requirement that has one: `python -m tests.docs.exchanges`."""


def shown() -> Mapping[str, explain.Shown]:
    """What was recorded, by requirement."""
    recorded = json.loads(EXCHANGES.read_text(encoding="utf-8"))
    return {name: explain.Shown(**each) for name, each in recorded.items()}


def pages() -> Mapping[str, str]:
    """Every page by its file's name."""
    cases.load()
    known = shown()
    updates = [each for each in registry() if each.kind is OperationKind.UPDATE]
    found = {f"{each.id}.md": explain.page(each, known.get(each.id)) for each in updates}
    for kind in OperationKind:
        if kind is not OperationKind.UPDATE:
            found[f"{kind}.md"] = explain.chapter(kind, [each for each in registry() if each.kind is kind])
    return found | {"README.md": explain.index(registry())}
