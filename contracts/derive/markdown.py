"""A page's Markdown as blocks with line numbers: front matter, headings, tables, fences, comments and paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from contracts import files
from contracts.errors import PageError

MARKDOWN = "An API reference page is a Markdown file"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page; `line` counts from 1."""

    kind: str
    """`heading`, `table`, `fence`, `comment` or `paragraph`."""
    line: int
    text: str = ""
    level: int = 0
    """Of a heading."""
    language: str = ""
    """Of a fence."""
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """Of a table: the line and the cells of each row, the header first."""


@dataclass(frozen=True)
class Page:
    """A page as it is written."""

    name: str
    front: dict[str, str]
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """The front matter's title, else the first heading."""
        heading = next((block.text for block in self.blocks if block.kind == "heading"), "")
        return str(self.front.get("title") or heading)

    def section(self, *titles: str) -> list[Block]:
        """The blocks below a level-2 heading with one of these titles, letter case aside; subsections included."""
        wanted = {title.lower() for title in titles}
        found: list[Block] = []
        inside = False
        for block in self.blocks:
            if block.kind == "heading" and block.level <= 2:
                inside = block.text.lower() in wanted
            elif inside:
                found.append(block)
        return found


def read(path: Path) -> Page:
    """Read a page.

    Raises:
        PageError: the file can't be read, or isn't text.
    """
    try:
        text = files.read(path).decode("utf-8-sig")
    except OSError as error:
        raise PageError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise PageError(f"{path}: not UTF-8 at byte {error.start}", MARKDOWN) from error
    if "\0" in text:
        raise PageError(f"{path}: holds a NUL character", MARKDOWN)
    return parse(text.replace("\r\n", "\n"), path.name)


def parse(text: str, name: str) -> Page:
    """Parse a page's text."""
    front, text = _front_matter(text, name)
    blocks: list[Block] = []
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    for place, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "heading_open":
            inline = tokens[place + 1].content
            # tabs are headings that link to themselves: `# [HTTP](#tab/http)`
            if not re.match(r"\[[^\]]*\]\(#tab/", inline):
                blocks.append(Block("heading", line, _plain(inline), level=int(token.tag[1])))
        elif token.type in {"fence", "code_block"}:
            blocks.append(Block("fence", line, token.content, language=token.info.strip().lower()))
        elif token.type == "html_block":
            blocks.append(Block("comment", line, token.content))
        elif token.type == "table_open" and token.map:
            blocks.append(Block("table", line, rows=_rows(text, *token.map)))
        elif token.type == "inline" and tokens[place - 1].type == "paragraph_open":
            blocks.append(Block("paragraph", line, token.content))
    return Page(name, front, tuple(blocks))


def _front_matter(text: str, name: str) -> tuple[dict[str, str], str]:
    match = re.match(r"---\n(.*?)\n---[ \t]*\n", text, re.DOTALL)
    if not match:
        return {}, text
    try:
        front = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        raise PageError(f"{name}:1: the front matter is not YAML") from error
    # blank lines in its place keep the line numbers
    return (front if isinstance(front, dict) else {}), "\n" * match[0].count("\n") + text[match.end() :]


def _rows(text: str, start: int, end: int) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The rows of a table from its own lines: markdown-it drops cells that are too many, and with them facts."""
    rows = []
    for number, line in enumerate(text.split("\n")[start:end], start + 1):
        cells = tuple(cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))
        if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            rows.append((number, cells))
    return tuple(rows)


def _plain(text: str) -> str:
    return re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", text).strip()
