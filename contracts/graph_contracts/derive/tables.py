"""The rows of a page's tables: properties, headers and query parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from graph_contracts.derive import types
from graph_contracts.derive.descriptions import NOTHING, Refinement, refinement
from graph_contracts.derive.markdown import Block, plain
from graph_contracts.derive.notes import Notes

NAMES = ("property", "propertyname", "name", "parameter", "parametername", "properties")
TAGS = re.compile(r"<sup>[^<]*+</sup>|<[^<>]*+>")


REQUIRED = re.compile(r"\brequired\W*$", re.IGNORECASE)
CONDITION = re.compile(
    r"\b(?:if|when|where|unless|only|not|isn't|aren't|for|depending)\b|\brequired\b.*\brequired\b", re.IGNORECASE
)
SENTENCE = re.compile(r"(?<=[.;])\s+|[()]|</?br\s*/?>")


class PropertyRow(NamedTuple):
    """A row of a table of properties."""

    name: str
    type: types.TypeCell
    refinement: Refinement
    line: int


class Header(NamedTuple):
    """A row of a table of headers or of query parameters."""

    name: str
    required: bool
    line: int
    text: str = ""
    """What is said of it."""


def headers(blocks: Iterable[Block], pattern: str, notes: Notes) -> Iterator[Header]:
    """The rows of the tables among some blocks whose names are of a pattern; a value behind a name is left out."""
    for table in (block for block in blocks if block.kind == "table"):
        for line, cells in table.rows[1:]:
            name = plain(cells[0]).partition(":")[0].partition(" (")[0].strip("_'\" ")
            if re.fullmatch(pattern, name):
                said = " ".join(filter(None, cells[1:]))
                yield Header(name, any(map(_required, cells[1:])) and not _optional(cells[1:]), line, said)
            elif cells[0].strip():
                notes.skipped(line, f"a row of the table of headers or options is called {name[:60]!r}")


def _required(text: str) -> bool:
    """Whether a description says that something is required, and of no condition."""
    return any(
        REQUIRED.search(sentence) is not None and CONDITION.search(sentence) is None
        for sentence in SENTENCE.split(text)
    )


def _optional(cells: Iterable[str]) -> bool:
    return any(re.search(r"\boptional\b", text, re.IGNORECASE) is not None for text in cells)


def properties(
    blocks: Iterable[Block], notes: Notes | None = None, spelled: Callable[[str], str] = str
) -> Iterator[PropertyRow]:
    """The rows of the tables of properties among some blocks; rows that only group others are passed over.

    `spelled` makes names of what a table calls its rows.
    """
    for table in (block for block in blocks if block.kind == "table" and block.rows):
        type_at, name_at, text_at = _columns(table.rows[0][1])
        if not any(table.rows[0][1]) and len(table.rows) > 1:
            type_at, name_at, text_at = _columns(("property", "type", "description")[: len(table.rows[1][1])])
            if notes is not None:
                notes.guessed(table.line, "a table without titles is read as names, types and descriptions")
        if name_at < 0:
            continue
        for line, cells in table.rows[1:]:
            if len(cells) <= max(type_at, name_at) or (type_at >= 0 and not cells[type_at]):
                continue
            cell = cells[name_at]
            name = plain(TAGS.sub("", cell) if "<" in cell else cell).partition(" (")[0].strip("'\" ")
            name = spelled(name)
            name = f"@{name}" if name.startswith("odata.") else name
            repeated = name.lower() in NAMES and cells[type_at].lower() == table.rows[0][1][type_at].lower()
            if repeated or not re.fullmatch(r"@odata\.\w+|[A-Za-z_]\w*(@odata\.\w+)?", name):
                if notes is not None and not repeated:
                    notes.skipped(line, f"a row of the table of properties is called {name[:60]!r}")
                continue
            named = types.parse(cells[type_at]) if type_at >= 0 else types.TypeCell(types.UNTYPED)
            text = " | ".join(cells[text_at:])
            yield PropertyRow(name, named, refinement(text) if text else NOTHING, line)


def names_properties(table: Block) -> bool:
    """Whether a table has a column with names of properties, or no titles that could say so."""
    header = table.rows[0][1]
    return not any(header) or _columns(header)[1] >= 0


@lru_cache(maxsize=1 << 10)
def _columns(header: tuple[str, ...]) -> tuple[int, int, int]:
    """Where type, name and description stand; -1 for a column that isn't there."""
    titles = [re.sub(r"\W", "", cell).lower() for cell in header]
    type_at = next((at for at, title in enumerate(titles) if title in {"type", "datatype", "propertytype"}), -1)
    name_at = next((titles.index(title) for title in NAMES if title in titles), 0 if type_at > 0 else -1)
    if type_at < 0 and not ({"value", "description"} & set(titles)):
        name_at = -1
    return type_at, name_at, max(type_at, name_at) + 1
