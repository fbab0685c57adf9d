"""`docs/api.md`: what other programs may use, made from the docstrings by griffe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe

import graph_contracts

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "api.md"
FUNCTIONS = ("check", "requirement", "reference_app", "reference_server")
RESULTS = ("Results", "RequirementResult", "Outcome", "Verdict")
IN_TESTS = ("GraphContract", "ContractCase")
IN_RULES = ("TestedOperation", "Exchange", "Request", "Response", "Finding", "Level", "Inconclusive", "NotApplicable")
OWN = frozenset(
    {
        *("kept_object", "brief", "curtailed", "retried", "shorten", "whole", "labelled_json", "length", "from_json"),
        *("further", "replay", "mismatch", "place", "pause", "at_most", "signs", "wire", "chosen", "shard", "causes"),
    }
)
"""Members that only the suite itself uses: they are no part of the API."""
ERRORS = ("ContractsError", "ConfigurationError", "DocumentError", "TargetError", "NothingTestedError")
FIXTURES = ("graph_target", "graph_contract", "graph_case", "graph_server")
SECTIONS = {
    "Functions": FUNCTIONS,
    "Fixtures of the pytest plugin": FIXTURES,
    "In tests": IN_TESTS,
    "Results": RESULTS,
    "In rules of your own": IN_RULES,
    "Errors": ERRORS,
}
INTRODUCTION = """# API

What other programs may use: `from graph_contracts import check`, and so on. Everything else in the package is
private and may change without notice, and so may members of these classes that are not shown here. [In your own
tests](python.md) shows how it is used.

This page is made from the docstrings: `python -m tests.docs`.
"""
WIDE = 100


def page() -> str:
    """The whole page."""
    package = griffe.load(
        "graph_contracts", search_paths=[ROOT / "contracts"], docstring_parser="google", resolve_aliases=True
    )
    lines = [INTRODUCTION]
    for heading, names in SECTIONS.items():
        lines.append(f"## {heading}\n")
        for name in names:
            home = package["pytest_plugin"] if name in FIXTURES else package[_home(name)]
            lines += [f"### `{name}`\n", *_described(home[name])]
    return "\n".join(lines).rstrip() + "\n"


def _home(name: str) -> str:
    return str(getattr(graph_contracts, name).__module__).removeprefix("graph_contracts.")


def _described(found: Any) -> Iterator[str]:
    if found.is_function:
        if found.name not in FIXTURES:
            yield f"```python\n{_signature(found)}\n```\n"
        yield from _prose(found)
        return
    yield from _prose(found)
    members = [each for each in found.members.values() if _is_public(each)]
    listed = [line for each in members if not each.is_function for line in _field(each)]
    if listed:
        yield "\n".join(listed) + "\n"
    for each in members:
        if each.is_function:
            yield f"#### `{_signature(each)}`\n"
            yield from _prose(each)


def _is_public(member: Any) -> bool:
    name = member.name
    return not member.is_alias and name not in OWN and (not name.startswith("_") or name == "__iter__")


def _field(member: Any) -> Iterator[str]:
    kind = f": {member.annotation}" if member.annotation else ""
    value = f" = {member.value}" if member.value and not kind else ""
    first = member.docstring.value.split("\n\n")[0] if member.docstring else ""
    said = f": {_one_line(first)}" if first else ""
    yield f"- `{member.name}{kind}{value}`{said}"


def _signature(function: Any) -> str:
    """The function's head, an argument a line where it is long."""
    words = []
    for each in function.parameters:
        if each.kind is griffe.ParameterKind.keyword_only and "*" not in words:
            words.append("*")
        star = "*" if each.kind is griffe.ParameterKind.var_positional else ""
        default = f" = {each.default}" if each.default is not None and not star else ""
        if each.name != "self":
            words.append(f"{star}{each.name}: {each.annotation}{default}")
    end = f" -> {function.returns}" if function.returns else ""
    short = f"{function.name}({', '.join(words)}){end}"
    if len(short) <= WIDE:
        return short
    return f"{function.name}(\n" + "".join(f"    {word},\n" for word in words) + f"){end}"


def _prose(found: Any) -> Iterator[str]:
    """What a docstring says, section by section."""
    for section in found.docstring.parsed if found.docstring else ():
        match section.kind.value:
            case "text":
                yield section.value + "\n"
            case "parameters":
                yield "\n".join(f"- `{each.name}`: {_one_line(each.description)}" for each in section.value) + "\n"
            case "returns":
                yield f"Returns: {_one_line(section.value[0].description)}\n"
            case "raises":
                raised = [f"- `{each.annotation}`: {_one_line(each.description)}" for each in section.value]
                yield "Raises:\n\n" + "\n".join(raised) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split())
