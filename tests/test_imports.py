"""How modules import one another: import-linter holds the arrows between rooms, and here is what it can't hold."""

from __future__ import annotations

import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

TELL = """
import os, sys

def tell(*_):
    os.write(2, "\\n".join(sys.modules).encode())
    os._exit(0)
"""
"""Ends a process with the names of the modules that it has imported."""
FIRST_VERDICT = """
from graph_contracts.cli import main
from graph_contracts.report.outcome_stream import OutcomeStream

OutcomeStream.outcome = tell
main()
"""
"""A run until it would write its first outcome."""
COMMAND = """
from graph_contracts.cli import main

main()
"""
REFERENCE = """
from graph_contracts.contract import Contract
from graph_contracts.packaged import default_document
from graph_contracts.reference.message import Tokens
from graph_contracts.reference.serving import build

build(Contract.load(default_document()), Tokens())
"""
LATE = {
    *("yaml", "tomllib", "psutil", "jsonschema", "schemathesis", "hypothesis", "xdist"),
    *("uvicorn", "starlette", "asyncio", "graph_contracts.reference.app", "graph_contracts.reference.faults"),
    *("graph_contracts.gate.baseline", "graph_contracts.report.html"),
}
"""What a run imports after its first verdict, if at all."""
HEAVY = {*LATE, "pytest", "requests", "urllib3", "jinja2", "graph_contracts.cases", "graph_contracts.engine"}
"""What no list and no help needs."""


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Not even for types alone: import-linter looks for circles of folders, and the engine's have some."""
    graph = grimp.build_graph("graph_contracts", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    engine = "graph_contracts.engine"
    assert imports[f"{engine}.session"] >= {f"{engine}.{name}" for name in ("selection", "resources", "tally")}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        raise AssertionError(" imports ".join(error.args[1])) from None


def imported(program: str, *arguments: str, folder: Path) -> set[str]:
    """The modules that a program in a process of its own has imported when it ends."""
    code = f"{TELL}{program}\ntell()"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, check=True
    )
    return set(done.stderr.split())


def test_a_run_imports_what_later_parts_need_after_its_first_verdict(tmp_path: Path) -> None:
    found = imported(FIRST_VERDICT, "run", folder=tmp_path)
    assert found >= {"pytest", "graph_contracts.cases.update.merge"}
    assert found.isdisjoint(LATE), sorted(found & LATE)


@pytest.mark.parametrize("words", ["--version", "run --help", "list", "list --faults", "judge --help"])
def test_lists_and_help_import_neither_cases_nor_what_tests(words: str, tmp_path: Path) -> None:
    found = imported(COMMAND, *words.split(), folder=tmp_path)
    assert "graph_contracts.cli" in found
    assert found.isdisjoint(HEAVY), sorted(found & HEAVY)


def test_a_sound_reference_imports_no_fault(tmp_path: Path) -> None:
    found = imported(REFERENCE, folder=tmp_path)
    faults = {f"graph_contracts.reference.{name}" for name in ("faults", "variations")}
    assert "graph_contracts.reference.app" in found
    assert found.isdisjoint(faults)
