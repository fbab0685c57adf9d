"""What the documentation and the messages name is there: requirements, commands, options and files."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import click
import pytest

from graph_contracts import cases, cli, pytest_plugin
from graph_contracts.contract import Contract
from graph_contracts.gate import baseline
from graph_contracts.packaged import default_document
from graph_contracts.requirements import registry

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    [ROOT / f"{name}.md" for name in ("README", "ARCHITECTURE", "CHANGELOG", "CONTRIBUTING", "reports/README")]
    + [path for path in (ROOT / "docs").rglob("*") if path.suffix in {".md", ".yml", ".yaml"}]
)
MODULES = sorted((ROOT / "contracts").rglob("*.py"))

REQUIREMENT = re.compile(r"(?<![\w./-])(?:update|read|list|create|delete)(?:\.[a-z0-9*]+)+")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]\b(?!-)")
COMMAND = re.compile(r"(?<![\w/-])graph-contracts ([a-z][a-z-]*)(.*)")
PLACE = re.compile(r"`((?:contracts|tests|docs|reports|\.ci)/[\w./-]*)`|\]\((?!\w+:|#)([^)#\s]+)[^)]*\)")
OTHERS = {
    "--disable-pip-version-check": "pip ",
    "--query": "az account",
    "--tx": "pytest-xdist",
    **dict.fromkeys(("--pdb", "--lf", "--junitxml"), "pytest"),
    "--dist": "--dist ",
    "--five": "tests.benchmarks.scale",
    "--for": "kubectl wait",
    "--from": "uvx ",
    "--from-literal": "kubectl create",
    "--most": "tests.benchmarks.requests",
    "--odd": "tests.benchmarks.peer",
    "--record": "tests.benchmarks.ratios",
}
"""Options of other tools, with what stands on the same line."""
ELSE = re.compile(
    r"\b(?:git|curl|npx|date|commit|compose|shiv) -.*|\b(?:git|npx|commit|compose|pip|podman) [a-z].*"
    r"|\./start-server .*"
    r"|`--(?:build-arg|platform)[ =`].*"
)
"""Commands of other programs, and what their options are called in a text, to the end of their line."""
MADE = {"reports/index.html", "reports/results.json", "reports/summary.md"}
"""Files that a run writes."""
TEAM = "acme"
"""The team whose own rules examples show."""


@cache
def ids() -> frozenset[str]:
    cases.load()
    return frozenset(each.id for each in registry())


@cache
def options(name: str) -> frozenset[str]:
    """The flags of a command."""
    command = cli.graph_contracts.get_command(click.Context(cli.graph_contracts), name)
    assert command is not None, name
    return frozenset(flag for each in command.params for flag in (*each.opts, *each.secondary_opts)) | {"--help"}


def words() -> frozenset[str]:
    """The flags of all commands."""
    own = {flag for each in cli.graph_contracts.params for flag in each.opts}
    plugin = {f"--graph-{name}" for name in pytest_plugin.OPTIONS}
    return frozenset({"--help"}.union(own, plugin, *map(options, cli.COMMANDS)))


def strangers(text: str) -> Iterator[str]:
    """What a text names that isn't there."""
    for found in REQUIREMENT.finditer(text):
        name = found[0].removesuffix(".md")
        if "." in name and name.split(".")[1] != TEAM and not any(fnmatchcase(each, name) for each in ids()):
            yield name
    for line in text.splitlines():
        known = words() | {flag for flag, tool in OTHERS.items() if tool in line}
        yield from (flag for flag in OPTION.findall(ELSE.sub("", line)) if flag not in known)


def misused(line: str) -> Iterator[str]:
    """What a command line names that `graph-contracts` doesn't have."""
    for name, rest in COMMAND.findall(line):
        if name not in cli.COMMANDS:
            yield f"graph-contracts {name}"
        else:
            yield from (f"{name} {flag}" for flag in OPTION.findall(rest) if flag not in options(name))


def code(text: str) -> Iterator[str]:
    """The lines of a document's code blocks, and its code within lines."""
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        yield from block.replace("\\\n", " ").splitlines()
    yield from re.findall(r"`(graph-contracts [^`]+)`", text)


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """The docstrings and messages of a module: its texts of several words."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (each.value if isinstance(each, ast.Constant) else "…" for each in node.values)
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_what_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(strangers(text)) == set()
    lines = text.splitlines() if path.suffix != ".md" else code(text)
    assert [each for line in lines for each in misused(line)] == []
    text = re.sub(r"`\[![^`]*`", "", text)  # how a page includes another
    for own, link in PLACE.findall(text) if path.suffix == ".md" else ():
        assert own in MADE or (ROOT / own if own else path.parent / link).exists(), own or link


def test_docstrings_and_messages_name_what_is_there() -> None:
    found = {f"{path.relative_to(ROOT)}:{line}": text for path in MODULES for line, text in prose(path)}
    assert len(found) > 3000
    wrong = {place: [*strangers(text)] for place, text in found.items()}
    assert {place: names for place, names in wrong.items() if names} == {}
    typed = {place: [each for each in misused(text) if each.split()[1] not in PROSE] for place, text in found.items()}
    assert {place: names for place, names in typed.items() if names} == {}


PROSE = {"from", "plugin", "report"}
"""Words that follow the project's name in a sentence."""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("see update.merge.null", ["update.merge.null"]),
        ("`update.merge.*` and update.merge.siblings.", []),
        ("[x](update.merge.siblings.md), read.md", []),
        ("--select 'list.nothing.*'", ["list.nothing.*"]),
        ("Supply --token or --tokne", ["--tokne"]),
        ("pip install --quiet x", []),
        ("run --quieter", ["--quieter"]),
    ],
)
def test_a_name_that_is_not_there_is_found(text: str, names: list[str]) -> None:
    assert [*strangers(text)] == names


def test_a_command_line_that_cannot_be_typed_is_found() -> None:
    assert [*misused("graph-contracts run --splits 2 --ci")] == ["run --ci"]
    assert [*misused("- graph-contracts runs --splits 2")] == ["graph-contracts runs"]


def examples() -> list[tuple[str, str]]:
    """The baselines in the documentation."""
    blocks = [
        (path.name, block)
        for path in DOCUMENTS
        for block in re.findall(r"^```yaml\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    ]
    indented = re.findall(r"(?:^    .*\n)+", baseline.__doc__ or "", re.MULTILINE)
    blocks += [("baseline.py", textwrap.dedent(block)) for block in indented]
    return [(name, block) for name, block in blocks if block.startswith("- requirement:")]


def test_the_documentation_shows_baselines() -> None:
    assert [name for name, _ in examples()] == ["results.md", "baseline.py"]


@pytest.mark.parametrize(("name", "text"), examples())
def test_an_example_of_a_baseline_can_be_loaded(name: str, text: str) -> None:
    entries = baseline.parse(text, name).entries
    assert entries
    assert {entry.requirement for entry in entries} <= ids()
    assert all(entry.reasoned for entry in entries)
    if name == "results.md":
        assert {entry.operation for entry in entries} <= {str(o) for o in Contract.load(default_document()).operations}
