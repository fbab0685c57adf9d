"""No file, class or function of the package is longer than CONTRIBUTING allows, and no file or class of its tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILE, CLASS, FUNCTION = 400, 300, 60
"""Lines that each may have."""
FILES = sorted(
    path
    for folder in ("contracts", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if not any(part.startswith(".") or part == "node_modules" for part in path.relative_to(ROOT).parts)
)
"""What is written here; packages that tests install lie in hidden folders."""


def too_long(text: str, function: int = FUNCTION) -> Iterator[str]:
    if (lines := text.count("\n")) > FILE:
        yield f"the file has {lines} lines"
    for node in ast.walk(ast.parse(text)):
        most = CLASS if isinstance(node, ast.ClassDef) else function
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            if lines > most:
                yield f"{node.name} has {lines} lines"


def test_nothing_is_longer_than_allowed() -> None:
    found = {}
    for path in FILES:
        name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        found[name] = [*too_long(text, FILE if name.startswith("tests/") else FUNCTION)]
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "text", ["x = 1\n" * 401, "class A:\n" + "    x = 1\n" * 300, "def f():\n" + "    return 1\n" * 60]
)
def test_what_is_too_long_is_noticed(text: str) -> None:
    assert len([*too_long(text)]) == 1
    assert not [*too_long(text.rpartition("\n")[0].rpartition("\n")[0] + "\n")]
