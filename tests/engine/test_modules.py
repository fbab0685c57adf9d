"""Each module of a run owns what it holds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from graph_contracts import engine

FOLDER = Path(engine.__file__).parent
TREES = {
    path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in FOLDER.rglob("*.py") if path.stem != "__init__"
}


def assigned(tree: ast.AST) -> Iterator[ast.Attribute]:
    """The attributes that a module sets."""
    attributes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return (each for each in attributes if isinstance(each.ctx, ast.Store))


def test_nothing_sets_a_field_of_a_session_from_outside() -> None:
    owners = {name: [ast.unparse(each.value) for each in assigned(tree)] for name, tree in TREES.items()}
    assert owners["session"]
    for name, found in owners.items():
        for owner in found:
            part = owner.rpartition(".")[2]
            assert part not in {"session", "tally", "selection", "recovery", "result"}, f"{name}: {owner}"
