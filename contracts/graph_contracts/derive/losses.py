"""What a page holds and the document doesn't: a note for each table, fence and section that nothing is read from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from graph_contracts.derive import paths, permissions, statuses, tables, value_tables
from graph_contracts.derive.examples import MESSAGES
from graph_contracts.derive.includes import DIRECTIVE
from graph_contracts.derive.markdown import Block, Page, Section

PROSE = re.compile(
    r"\b(?:examples?|see also|content|next steps?|remarks?|notes?|considerations?|limitations?|practices?|feedback"
    r"|sdks?)\b"
)
"""Titles of sections that hold examples, or nothing that a document says."""
BESIDES = re.compile(r"(?:\w+ )?(?:methods|functions|actions|operations|reports|tasks|events)(?: on .*)?|what's new")
"""Titles of sections of resource pages that lead to other pages."""
NONE_NEEDED = re.compile(r"\A\W*none\b|\bno (?:\w+ )?permissions?\b|\bnot required\b", re.IGNORECASE)


def of_section(page: Page, section: Section, kind: str) -> None:
    """Note what nothing is read from in a section of an operation page; `kind` is empty where it is of none."""
    blocks = section.blocks
    match kind:
        case "" if section.level == 2 and not PROSE.search(section.title):
            if not any(map(_requests, blocks)) or any(block.kind == "table" for block in blocks):
                page.notes.skipped(section.line, f"no section of an operation page is called {section.title[:60]!r}")
        case "http":
            _tables(page, section.title, blocks, lambda _: False)
            for block in blocks:
                if block.kind == "fence" and block.language in MESSAGES and block.text.strip() and not _requests(block):
                    page.notes.skipped(block.line, "a fence in the section of the request shows no request")
        case "permissions":
            _tables(page, section.title, blocks, lambda table: any(permissions.cells(table)))
        case "response" | "errors":
            _tables(page, section.title, blocks, statuses.states)
        case "parameters" | "body":
            values = [table for _, table in value_tables.found(blocks)]
            _tables(page, section.title, blocks, lambda table: table in values or tables.names_properties(table))


def of_permissions(page: Page, blocks: Sequence[Block]) -> None:
    """Note that a section about permissions has no table of them, unless the note says it of what it includes."""
    if any(block.kind == "table" for block in blocks):
        return
    texts = [block.text for block in blocks if block.kind == "text"]
    if texts and not any(NONE_NEEDED.search(text) or DIRECTIVE.search(text) for text in texts):
        page.notes.skipped(blocks[0].line, "the permissions stand in no table: they are left open")


def of_resource(page: Page, sections: Iterable[Section]) -> None:
    """Note the tables in sections of a resource page that are of none of its kinds."""
    for section in sections:
        if section.level > 1 and not PROSE.search(section.title) and not BESIDES.fullmatch(section.title):
            values = [table for _, table in value_tables.found(section.blocks)]
            _tables(page, section.title, section.blocks, values.__contains__)


def _tables(page: Page, title: str, blocks: Iterable[Block], used: Callable[[Block], bool]) -> None:
    for table in (block for block in blocks if block.kind == "table" and block.rows):
        if not used(table):
            first = " | ".join(table.rows[0][1])
            page.notes.skipped(table.line, f"nothing is read from a table in {title[:60]!r}: {first[:60]!r}")


def _requests(block: Block) -> bool:
    """Whether a fence shows a request."""
    return block.kind == "fence" and any(paths.request_line(line) for line in block.text.split("\n"))
