"""What the glossary and ARCHITECTURE call by name is in the code, and what has a name there is in the glossary."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "contracts" / "graph_contracts"
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
ROOMS = ("contract", "engine", "gate", "operations", "requirements")
"""Rooms whose classes are all in the glossary."""
NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
CLASS = re.compile(r"[A-Z][a-z]+\w*")
OTHERS = frozenset({"requests.Session", "outcomes.jsonl", "outcomes.jsonl.gz", "update.persist.read"})
"""Names of another package, of a file that a run writes, and of a requirement, which `tests/test_names.py` holds."""


def defined(body: list[ast.stmt], *, own: bool = False) -> Iterator[str]:
    """The names that the statements of a module or class define; with `own` also a method's fields of `self`."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (name for each in targets for name in ast.unparse(each).strip("()").split(", "))
        if own and isinstance(node, ast.FunctionDef):
            yield from (each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute))


def names() -> dict[str, set[str]]:
    """The modules and classes of the package by name, each with what it defines."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        # a package is called by its folder's name
        module = path.parent.name if path.name == "__init__.py" else path.stem
        found.setdefault(module, set()).update(defined(body))
        for node in body:
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, set()).update(defined(node.body, own=True))
    return found


KNOWN = names()
MEMBERS = frozenset().union(*KNOWN.values())


def there(name: str) -> bool:
    """Whether the code has a module, class, function or field of a name; of a dotted one the last two words count."""
    if any((folder / name).exists() for folder in (ROOT, PACKAGE)):
        return True
    owner, _, member = name.rpartition(".")
    if owner:
        return member in KNOWN.get(owner.rpartition(".")[2], ())
    return name in KNOWN or name in MEMBERS


def rows() -> list[tuple[str, list[str]]]:
    """The terms of the glossary, each with its names in the code."""
    cells = [line.split("|") for line in GLOSSARY.splitlines() if line.startswith("| ")]
    return [(term.strip(), re.findall(r"`([^`]+)`", code)) for _, term, code, *_ in cells[1:]]


@pytest.mark.parametrize(("term", "code"), rows())
def test_a_term_names_what_is_there(term: str, code: list[str]) -> None:
    assert code, term
    assert [name for name in code if not there(name)] == []


def test_terms_stand_in_their_order() -> None:
    terms = [term.casefold() for term, _ in rows()]
    assert len(terms) > 80
    assert terms == sorted(set(terms))


def test_every_class_that_a_run_is_made_of_is_a_term() -> None:
    terms = {word for _, code in rows() for name in code for word in name.split(".")}
    classes = {
        node.name
        for room in ROOMS
        for path in (PACKAGE / room).rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }
    assert len(classes) > 100
    assert classes - terms == set()


def test_architecture_names_what_is_there() -> None:
    quoted = [name for name in re.findall(r"`([^`\n]+)`", ARCHITECTURE) if NAME.fullmatch(name)]
    classes = {name for name in quoted if CLASS.match(name)}
    assert len(classes) > 30
    assert [name for name in quoted if not there(name) and name not in OTHERS] == []


def test_a_name_that_is_not_there_is_found() -> None:
    assert there("ResourceGroup.linked")
    assert there("engine.tally.Tally")
    assert not there("ResourceGroup.lanes")
    assert not there("Kinship")
    assert not there("reference/lots.py")


def test_architecture_gives_a_reason_for_each_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    wanted = {(re.split(r"[<>=[]", each)[0], group) for group, packages in groups.items() for each in packages}
    table = ARCHITECTURE.partition("## Dependencies")[2]
    told = set()
    for cell in re.findall(r"^\| ([a-z][^|]*) \| [^|]+ \|$", table, re.MULTILINE):
        packages, _, group = cell.partition(" (")
        told |= {(package, group.removeprefix("extra ").strip(")`")) for package in packages.split(", ")}
    assert told == wanted
