"""`graph-contracts explain`: one requirement, why it is one, what is sent, and what a server may do otherwise.

The pages under `docs/requirements/` are the same, as Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import click

from graph_contracts import cases
from graph_contracts.commands import debug_option
from graph_contracts.contract import OperationKind
from graph_contracts.errors import ConfigurationError
from graph_contracts.reference.sheet import proofs
from graph_contracts.report import citation
from graph_contracts.report.words import basis
from graph_contracts.requirements import PROFILES, Requirement, registry

NOUNS: Mapping[OperationKind, str] = {
    OperationKind.READ: "read",
    OperationKind.LIST: "list",
    OperationKind.CREATE: "creation",
    OperationKind.DELETE: "deletion",
}
"""What the pages call each kind of operation."""


@debug_option
@click.command(name="explain")
@click.argument("requirement")
@click.option(
    "--format", "form", type=click.Choice(("text", "markdown")), default="text", show_default=True, help="How to write."
)
def command(requirement: str, form: str) -> None:
    """Explain a requirement: its source, what is sent, what may vary, how to fix, the faults that prove it."""
    cases.load()
    known = {each.id: each for each in registry()}
    if requirement not in known:
        near = get_close_matches(requirement, known, 1, 0)
        raise ConfigurationError(
            f"no requirement is called {requirement!r}", f"Did you mean {near[0]}?" if near else ""
        )
    chosen = known[requirement]
    click.echo(page(chosen) if form == "markdown" else explain(chosen), nl=form != "markdown")


def explain(requirement: Requirement) -> str:
    """All that is known of a requirement, as text."""
    lines = [
        requirement.id,
        "",
        requirement.statement,
        "",
        f"Level    {requirement.level}: {basis(requirement.basis)}",
        f"Source   {requirement.source}",
        f"Of       {requirement.convention}",
        f"Gates    {_gates(requirement)}",
    ]
    said = (("Sent", requirement.sent), ("Varies", requirement.vary), ("Fix", requirement.fix))
    lines += [f"{label:<8} {text}" for label, text in said if text]
    lines += [f"Case     {case}" for case in requirement.cases]
    lines += [f"Proof    {fault.name}: {fault.text}" for fault in proofs(requirement.id)]
    return "\n".join(lines)


def page(requirement: Requirement) -> str:
    """The same as a page of Markdown."""
    faults = [f"- `{fault.name}`: {fault.text}" for fault in proofs(requirement.id)]
    return "\n".join(
        [
            f"# {requirement.id}",
            "",
            f"**{requirement.statement}**",
            "",
            f"- Level: {requirement.level}; {basis(requirement.basis)}",
            f"- Source: {_cited(requirement)}",
            f"- Convention of: {requirement.convention}",
            f"- Gates: {_gates(requirement)}",
            *_section("What is sent", [requirement.sent]),
            *_section(
                "What may vary",
                [f"- {each}" for each in requirement.vary.split("; ")] if requirement.vary else ["Nothing."],
            ),
            *_section("How to fix", [requirement.fix]),
            *_section("Faults that prove it", faults or ["None: it is recorded, and nothing breaks it on purpose."]),
            *_section("Cases", [f"- {_case(case)}" for case in requirement.cases]),
            "",
        ]
    )


def index(requirements: Iterable[Requirement]) -> str:
    """The page that leads to all others, by area."""
    areas: dict[str, list[Requirement]] = {}
    others: dict[OperationKind, int] = {}
    for each in requirements:
        if each.kind is not OperationKind.UPDATE:
            others[each.kind] = others.get(each.kind, 0) + 1
            continue
        areas.setdefault(each.area, []).append(each)
    lines = [
        "# Requirements",
        "",
        "What a server is held to, a page a requirement. Written from the cases' docstrings by `python -m tests.docs`;",
        "`graph-contracts explain` says the same. These are about updates; other operations have a page a kind:",
        ", ".join(f"[{NOUNS[kind]}s]({kind}.md) ({count})" for kind, count in others.items()) + ".",
    ]
    for area, rows in areas.items():
        lines += ["", f"## {area}", "", "| Requirement | Level | |", "|---|---|---|"]
        lines += [
            f"| [`{row.id}`]({row.id}.md) | {row.level} | {row.statement.replace('|', chr(92) + '|')} |" for row in rows
        ]
    return "\n".join(lines) + "\n"


def chapter(kind: OperationKind, requirements: Iterable[Requirement]) -> str:
    """The page of all that one kind of operation is held to, beside what updates are."""
    lines = [
        f"# {NOUNS[kind].capitalize()}s",
        "",
        f"What a {NOUNS[kind]} is held to, each with the level and the source of what updates are held to.",
    ]
    known = {each.id for each in registry()}
    for each in requirements:
        alike = f"{OperationKind.UPDATE}.{each.id.partition('.')[2]}"
        faults = [f"- `{fault.name}`: {fault.text}" for fault in proofs(each.id)]
        like = f"; as [`{alike}`]({alike}.md)" if alike in known else ""
        lines += ["", f"## {each.id}", "", f"**{each.statement}**", "", f"{each.level}; {basis(each.basis)}{like}."]
        lines += ["", f"Source: {_cited(each)}; convention of {each.convention}"]
        lines += ["", f"Sent: {each.sent}", "", f"To fix: {each.fix}"]
        lines += ["", *faults] if faults else []
    return "\n".join(lines) + "\n"


def _cited(requirement: Requirement) -> str:
    pieces = citation.parts(requirement.source)
    return "".join(f"[{part.text}]({part.url})" if part.url else part.text for part in pieces)


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"## {title}", "", *lines]


def _case(name: str) -> str:
    module, _, function = name.rpartition(".")
    return f"[`{function}`](../../contracts/{module.replace('.', '/')}.py)"


def _gates(requirement: Requirement) -> str:
    if requirement.gates == PROFILES:
        return "always"
    return f"with --profile {' or '.join(requirement.gates)}" if requirement.gates else "never: it is reported only"
