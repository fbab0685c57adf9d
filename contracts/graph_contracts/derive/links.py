"""The links in a page's prose to the resource pages that its types are on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from graph_contracts.derive.markdown import Page

LINK = re.compile(r"!?\[([^\[\]\n]++)\](?:\(\s*+([^()\s]*+)[^()]*+\)|\[([^\[\]]*+)\])")
PUBLISHED = re.compile(
    r"(?:https://(?:docs|learn)\.microsoft\.com)?/(?:[a-z]{2}-[a-z]{2}/)?graph/api/resources/([\w.-]+?)(?:\.md)?(?=[?#]|$)"
)
"""A link to a resource page where it is published."""
PLURAL = re.compile(r"\b(?:collections?|arrays?|lists?|sets?)\b[^.\[\]]{0,40}$", re.IGNORECASE)
NEAR = 60
"""Characters before a link in which such a word is looked for."""
OBJECTS = re.compile(r"[*`]*\s*(?:objects|resources|entities|items|collections?)\b", re.IGNORECASE)


class Link(NamedTuple):
    """A link to a resource page, as prose has it."""

    text: str
    target: str
    """Address, or `[label]` of a reference link; empty where the text only names a type."""
    plural: bool = False


def links(text: str) -> Iterator[Link]:
    """The links to resource pages in some prose."""
    if "[" not in text:
        return
    for match in LINK.finditer(text):
        target = match[2] if match[2] is not None else f"[{match[3] or match[1]}]"
        if match[0][0] == "!" or not (target[:1] == "[" or _is_resource(target)):
            continue
        plural = _plural(text, match.start()) or OBJECTS.match(text, match.end()) is not None
        yield Link(re.sub(r"[*`]", "", match[1]).strip(), target, plural)


def _plural(text: str, at: int) -> bool:
    """Whether the words before a place speak of several."""
    return PLURAL.search(text, max(at - NEAR, 0), at) is not None


@lru_cache(maxsize=1 << 14)
def _is_resource(target: str) -> bool:
    return (
        re.match(r"(?:(?:\.{1,2}/|/)*(?:[\w.-]+/)*resources/|(?:\./)?)[\w.-]+\.md(?:#|$|\?)", target) is not None
        and "/api/" not in target
        and not target.startswith("http")
    ) or PUBLISHED.match(target) is not None


def bold(text: str) -> Link | None:
    """A type that the prose names without a link."""
    found = re.search(r"(?:\*\*|`)([A-Za-z]\w+)(?:\*\*|`)\s+(objects?|resources?|collection)\b", text)
    return (
        Link(
            found[1],
            "",
            found[2] in {"objects", "collection"} or _plural(text, found.start()),
        )
        if found
        else None
    )


def labels(page: Page) -> dict[str, str]:
    """Where the reference links of a page lead, by label in lower case."""
    return {
        label.lower(): target
        for block in page.blocks()
        if block.kind == "text" and "]:" in block.text
        for label, target in re.findall(r"^[ ]{0,3}\[([^\[\]\n]++)\]:[ \t]*+\n?[ \t]*+(\S+)", block.text, re.MULTILINE)
    }
