"""From API reference pages to one OpenAPI 3.1 document: the only thing that testing takes from reading."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from graph_contracts.derive import csdl, markdown
from graph_contracts.derive.includes import Includes
from graph_contracts.derive.metadata import refine
from graph_contracts.derive.notes import Kind, Note
from graph_contracts.derive.openapi import Builder
from graph_contracts.derive.page import facts, is_operation_page, shows_requests
from graph_contracts.derive.resources import Library
from graph_contracts.derive.write import pieces, write
from graph_contracts.errors import PageError
from graph_contracts.files import read
from graph_contracts.json_types import JsonObject

__all__ = ["derive", "pieces", "write"]

HINT = "Name API reference pages or a folder of them"


def derive(
    pages: Sequence[Path],
    resources: Sequence[Path] = (),
    notes: list[Note] | None = None,
    metadata: str | None = None,
) -> JsonObject:
    """The document that pages say.

    Args:
        pages: operation pages, or folders of them.
        resources: folders with resource pages, for links that lead nowhere beside their page.
        notes: takes what was guessed, repaired or skipped, in the order of the pages.
        metadata: file or address of OData metadata, which knows the types better than pages do.

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
    for path, octets in _read(pages, notes):
        try:
            page = markdown.decode(octets, path, includes) if octets is not None else markdown.read(path, includes)
            found = facts(page)
        except PageError as error:
            failed.append(error)
            notes.append(Note.skipped_page(str(path), error.what))
            continue
        builder.add(found)
        notes.extend(page.notes)
        titles.append(page.title)
        names.append(path.name)
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


def _read(paths: Sequence[Path], notes: list[Note]) -> Iterator[tuple[Path, bytes | None]]:
    """Each page named, and the operation pages in each folder with what they hold; others that show requests are noted.

    Raises:
        PageError: a folder holds no operation page.
    """
    for path in paths:
        if not path.is_dir():
            yield path, None
            continue
        empty = True
        for folder, folders, files in os.walk(path):
            folders.sort()
            for name in sorted(files):
                if name.endswith(".md") and Path(folder, name).is_file():  # a pipe would be waited for
                    file = Path(folder, name)
                    try:
                        octets = read(file)
                    except OSError:
                        octets = None  # said when the page is read
                    if octets is None or is_operation_page(octets):
                        empty = False
                        yield file, octets
                    elif shows_requests(octets):
                        what = "it shows requests, and has no section of an operation page"
                        notes.append(Note.skipped_page(str(file), what))
        if empty:
            raise PageError(f"{path}: the folder holds no operation page", HINT)
