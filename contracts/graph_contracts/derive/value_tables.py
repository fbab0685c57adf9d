"""Tables that list values of an enumeration: `### widgetSize values`, `### Values of size property`, `## Members`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from graph_contracts.derive.markdown import Block, plain
from graph_contracts.derive.tables import PropertyRow

WORDS = frozenset({"values", "options", "enumeration"})
"""What a heading calls a table of values."""
Lists = Mapping[str, tuple[str, ...]]
"""Members, by the fragment of the heading that their table stands under."""


def lists(blocks: Iterable[Block]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The enumerations in the tables among some blocks, by the fragment of the heading that each stands under."""
    for title, table in found(blocks):
        words = (plain(cells[0]).strip("'\" ") for _, cells in table.rows[1:])
        yield title, tuple(word for word in words if re.fullmatch(r"[A-Za-z_]\w*", word))


def found(blocks: Iterable[Block]) -> Iterator[tuple[str, Block]]:
    """The tables of values among some blocks, with the fragments of their headings."""
    heading = ""
    for block in blocks:
        if block.kind == "heading":
            heading = block.text
        elif block.kind == "table" and block.rows:
            title = re.sub(r"[^\w-]", "", heading.lower().replace(" ", "-"))
            if _lists_values(title, block.rows[0][1][0]):
                yield title, block


def _lists_values(title: str, first: str) -> bool:
    """Whether a table lists values, by its heading and its first title."""
    header = re.sub(r"\W", "", first).lower()
    if header in {"member", "members", "membername"} or title == "members":
        return True
    return (header == "name" or header.startswith("value")) and not WORDS.isdisjoint(title.split("-"))


def with_members(rows: Iterable[PropertyRow], listed: Lists) -> Iterator[PropertyRow]:
    """Properties, with the values that a table lists under a heading that is named for one."""
    if not listed:
        yield from rows
        return
    for row in rows:
        open_ = not row.refinement.members and row.type.name in {"Edm.String", row.name}
        members = _of(row.name, listed) if open_ else ()
        yield row._replace(refinement=row.refinement._replace(members=members)) if members else row


def _of(name: str, listed: Lists) -> tuple[str, ...]:
    word = name.lower()
    titles = (
        *(f"{word}-{what}" for what in ("values", "property-values", "options", "enumeration")),
        *(f"values-of-{what}" for what in (word, f"{word}-property", f"the-{word}-property")),
        *(f"values-for-{word}", f"possible-values-of-{word}", word),
    )
    return next((listed[title] for title in titles if listed.get(title)), ())
