"""`graph-contracts explain`: one requirement, why it is one, what is sent, and what a server may do otherwise.

The pages under `docs/requirements/` are the same, as Markdown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import click

from graph_contracts.commands import debug_option, standard_output, whole_words
from graph_contracts.contract import OperationKind
from graph_contracts.errors import ConfigurationError, nearest
from graph_contracts.reference.catalogue import proofs
from graph_contracts.report import citation, markdown
from graph_contracts.report.screen import Screen, literal
from graph_contracts.report.subjects import basis, subject
from graph_contracts.requirements import PROFILES, Requirement, catalogue, matches

NOUNS: Mapping[OperationKind, str] = {
    OperationKind.READ: "read",
    OperationKind.LIST: "list",
    OperationKind.CREATE: "creation",
    OperationKind.DELETE: "deletion",
    OperationKind.REPLACE: "replacement",
    OperationKind.ACTION: "action",
    OperationKind.FUNCTION: "function",
    OperationKind.REFERENCE: "reference",
    OperationKind.MEDIA: "media stream",
    OperationKind.COUNT: "count",
    OperationKind.DELTA: "delta query",
    OperationKind.BATCH: "batch",
}
"""What the pages call each kind of operation."""
LABEL = 9
"""Columns of the labels before what is known."""
MAX_EXPLAINED = 8
"""More requirements than that are listed, not explained."""


@debug_option
@click.command(name="explain")
@click.argument("requirement", metavar="REQUIREMENT")
@click.option(
    "--format", "form", type=click.Choice(("text", "markdown")), default="text", show_default=True, help="How to write."
)
def command(requirement: str, form: str) -> None:
    """Explain a requirement: its source, what is sent, what may vary, how to fix, the faults that prove it.

    REQUIREMENT is what run --select takes: an id, with or without `update.`, how ids begin, or a pattern as in
    'update.merge.*'. Where it means many, they are listed.
    """
    chosen = meant(requirement)
    if len(chosen) > MAX_EXPLAINED:
        lines = [f"{each.id}\n    {each.statement}" for each in chosen]
        lines += ["", f"{len(chosen)} requirements; explain one for all that is known of it."]
        click.echo(whole_words("\n".join(lines)))
        return
    look = standard_output("auto")
    texts = [page(each) if form == "markdown" else explain(each, look) for each in chosen]
    click.echo("\n".join(texts), nl=False)


def meant(name: str) -> list[Requirement]:
    """The requirements that a name or pattern means.

    Raises:
        ConfigurationError: it means none.
    """
    known = {each.id: each for each in catalogue()}
    for exact in (name, f"update.{name}"):
        if exact in known:
            return [known[exact]]
    chosen = [each for each in known.values() if matches(each.id, name)]
    if not chosen:
        short = {id_.removeprefix("update."): id_ for id_ in known}
        near = nearest(name, [*known, *short])
        hint = f"Did you mean {short.get(near, near)}?" if near else ""
        raise ConfigurationError(f"no requirement is called {name!r}", hint)
    return chosen


def explain(requirement: Requirement, look: Screen) -> str:
    """All that is known of a requirement, as text in whole words."""
    known = [
        ("Level", f"{requirement.level}: {basis(requirement.basis)}"),
        ("Source", requirement.source),
        ("Of", str(requirement.convention)),
        ("Gates", _gates(requirement)),
        ("Sent", requirement.sent),
        ("Varies", requirement.vary),
        ("Fix", requirement.fix),
        *(("Case", case) for case in requirement.cases),
        *(("Proof", f"{fault.name}: {fault.text}") for fault in proofs(requirement.id)),
    ]
    lines = [literal(requirement.id, "bold"), literal(""), *look.indented(literal(requirement.statement)), literal("")]
    lines += [line for label, text in known if text for line in look.indented(literal(text), label, LABEL, "dim")]
    return look.rendered(lines)


@dataclass(frozen=True)
class Shown:
    """An exchange with a server that does what a requirement says, and the same with one that does not."""

    right: str
    wrong: str
    fault: str
    """What is wrong with the second server."""
    why: str
    """What a report says of that."""


def page(requirement: Requirement, shown: Shown | None = None) -> str:
    """The same as a page of Markdown, with an example where there is one."""
    faults = [f"- `{fault.name}`: {fault.text}" for fault in proofs(requirement.id)]
    return "\n".join(
        [
            f"# {requirement.statement.removesuffix('.')}",
            "",
            f"- Requirement: `{requirement.id}`",
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
            *_example(shown),
            *_section("Faults that prove it", faults or ["None: it is recorded, and nothing breaks it on purpose."]),
            *_section("Cases", [f"- {_case(case)}" for case in requirement.cases]),
            "",
        ]
    )


def _example(shown: Shown | None) -> list[str]:
    if shown is None:
        return []
    return [
        *_section("Right", ["```http", shown.right, "```"]),
        *_section("Wrong", ["```http", shown.wrong, "```", "", f"What a run says of it: {markdown.code(shown.why)}"]),
    ]


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
        lines += ["", f"## {subject(area)}", "", "| Requirement | Level | |", "|---|---|---|"]
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
    known = {each.id for each in catalogue()}
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
