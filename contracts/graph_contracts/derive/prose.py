"""What a page says in words, as a document repeats it: descriptions, and where the page is published."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from graph_contracts.derive.markdown import Page

LINK = re.compile(r"!?\[([^\[\]]*+)\](?:\(\s*+(?!https?:)[^()]*+\)|\[[^\[\]]*+\])")
"""A link that leads nowhere outside the pages."""
BREAK = re.compile(r"</?br\s*/?>|<sup>[^<]*+</sup>|\\(?=[|_\[\]<>*])", re.IGNORECASE)
OPTIONS: Mapping[str, tuple[str, str]] = {
    "$select": ("string", "The properties to show."),
    "$expand": ("string", "The related objects to show in full."),
    "$filter": ("string", "The condition that objects of the list fulfil."),
    "$orderby": ("string", "The properties by which the list is ordered."),
    "$search": ("string", "The words by which objects are found."),
    "$top": ("integer", "How many objects to list."),
    "$skip": ("integer", "How many objects to pass over."),
    "$count": ("boolean", "Whether to say how many objects there are."),
}
"""The JSON type of each query option of OData, and what it is for."""
GRAPH_HOST = "graph.microsoft."


@lru_cache(maxsize=1 << 14)
def readable(text: str) -> str:
    """A description without what only its page can show: links to other pages, breaks of lines in a table's cell."""
    if "[" in text:
        text = LINK.sub(r"\1", text)
    if "<" in text or "\\" in text:
        text = BREAK.sub(" ", text)
    return " ".join(text.split())


def described(page: Page) -> str:
    """What a page says of itself in its front matter, else in the first paragraph below its title."""
    front = page.front.get("description", "")
    if front and front[0] not in "|>":
        return readable(front)
    for block in page.sections[0].blocks if page.sections else ():
        if block.kind == "text":
            for paragraph in re.split(r"\n\s*\n", block.text):
                if re.match(r"(?!Namespace:)[A-Za-z`\[](?!!)", paragraph):
                    return readable(paragraph)
    return ""


def address(page: Page, hosts: str) -> str:
    """Where a page is published; empty where nothing tells.

    Args:
        hosts: the URLs of the API's servers: pages of Graph are published under their files' names.
    """
    if stated := page.front.get("canonicalUrl", ""):
        return stated if re.match(r"https?://[\w.:-]+/\S*$", stated) else ""
    *_, version, folder, _ = ("", "", *page.path.parts)
    place = {"api": "api", "resources": "api/resources"}.get(folder)
    view = {"v1.0": "1.0", "beta": "beta"}.get(version.lower())
    if not (place and view and GRAPH_HOST in hosts and re.fullmatch(r"[\w-]+\.md", page.name)):
        return ""
    return f"https://learn.microsoft.com/graph/{place}/{page.path.stem}?view=graph-rest-{view}"
