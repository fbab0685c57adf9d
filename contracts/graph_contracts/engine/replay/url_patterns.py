"""URLs that mocks give as patterns, as paths in which `*` stands for a segment that may be any."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph_contracts.engine.replay.mocks import ANYTHING

QUERY = re.compile(r"(\(\?:|\()?\\\?")
"""Where an expression begins to be about the query."""
LITERAL = re.compile(r"(?:[\w~@$=,:!'-]|\.(?![*+?{])|\\[^\w])+", re.ASCII)
"""Characters that stand for themselves; a dot is meant as one where nothing repeats it."""


def of_template(template: str) -> str:
    """The path of a template with names in braces."""
    return re.sub(r"\{[^{}]*\}", ANYTHING, template)


def of_expression(expression: str) -> str | None:
    """The path that a regular expression describes; None where a part of it may stand for several segments."""
    plain = expression.removeprefix("^").removesuffix("$").replace("\\/", "/")
    path = QUERY.split(plain, maxsplit=1)[0]
    if not path.startswith("/"):
        return None
    found: list[str] = []
    for each in _segments(path):
        segment = _segment(each)
        if segment is None:
            return None
        found.append(segment)
    return "/".join(found)


def _segments(path: str) -> Iterator[str]:
    """The parts of an expression between its slashes; one in brackets divides nothing."""
    segment, depth, escaped = "", 0, False
    for char in path:
        depth += (char in "[(") - (char in "])") if not escaped else 0
        if char == "/" and depth <= 0:
            yield segment
            segment = ""
        else:
            segment += char
        escaped = char == "\\" and not escaped
    yield segment


def _segment(expression: str) -> str | None:
    """What one segment is: itself, or any; None where it may be several."""
    if not expression:
        return ""
    if LITERAL.fullmatch(expression):
        return re.sub(r"\\(.)", r"\1", expression)
    outside = re.sub(r"\[[^\]]*\]", "", expression)
    words = re.sub(r"\\.|[\[\](){}^$*+?|.,\d]", "", outside)
    if "/" in outside or words:
        return None
    return ANYTHING
