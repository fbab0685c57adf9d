"""`graph-contracts list`: the catalogue of requirements, and that of the reference's faults and variations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

import click

from graph_contracts.commands import debug_option, whole_words
from graph_contracts.report.subjects import subject
from graph_contracts.requirements import Requirement, catalogue

Row = Mapping[str, Any]
"""One line of a catalogue: its columns by name."""


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
@click.option("--faults", is_flag=True, help="List what the embedded reference can do wrong or differently instead.")
def command(form: str, faults: bool) -> None:
    """List every requirement: id, level, statement, source and the cases that test it."""
    rows = behaviours() if faults else requirements()
    match form:
        case "json":
            click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        case "markdown":
            click.echo(as_table(rows))
        case _:
            click.echo(whole_words(as_faults(rows) if faults else as_text(rows)))


def requirements() -> list[Row]:
    """Every requirement."""
    return [_requirement(each) for each in catalogue()]


def _requirement(each: Requirement) -> Row:
    return {
        "id": each.id,
        "level": str(each.level),
        "basis": each.basis,
        "convention": str(each.convention),
        "statement": each.statement,
        "source": each.source,
        "vary": each.vary,
        "promoted": each.promoted,
        "http_only": each.http_only,
        "cases": each.cases,
    }


def behaviours() -> list[Row]:
    """Every fault and variation of the reference, faults first."""
    from graph_contracts.reference import catalogue as known  # noqa: PLC0415 (only --faults asks for it)

    rows = [
        {"name": each.name, "kind": each.kind, "text": each.text, "caught_by": each.caught_by}
        for each in known.catalogue()
    ]
    return sorted(rows, key=lambda row: row["kind"] != "fault")


def as_text(rows: Iterable[Row]) -> str:
    """Requirements by area, two lines each."""
    blocks = []
    for (kind, area), group in groupby(rows, lambda row: row["id"].split(".")[:2]):
        lines = [f"{kind.capitalize()}: {subject(area)}"]
        for row in group:
            lines += [
                f"  {row['id']}  {row['level']} ({row['basis']}), of {row['convention']}",
                f"      {row['statement']}",
            ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def as_faults(rows: Iterable[Row]) -> str:
    """Faults and variations, each with the requirements that must notice it."""
    lines = []
    for row in rows:
        lines += [f"{row['kind']} {row['name']}", f"    {row['text']}"]
        if row["caught_by"]:
            lines.append(f"    caught by {', '.join(row['caught_by'])}")
    return "\n".join(lines)


COLUMNS = ("id", "level", "basis", "convention", "statement", "source", "name", "kind", "text", "caught_by")


def as_table(rows: list[Row]) -> str:
    """A Markdown table of what people read in a catalogue."""
    names = [name for name in COLUMNS if name in rows[0]]
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    lines += [f"| {' | '.join(_cell(name, row[name]) for name in names)} |" for row in rows]
    return "\n".join(lines)


def _cell(name: str, value: Any) -> str:
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`" if name in {"id", "name"} else escaped
