"""From API reference pages to one OpenAPI 3.1 document: the only thing that testing takes from reading."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

from graph_contracts.derive import csdl
from graph_contracts.derive.includes import Includes
from graph_contracts.derive.metadata import refine
from graph_contracts.derive.notes import Kind, Note
from graph_contracts.derive.openapi import Builder
from graph_contracts.derive.read_pages import File, readings
from graph_contracts.derive.resources import Library
from graph_contracts.derive.write import pieces, write
from graph_contracts.errors import PageError
from graph_contracts.json_types import JsonObject

__all__ = ["derive", "pieces", "write"]

HINT = "Name API reference pages or a folder of them"


def derive(
    pages: Sequence[Path],
    resources: Sequence[Path] = (),
    notes: list[Note] | None = None,
    metadata: str | None = None,
    processes: int = 1,
) -> JsonObject:
    """The document that pages say.

    Args:
        pages: operation pages, or folders of them.
        resources: folders with resource pages, for links that lead nowhere beside their page.
        notes: takes what was guessed, repaired or skipped, in the order of the pages.
        metadata: file or address of OData metadata, which knows the types better than pages do.
        processes: how many may work at once where there are many pages; with more than one, the module that a program
            starts with must be safe to import, as for `multiprocessing`.

    Raises:
        PageError: no page can be read, or none documents a request; it names the page and, if any, the line.
        MetadataError: the metadata can't be read.
    """
    notes = [] if notes is None else notes
    model = csdl.load(metadata) if metadata else None
    includes = Includes([path if path.is_dir() else path.parent for path in (*pages, *resources)])
    builder = Builder(Library(resources, notes, includes))
    titles: list[str] = []
    names: list[str] = []
    failed: list[PageError] = []
    sources = [(path, _files(path)) for path in pages]
    with closing(readings([file for _, files in sources for file in files], includes, processes)) as found:
        for path, files in sources:
            empty = True
            for reading in islice(found, len(files)):
                empty = empty and reading.facts is None and reading.error is None
                if reading.shows_requests:
                    what = "it shows requests, and has no section of an operation page"
                    notes.append(Note.skipped_page(str(reading.path), what))
                elif reading.error:
                    failed.append(reading.error)
                    notes.append(Note.skipped_page(str(reading.path), reading.error.what))
                elif reading.facts:
                    builder.add(reading.facts)
                    notes.extend(reading.facts.page.notes)
                    titles.append(reading.facts.page.title)
                    names.append(reading.path.name)
            if empty:
                raise PageError(f"{path}: the folder holds no operation page", HINT)
    if not titles:
        raise failed[0] if failed else PageError("no page was named", HINT)
    if model:
        refine(builder.schemas, builder.paths, builder.ambiguities, model)
    title = titles[0] if len(titles) == 1 else f"{titles[0]} and {len(titles) - 1} more"
    return builder.document(title, names[0] if len(names) == 1 else f"{len(names)} pages")


def strictly(notes: Sequence[Note]) -> None:
    """Let nothing be left out.

    Raises:
        PageError: something was; it names the first and counts the rest.
    """
    skipped = [note for note in notes if note.kind is Kind.SKIPPED]
    if skipped:
        first = skipped[0]
        more = f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else ""
        raise PageError(f"{first.page}:{first.line}: {first.what}{more}", "Without --strict the rest is derived")


def _files(path: Path) -> list[File]:
    """A page that is named, or every page in a folder and below it."""
    if not path.is_dir():
        return [File(path, named=True)]
    found: list[File] = []
    for folder, folders, files in os.walk(path):
        folders.sort()
        pages = (Path(folder, name) for name in sorted(files) if name.endswith(".md"))
        found += [File(page, named=False) for page in pages if page.is_file()]  # a pipe would be waited for
    return found
