"""How the modules of a run hang together: in one direction, and each owns what it holds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from graph_contracts import engine

FOLDER = Path(engine.__file__).parent
TREES = {
    path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in FOLDER.rglob("*.py") if path.stem != "__init__"
}
PACKAGE = "graph_contracts.engine"


def imported(tree: ast.AST) -> Iterator[str]:
    """The modules of the package that a module imports anywhere, also for types alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{PACKAGE}."):
            yield str(node.module).rpartition(".")[2]
            yield from (alias.name for alias in node.names)


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {name: {each for each in imported(tree) if each in TREES and each != name} for name, tree in TREES.items()}
    assert len(graph) > 30
    assert graph["session"] >= {"selection", "recovery", "resources", "tally", "target"}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise AssertionError(" imports ".join(error.args[1])) from None


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
