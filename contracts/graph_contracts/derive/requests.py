"""The request lines of a page, in its HTTP request section and elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from graph_contracts.derive import paths
from graph_contracts.derive.examples import Exchange
from graph_contracts.derive.markdown import Block, Page, Section, normal
from graph_contracts.derive.paths import Template
from graph_contracts.errors import PageError

EXAMPLE = re.compile(r"\b(?:examples?|samples?|snippets?|code|responses?)\b|^(?:http )?requests?$")
"""A heading below which a request is an example."""


class RequestLine(NamedTuple):
    """A line that shows a request."""

    method: str
    target: str
    line: int


def templates(
    page: Page, section: Sequence[Block], others: Iterable[Section], exchanges: Sequence[Exchange]
) -> Iterator[Template]:
    """Each method and path that a page documents, once; where it documents none, those of its examples.

    Raises:
        PageError: the page shows no request.
    """
    seen: set[tuple[str, str]] = set()
    lines = [*_lines(section), *(line for other in others for line in elsewhere(other))]
    if not any(paths.read(each.target).text for each in lines):
        lines += [RequestLine(m.method, m.url, m.line) for m in (pair.request for pair in exchanges) if m]
        for each in lines:
            page.notes.guessed(each.line, "the page gives no path that can be read: its example's is taken")
    for method, target, line in lines:
        path = paths.templated(paths.read(target))
        if not path.text:
            page.notes.skipped(line, f"no path can be read from {target[:80]!r}")
            continue
        if path.repairs:
            page.notes.repaired(line, f"path: {', '.join(path.repairs)}")
        if (method, path.text) not in seen:
            seen.add((method, path.text))
            yield Template(method, path.text, path.names, line)
    if not seen:
        line = next((block.line for block in section), 1)
        file, line = page.origins.of(line)
        raise PageError(
            f"{file}:{line}: no HTTP request is documented",
            "An operation page has a section 'HTTP request' with a method and a path",
        )


def elsewhere(section: Section) -> Iterator[RequestLine]:
    """The request lines in fences that hold nothing else, unless they are examples."""
    if EXAMPLE.search(section.title):
        return
    heading = ""
    for block in section.blocks:
        if block.kind == "heading":
            heading = normal(block.text)
        elif block.kind == "fence" and not EXAMPLE.search(heading):
            yield from _alone(block)


def _alone(fence: Block) -> Iterator[RequestLine]:
    lines = list(_lines([fence]))
    written = [text for text in fence.text.split("\n") if text.strip()]
    if len(lines) == len(written) and all(each.target.startswith("/") and "?" not in each.target for each in lines):
        yield from lines


def _lines(blocks: Iterable[Block]) -> Iterator[RequestLine]:
    for block in blocks:
        if block.kind not in {"fence", "text"}:
            continue
        for line, text in enumerate(block.text.split("\n"), block.line):
            found = paths.request_line(text)
            # prose may begin with a method's name too
            if found and (block.kind == "fence" or (found[0].isupper() and re.match(r"/|https://", found[1]))):
                yield RequestLine(found[0].upper(), found[1], line)
