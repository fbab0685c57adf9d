"""A page's Markdown as sections of blocks with line numbers: headings, tables, fences, comments and text.

Reference pages are flat: tables, fences and comments begin lines. So they are found by a scanner, at the speed that a
whole reference needs; a page that nests them in quotations goes through markdown-it. Tables that GFM gives up on (a
delimiter row that doesn't fit, rows cut off by a blank line) are read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from graph_contracts import files
from graph_contracts.derive.includes import FRONT, Includes
from graph_contracts.derive.notes import Notes, Origins
from graph_contracts.errors import PageError

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

HINT = "An API reference page is a Markdown file"
START = re.compile(
    r"^(?: {0,3}(?P<level>#{1,6})(?:[ \t\xa0]+|(?<=##)(?=[A-Z]))(?P<title>[^\n]*)"
    r"|[ \t]*(?:(?P<fence>`{3,}|~{3,})(?P<info>[^\n]*)\n|(?P<comment><!--)|(?P<html><table\b)"
    r"|(?P<row>\|)|(?P<bare>:?-{2,}:?[ \t]*\|[-:| \t]*$)))",
    re.MULTILINE,
)
"""How a block begins; what lies between blocks is text."""
ANCHOR = re.compile(r"<[^<>]*>|\{#[^{}]*\}")
"""What gives a heading an address, and is no part of its title."""
ENDS = {
    mark: re.compile(
        rf"^(?:(?P<end>[ \t]*{mark}{{3,}}[ \t]*$)|#{{2,6}}[ \t]+\w|[ \t]*```[ \t]*\w)",
        re.MULTILINE,
    )
    for mark in "`~"
}
"""What ends a fence: its mark, or what no fence of a reference page holds, a heading or the beginning of another."""
COMMENT_END = re.compile("-->|<!--")
"""What ends a comment, or shows that it is never closed: the beginning of another."""
PARAGRAPH = re.compile(r"\n(?=[ \t]*(?:\n|```))")
ROWS = re.compile(r"(?:[ \t]*\|[^\n]*(?:\n|\Z)|[^\n|#<`]*\|[^\n]*(?:\n|\Z))+")
NESTED = re.compile(r"\n[ \t]*>[ \t>]*(?:```|~~~|\||#)")
"""That it begins with a letter of its own makes the search fast."""
FIELD = re.compile(r"^([\w.]+):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
TAB = re.compile(r"\[[^\]]*\]\(#tab/")
DELIMITER = re.compile(r"(?=[|:\s]*+-)[|:\-\s]*+")

HTML_ROW = re.compile(r"<tr\b[^<>]*+>(.*?)(?=</?t(?:r|able|body|head)\b|\Z)", re.DOTALL | re.IGNORECASE)
HTML_CELL = re.compile(r"<t[dh]\b[^<>]*+>(.*?)(?=</?t[dhr]\b|\Z)", re.DOTALL | re.IGNORECASE)

Row = tuple[int, tuple[str, ...]]
"""The line and the cells of a table's row."""


class Block(NamedTuple):
    """One block of a page; lines count from 1."""

    kind: str
    """`heading`, `table`, `fence`, `comment` or `text`."""
    line: int
    """Where it begins; of a fence, its first line of content."""
    text: str = ""
    level: int = 0
    """Of a heading."""
    rows: tuple[Row, ...] = ()
    """Of a table, the header first."""
    language: str = ""
    """Of a fence, in lower case."""


class Section(NamedTuple):
    """A heading of level 1 or 2 and the blocks below it; the first section of a page may have no heading."""

    title: str
    """Without marks, in lower case."""
    line: int
    level: int
    blocks: list[Block]


@dataclass(frozen=True)
class Page:
    """A page as it is written."""

    path: Path
    front: Mapping[str, str]
    title: str
    """The front matter's title, else the first heading."""
    sections: Sequence[Section]
    notes: Notes
    origins: Origins
    """Where its lines were read from."""

    @property
    def name(self) -> str:
        return self.path.name

    def place(self, line: int) -> str:
        """A line of this page, or of what it includes, as sources spell it."""
        return self.origins.spelled(line)

    def blocks(self) -> Iterator[Block]:
        """Every block, in page order."""
        for section in self.sections:
            yield from section.blocks


