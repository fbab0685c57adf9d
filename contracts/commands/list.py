"""`graph-contracts list`: the catalogue of requirements, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby

import click

from contracts import cases
from contracts.commands import debug_option
from contracts.requirements import Requirement, registry


@debug_option
@click.command(name="list")
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    show_default=True,
    help="How to write it.",
)
def command(form: str) -> None:
    """List every requirement: id, level, statement, source and the cases that test it."""
    cases.load()
    click.echo(FORMS[form](registry()))


def as_text(requirements: Iterable[Requirement]) -> str:
    """A block a subject, two lines a requirement."""
    blocks = []
    for subject, group in groupby(requirements, lambda each: each.subject):
        lines = [subject]
        for each in group:
            lines += [f"  {each.id}  {each.level} ({each.basis})", f"      {each.statement}"]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def as_json(requirements: Iterable[Requirement]) -> str:
    """An array of objects with the catalogue's columns."""
    rows = [
        {
            "id": each.id,
            "level": each.level,
            "basis": each.basis,
            "statement": each.statement,
            "source": each.source,
            "vary": each.vary,
            "promoted": each.promoted,
            "http_only": each.http_only,
            "cases": each.cases,
        }
        for each in requirements
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def as_markdown(requirements: Iterable[Requirement]) -> str:
    """A table."""
    rows = ["| Requirement | Level | Basis | Statement | Source |", "|---|---|---|---|---|"]
    for each in requirements:
        cells = (f"`{each.id}`", each.level, each.basis, each.statement, each.source)
        rows.append("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


FORMS = {"text": as_text, "json": as_json, "markdown": as_markdown}
