"""The sections of a page, however their headings are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from graph_contracts.derive import markdown
from graph_contracts.derive.markdown import Block, Page, Section

BOLD = re.compile(r"^[ \t]*\*\*([^*\n]+)\*\*:?[ \t]*$", re.MULTILINE)


def split(page: Page, expected: frozenset[str], kind: Callable[[str], str]) -> Iterator[Section]:
    """The page's sections; for an expected one that is missing, what stands below a lower or bold heading of its name.

    `kind` says of a title which section it is of.
    """
    missing = expected - {kind(section.title) for section in page.sections}
    for section in page.sections:
        if missing and not section.title.startswith("example"):
            yield from _split(section, lambda title: kind(title) in missing)
        else:
            yield section


def _split(section: Section, wanted: Callable[[str], bool]) -> Iterator[Section]:
    part = section._replace(blocks=[])
    examples_follow = False
    for block in (piece for each in section.blocks for piece in _headed(each, wanted)):
        if block.kind == "heading" and block.level > 2 and not examples_follow:
            title = markdown.normal(block.text)
            examples_follow = title.startswith("example")
            if examples_follow or wanted(title) or block.level <= part.level:
                yield part
                part = Section(title, block.line, block.level, [])
        part.blocks.append(block)
    yield part


def _headed(block: Block, wanted: Callable[[str], bool]) -> Iterator[Block]:
    """A text in pieces, where lines of it are bold and called as a missing section; any other block as it is."""
    if block.kind != "text" or "**" not in block.text:
        yield block
        return
    at = 0
    for found in BOLD.finditer(block.text):
        if wanted(markdown.normal(found[1])):
            yield from _piece(block, at, found.start())
            yield Block("heading", block.line + block.text.count("\n", 0, found.start()), found[1], 6)
            at = found.end()
    yield from _piece(block, at, len(block.text))


def _piece(block: Block, start: int, end: int) -> Iterator[Block]:
    if block.text[start:end].strip():
        yield block._replace(line=block.line + block.text.count("\n", 0, start), text=block.text[start:end])