def load(path: Path) -> bytes:
    """A page's bytes.

    Raises:
        PageError: the file can't be read.
    """
    try:
        return files.read(path)
    except OSError as error:
        raise PageError(f"{path}: {error.strerror or error}") from error


def read(path: Path, includes: Includes) -> Page:
    """Read a page.

    Raises:
        PageError: the file can't be read, or isn't text.
    """
    return decode(load(path), path, includes)


def decode(octets: bytes, path: Path, includes: Includes) -> Page:
    """Parse a page's bytes.

    Raises:
        PageError: they aren't text.
    """
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise PageError(f"{path}:{line}: not UTF-8", HINT) from error
    if "\0" in text:
        raise PageError(f"{path}:{text[: text.index(chr(0))].count(chr(10)) + 1}: holds a NUL character", HINT)
    return parse(text, path, includes)


def parse(text: str, path: Path, includes: Includes) -> Page:
    """Parse a page's text, with what it includes."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, origins, missed = includes.expand(text, path)
    notes = Notes(origins)
    notes.extend(missed)
    front: dict[str, str] = {}
    start = 0
    if found := FRONT.match(text):
        front = {name: value.strip("\"'") for name, value in FIELD.findall(found[1])}
        start = found.end()
    first = NESTED.match(f"\n{text[start : start + 80]}") is not None
    blocks = nested(text, start) if first or NESTED.search(text, start) else scan(text, start, notes)
    sections = list(_sections(whole(blocks, notes)))
    heading = next((section.blocks[0].text for section in sections if section.title), "")
    return Page(path, front, front.get("title") or heading, sections, notes, origins)


def _sections(blocks: Iterator[Block]) -> Iterator[Section]:
    section = Section("", 1, 0, [])
    for block in blocks:
        if block.kind == "heading" and block.level <= 2:
            if section.blocks:
                yield section
            section = Section(normal(block.text), block.line, block.level, [])
        section.blocks.append(block)
    if section.blocks:
        yield section


def normal(title: str) -> str:
    """A heading's title in lower case, whatever its spaces and whether a colon ends it."""
    return " ".join(title.lower().split()).rstrip(": ")


def scan(text: str, at: int, notes: Notes) -> Iterator[Block]:
    """The blocks of a flat page."""
    line, counted = 1, 0
    size = len(text)
    while at < size:
        found = START.search(text, at)
        begin = found.start() if found else size
        if found and (found["bare"] or (found["row"] and _delimits(text, begin))):  # its header is the line before
            before = max(text.rfind("\n", 0, max(begin - 1, at)) + 1, at)
            begin = before if "|" in text[before:begin] else begin
        if begin > at and (between := text[at:begin]).strip():
            start = at + len(between) - len(between.lstrip())
            line, counted = line + text.count("\n", counted, start), start
            yield Block("text", line, between.strip())
        if found is None:
            return
        line, counted = line + text.count("\n", counted, begin), begin
        block, at = _block(found, text, line, begin, notes)
        if block:
            yield block


def _delimits(text: str, begin: int) -> bool:
    """Whether a line is that between a table's header and its rows."""
    end = text.find("\n", begin)
    return DELIMITER.fullmatch(text, begin, end if end >= 0 else len(text)) is not None


def _block(found: re.Match[str], text: str, line: int, begin: int, notes: Notes) -> tuple[Block | None, int]:
    """The block that begins somewhere, and where it ends; None for the heading of a tab."""
    at, size = found.end(), len(text)
    match found.lastgroup:
        case "title":
            title = found["title"]
            heading = Block("heading", line, plain(ANCHOR.sub("", title).rstrip(" \t#")), len(found["level"]))
            return None if TAB.match(title) else heading, at
        case "info":
            end = ENDS[found["fence"][0]].search(text, at)
            stop, rest = (end.start(), end.end() if end["end"] else end.start()) if end else (size, size)
            if end is None or not end["end"]:
                notes.repaired(line, "a fence that is never closed ends with the section")
            return Block("fence", line + 1, text[at:stop], language=found["info"].strip().lower()), rest
        case "comment":
            closed = COMMENT_END.search(text, at)
            stop = closed.end() if closed else size
            if closed is None or closed[0] == "<!--":
                notes.repaired(line, "a comment that is never closed ends with the paragraph")
                blank = PARAGRAPH.search(text, at)
                stop = blank.start() if blank else size
            return Block("comment", line, text[begin:stop]), stop
        case "html":
            stop = text.find("</table", at)
            stop = size if stop < 0 else stop
            rest = text.find(">", stop) + 1 or size
            return Block("table", line, rows=tuple(html_rows(text[begin:stop], line))), rest
    table = ROWS.match(text, begin)
    if table is None:
        return None, text.find("\n", at) + 1 or size
    return Block("table", line, rows=tuple(rows(table[0].split("\n"), line))), table.end()


