"""The statuses that a page states, and what it says is in their bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from graph_contracts.derive.links import Link, bold, links
from graph_contracts.derive.markdown import Block

STATUS = re.compile(r"(?<![\w.#/-])(20[0-7]|30[1-8])(?![\w%]|[.,:-]\d|\]\(|[- ](?:series|level|range|class|family))")
WORDS = {"ok": 200, "created": 201, "accepted": 202, "no content": 204}
NAMED = re.compile(r"`(ok|created|accepted|no content)`|\b(no content)\b", re.IGNORECASE)
"""A status that is named by its words alone."""
OR = re.compile(r"[ `]*(?:[A-Za-z]+[ `]+){0,5}or(?: an?)?[ `]+")
"""What stands between two statuses that are said in one breath."""
IN_EACH_CASE = re.compile(r"\bin (?:both|either|all|each|any)\b(?: of these)? cases?\b", re.IGNORECASE)
ERROR = re.compile(r"`\s*([45]\d\d)\b")


class Answer(NamedTuple):
    """A status that the Response section states, and what it says is in the body."""

    code: int
    line: int
    link: Link | None
    preferred: bool = False
    """Whether only a request with a Prefer header is answered so."""


def answers(section: Iterable[Block]) -> Iterator[Answer]:
    """The statuses of success that a Response section states: its numbers or, where it has none, its words."""
    blocks = list(_prose(section))
    found = list(_numbered(blocks))
    yield from found or _named(blocks)


def _named(blocks: Iterable[Block]) -> Iterator[Answer]:
    for block in blocks:
        if match := NAMED.search(block.text):
            line = block.line + block.text.count("\n", 0, match.start())
            yield Answer(WORDS[(match[1] or match[2]).lower()], line, next(links(block.text), None))
            return


def _numbered(blocks: Iterable[Block]) -> Iterator[Answer]:
    seen: set[int] = set()
    for block in blocks:
        found = [match for match in STATUS.finditer(block.text) if _is_status(block.text, match)]
        for at, match in enumerate(found):
            code = int(match[1])
            if code in seen:
                continue
            seen.add(code)
            end = found[at + 1].start() if at + 1 < len(found) else len(block.text)
            named = next(links(block.text[match.end() : end]), None) or _shared(block.text, found, at)
            if named is None and len(found) == 1:
                named = next(links(block.text), None) or bold(block.text)
            before = block.text[max(0, match.start() - 160) : match.start()] if seen != {code} else ""
            before = before.rpartition("\n\n")[2]  # another paragraph tells of another case
            line = block.line + block.text.count("\n", 0, match.start())
            yield Answer(
                code, line, named, re.search(r"\bprefer\b|optional request header", before, re.IGNORECASE) is not None
            )


def _shared(text: str, found: Sequence[re.Match[str]], at: int) -> Link | None:
    """What several statuses are said to have in the body: `200 OK` or `201 Created` and a widget, or in both cases."""
    after = found[at + 1 :]
    if after and OR.fullmatch(text, found[at].end(), after[0].start()):
        end = after[1].start() if after[1:] else len(text)
        return next(links(text[after[0].end() : end]), None)
    if after and (cases := IN_EACH_CASE.search(text, found[-1].end())):
        return next(links(text[cases.end() :]), None)
    return None


def _prose(section: Iterable[Block]) -> Iterator[Block]:
    """The text of a section; a table that lists statuses is one too."""
    for block in section:
        if block.kind == "text":
            yield block
        elif block.kind == "table":
            rows = (f"`{cells[0]}` {' '.join(cells[1:])}" for _, cells in block.rows)
            yield Block("text", block.line, "\n".join(rows))


def states(table: Block) -> bool:
    """Whether a table names a status."""
    return any(_numbered(_prose([table]))) or any(errors([table]))


def _is_status(text: str, match: re.Match[str]) -> bool:
    """Whether a number is a status and no count: in code, or beside a word that says so."""
    around = text[max(0, match.start() - 24) : match.end() + 34]
    return (
        "`" in around
        or re.search(r"\b(?:response|status|code|OK|created|no content|accepted|HTTP)\b", around, re.IGNORECASE)
        is not None
    )


def errors(section: Iterable[Block]) -> Iterator[tuple[int, int]]:
    """The statuses of failure that a section states, each with its line."""
    seen = set()
    for block in section:
        for line, text in [(block.line, block.text)] if block.kind == "text" else _status_cells(block):
            for match in ERROR.finditer(text):
                if match[1] not in seen:
                    seen.add(match[1])
                    yield int(match[1]), line + text.count("\n", 0, match.start())


def _status_cells(table: Block) -> Iterator[tuple[int, str]]:
    """The cells of a table that may hold statuses: the first of each row, and those below a title that says so."""
    titles = table.rows[0][1] if table.rows else ()
    columns = [at for at, title in enumerate(titles) if not at or re.search(r"\bstatus|\bhttp\b", title, re.IGNORECASE)]
    for line, cells in table.rows:
        yield from ((line, f"`{cells[at]}") for at in columns if at < len(cells))
