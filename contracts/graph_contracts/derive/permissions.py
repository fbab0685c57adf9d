"""Permission tables: what each type of caller needs, in the one table, in one a resource, or in a matrix."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from graph_contracts.derive.markdown import Block

TYPES = (
    ("personal", "delegatedPersonal"),
    ("delegated", "delegatedWork"),
    ("application", "application"),
)
SCOPE = re.compile(r"(?<![\w.@])(?:[A-Z][\w-]*(?:\.[A-Za-z][\w-]*)+|[a-z]\w*[A-Z][\w-]*(?:\.[A-Z][\w-]*)+)")
NOISE = re.compile(r"[`*\\]|&nbsp;|<[^<>]*+>|\]\([^()]*+\)|\[|\]|https?://\S++")


class Permission(NamedTuple):
    """What a page says of one type of permission."""

    type: str
    support: str
    """`supported`, `notSupported` or `unknown`."""
    scopes: tuple[str, ...]
    line: int
    text: str


def read(section: Iterable[Block]) -> Iterator[Permission]:
    """The permissions in the tables of a section, each type once."""
    found: dict[str, list[tuple[int, str]]] = {}
    for table in (block for block in section if block.kind == "table" and block.rows):
        for kind, line, text in cells(table):
            found.setdefault(kind, []).append((line, text))
    for kind, texts in found.items():
        yield _permission(kind, texts[0][0], [text for _, text in texts])


def cells(table: Block) -> Iterator[tuple[str, int, str]]:
    """Type of permission, line and text of every cell that speaks of one."""
    header = table.rows[0][1]
    columns = {at: kind for at, cell in enumerate(header) if at and (kind := _type(cell))}
    if columns:  # a matrix: a row a resource, a column a type of permission
        for line, row in table.rows[1:]:
            yield from ((kind, line, row[at]) for at, kind in columns.items() if at < len(row))
        return
    kind = ""
    for line, row in table.rows if _type(header[0]) else table.rows[1:]:
        label = row[0].replace("&nbsp;", "").strip()
        kind = _type(label) or (kind if label != row[0] or not label else "")
        if kind:  # indented rows below it say it for one resource each
            yield kind, line, " ".join(row[1:])


def _permission(kind: str, line: int, texts: list[str]) -> Permission:
    plain = [NOISE.sub(" ", text).strip() for text in texts]
    joined = " ".join(filter(None, plain))
    scopes = tuple(dict.fromkeys(scope.rstrip("-") for text in plain for scope in SCOPE.findall(text)))
    if scopes and "TODO" not in joined:
        return Permission(kind, "supported", scopes, line, joined)
    if re.match(r"not\W*(supported|applicable|available)|none\b|n/?a\b", joined, re.IGNORECASE):
        return Permission(kind, "notSupported", (), line, joined)
    return Permission(kind, "unknown", (), line, joined)


def _type(label: str) -> str:
    lower = label.lower()
    return next((name for word, name in TYPES if word in lower), "") if len(lower) < 80 else ""
