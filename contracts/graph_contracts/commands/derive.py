"""`graph-contracts derive`: API reference pages in, one OpenAPI document out."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterable
from pathlib import Path

import click

from graph_contracts import derive
from graph_contracts.commands import debug_option
from graph_contracts.derive import notes
from graph_contracts.errors import ConfigurationError
from graph_contracts.system import processors


@debug_option
@click.command(name="derive")
@click.argument("pages", nargs=-1, required=True, metavar="PAGE_OR_DIR...", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to write it. Default: to stdout."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["yaml", "json"]),
    help="How to write it. Default: JSON where FILE ends in .json, else YAML.",
)
@click.option(
    "--resources",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where resource pages are, besides `resources` beside the pages' own folder. Repeatable.",
)
@click.option(
    "--metadata", metavar="FILE|URL", help="OData metadata (CSDL XML), which knows the types better than pages."
)
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where to list what was guessed, repaired and skipped, with page and line; - for stderr.",
)
@click.option("--strict", is_flag=True, help="End with an error when something had to be skipped.")
def command(
    pages: tuple[Path, ...],
    output: Path | None,
    form: str | None,
    resources: tuple[Path, ...],
    metadata: str | None,
    report: Path | None,
    strict: bool,
) -> None:
    """Read API reference pages from files and write one OpenAPI 3.1 document.

    Pages are read from the disk, not from the web: clone or download them first. Only --metadata takes an address.

    Of a directory, every operation page in it and below it is read. What can't be read is left out and counted on
    stderr; the rest is derived.
    """
    for path in pages:
        if address := re.match(r"https?:/", str(path)):
            raise ConfigurationError(
                f"derive reads files, and {address[0]}/{str(path)[address.end() :]} is an address",
                "Clone or download the pages, and name the file or folder",
            )
    found: list[notes.Note] = []
    gc.disable()  # nothing here is cyclic, and the collector would walk a whole reference again and again
    try:
        document = derive.derive(pages, resources, found, metadata, processors())
    finally:
        if report:
            _report(report, found)
    if strict:
        derive.strictly(found)
    if not report and any(note.kind is notes.Kind.SKIPPED for note in found):
        click.echo(f"derive: {notes.summary(found)}; --report - lists them", err=True)
    pieces = derive.pieces(document, form or ("json" if output and output.suffix == ".json" else "yaml"))
    if output is None or output == Path("-"):
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    _write(output, pieces, "--output")


def _report(path: Path, found: list[notes.Note]) -> None:
    if path == Path("-"):
        for note in found:
            click.echo(ascii(str(note))[1:-1] if not str(note).isprintable() else str(note), err=True)
        return
    if path.suffix == ".json":
        lines = [json.dumps([note._asdict() for note in found], ensure_ascii=False, indent=1) + "\n"]
    else:
        lines = [f"{note}\n" for note in found]
    _write(path, lines, "--report")


def _write(path: Path, pieces: Iterable[str], option: str) -> None:
    try:
        with path.open(
            "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        ) as file:  # names may be no Unicode
            file.writelines(pieces)
    except OSError as error:
        raise ConfigurationError(f"{option} {path}: {error.strerror}", "Name a file that can be written") from error