def nested(text: str, at: int) -> Iterator[Block]:
    """The blocks of a page that nests them."""
    lines = text.split("\n")
    # blank lines in the place of the front matter keep the line numbers
    tokens = _parser().parse("\n" * text.count("\n", 0, at) + text[at:])
    for place, token in enumerate(tokens):
        start, end = token.map or (0, 0)
        if token.type == "heading_open":
            inline = tokens[place + 1].content
            if not TAB.match(inline):
                yield Block("heading", start + 1, plain(inline), level=int(token.tag[1]))
        elif token.type in {"fence", "code_block"}:
            # an indented block of code has no opening line of its own
            first = start + (2 if token.type == "fence" else 1)
            yield Block("fence", first, token.content, language=token.info.strip().lower())
        elif token.type == "html_block":
            yield Block("comment", start + 1, token.content)
        elif token.type == "table_open":
            body = [re.sub(r"^[ \t>]+", "", each) for each in lines[start:end]]
            yield Block("table", start + 1, rows=tuple(rows(body, start + 1)))
        elif token.type == "inline" and tokens[place - 1].type == "paragraph_open":
            yield Block("text", start + 1, token.content)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415 (slow to import, seldom needed)

    return MarkdownIt("commonmark", {"html": True}).enable("table")


def rows(lines: Sequence[str], first: int) -> Iterator[Row]:
    """The rows of a table; a line without cells of its own goes on with the row before."""
    held: Row | None = None
    for number, line in enumerate(lines, first):
        text = line.strip()
        if not text or ("-" in text and DELIMITER.fullmatch(text)):
            continue
        if held and text[0] != "|" and "|" not in text.rstrip("|"):
            held = (held[0], (*held[1][:-1], f"{held[1][-1]} {text.rstrip('|')}"))
            continue
        if held:
            yield held
        held = (number, cells(text))
    if held:
        yield held


def html_rows(text: str, line: int) -> Iterator[Row]:
    """The rows of a table that is written in HTML."""
    for row in HTML_ROW.finditer(text):
        found = tuple(" ".join(cell[1].split()) for cell in HTML_CELL.finditer(row[1]))
        if found:
            yield line + text.count("\n", 0, row.start()), found


def cells(line: str) -> tuple[str, ...]:
    """The cells of a table's row; `\\|` is no border."""
    text = line[1:] if line[:1] == "|" else line
    if "\\|" in text:
        text = re.sub(r"(?<!\\)\|$", "", text)
        return tuple(cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", text))
    return tuple(cell.strip() for cell in text.removesuffix("|").split("|"))


def whole(blocks: Iterator[Block], notes: Notes) -> Iterator[Block]:
    """Tables that a blank line in a cell cut into pieces, in one piece."""
    table: Block | None = None
    cut = False
    for block in blocks:
        if table and table.rows and block.kind == "text" and block.text[-1] == "|":
            notes.repaired(block.line, "a row that is broken over lines is read as one")
            line, last = table.rows[-1]
            joined = (line, (*last[:-1], f"{last[-1]} {block.text.rstrip('|')}".strip()))
            table = table._replace(rows=(*table.rows[:-1], joined))
            cut = True
        elif table and cut and block.kind == "table":
            table = table._replace(rows=table.rows + block.rows)
        else:
            if table:
                yield table
            table, cut = (block, False) if block.kind == "table" else (None, False)
            if not table:
                yield block
    if table:
        yield table


MARKS = re.compile(r"[`*]|\[([^\[\]]*+)\](?:\([^()]*+\)|\[[^\[\]]*+\])?")


def plain(text: str) -> str:
    """A text without its emphasis, code marks and links."""
    if "[" in text or "`" in text or "*" in text:
        text = MARKS.sub(lambda m: m[1] or "", text).replace("\\", "")
    return text.strip()
