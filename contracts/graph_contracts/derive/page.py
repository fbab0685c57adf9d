"""The facts on an operation page, each with the line that it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from graph_contracts.derive import examples, losses, options, paths, permissions, requests
from graph_contracts.derive.examples import Exchange, Message
from graph_contracts.derive.links import Link, labels, links
from graph_contracts.derive.markdown import Block, Page, Section
from graph_contracts.derive.paths import Template
from graph_contracts.derive.permissions import Permission
from graph_contracts.derive.prose import described
from graph_contracts.derive.sections import split
from graph_contracts.derive.statuses import Answer, answers, errors
from graph_contracts.derive.tables import Header, PropertyRow, headers, properties
from graph_contracts.derive.value_tables import lists, with_members

SECTIONS = (
    ("http", r"https? requests?( \(.*\)| (for|to|in|of|by|on|with) .*)?|request (uri|url|syntax)"),
    ("permissions", r"(required )?permissions?( required)?|prerequisites?"),
    ("headers", r"((optional |required )?request )?headers?"),
    ("query", r"(optional |supported )?(odata )?query (string )?parameters?"),
    ("parameters", r"(function|path|uri|url) parameters?|parameters?"),
    ("body", r"((optional )?request )?body( parameters?| properties)?"),
    ("response", r"(http )?responses?( body| codes?)?|return values?"),
    ("errors", r"errors?|error (responses?|conditions?|codes?)"),
)
PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in SECTIONS)
EXPECTED = frozenset({"http", "permissions", "headers", "body", "response"})
"""The sections that no operation page is without."""
NOTHING_SENT = re.compile(
    r"\b(?:do not|don't|doesn't|does not|not) (?:supply|provide|require|need|have|send)\b.{0,20}\bbody\b"
    r"|^\W*(?:none|empty)\W*$",
    re.IGNORECASE,
)
NAMESPACE = re.compile(r"^[^\w\n]*+Namespace:[^\w\n]*+([\w.]+)", re.MULTILINE)
CREATES = re.compile(r"required\W+when\W+you\W+\**create")


@dataclass(frozen=True)
class Facts:
    """All that an operation page says."""

    page: Page
    """Without its sections: they have been read."""
    description: str
    namespace: str
    templates: tuple[Template, ...]
    permissions: tuple[Permission, ...]
    headers: tuple[Header, ...]
    query: tuple[Header, ...]
    parameters: tuple[PropertyRow, ...]
    """Of a function, or of the path."""
    properties: tuple[PropertyRow, ...]
    """Of the request body."""
    body_links: tuple[Link, ...]
    """Links in the prose of the request body's section."""
    bodiless: bool
    """Whether the page says that no body is sent."""
    required_on_create: int
    """The line that calls the table's properties required on creation; 0 where none does."""
    answers: tuple[Answer, ...]
    """Each status of success that the Response section states, in its order."""
    errors: tuple[tuple[int, int], ...]
    """Each status of failure that the page states, with its line."""
    exchanges: tuple[Exchange, ...]
    links: tuple[Link, ...]
    """Links before the first section."""
    labels: Mapping[str, str]
    """Where reference links lead."""

    @property
    def messages(self) -> list[Message]:
        """Every example message, in page order."""
        return [message for pair in self.exchanges for message in (pair.request, pair.response) if message]

    def of(self, method: str) -> list[Exchange]:
        """The examples of one method; all of them where the page has one method or names none."""
        found = [pair for pair in self.exchanges if pair.request and pair.request.method == method]
        return found or (list(self.exchanges) if len({t.method for t in self.templates}) == 1 else [])


@lru_cache(maxsize=1 << 12)
def kind_of(title: str) -> str:
    """Which of the sections of an operation page a title is of; empty where it is of none."""
    return next((kind for kind, pattern in PATTERNS if pattern.fullmatch(title)), "")


def facts(page: Page) -> Facts:
    """Read an operation page.

    Raises:
        PageError: it documents no request.
    """
    found: dict[str, list[Block]] = {kind: [] for kind, _ in SECTIONS}
    shown: list[Block] = []
    others: list[Section] = []
    sections = list(split(page, EXPECTED, kind_of))
    for section, after in zip_longest(sections, sections[1:]):
        kind = kind_of(section.title)
        if kind not in {"http", "response"}:
            others.append(section)
        if kind or after is None or after.level <= 2:  # else its parts are read
            losses.of_section(page, section, kind)
        found[kind].extend(section.blocks) if kind else None
        if kind not in {"http", "permissions"}:
            shown.extend(section.blocks)
    losses.of_permissions(page, found["permissions"])
    exchanges = tuple(examples.exchanges(examples.messages(shown, page.notes)))
    body, response = found["body"], found["response"]
    prose = [block for block in body if block.kind == "text"]
    _repairs(page, exchanges)
    return Facts(
        page=replace(page, sections=()),
        description=described(page),
        namespace=namespace(page),
        templates=tuple(requests.templates(page, found["http"], others, exchanges)),
        permissions=tuple(permissions.read(found["permissions"])),
        headers=tuple(headers(found["headers"], r"[A-Za-z][\w-]*", page.notes)),
        query=(
            *headers(found["query"], r"\$?[A-Za-z]\w*", page.notes),
            *options.supported(found["query"], page.notes),
        ),
        parameters=tuple(properties(found["parameters"], page.notes, paths.word)),
        properties=tuple(with_members(properties(body, page.notes), dict(lists(body)))),
        body_links=tuple(link for block in prose for link in links(block.text)),
        bodiless=any(NOTHING_SENT.search(block.text) for block in prose),
        required_on_create=next(filter(None, (_line(block, CREATES) for block in prose)), 0),
        answers=tuple(answers(response)),
        errors=tuple(errors((*response, *found["errors"]))),
        exchanges=exchanges,
        links=tuple(link for block in page.sections[0].blocks for link in links(block.text)) if page.sections else (),
        labels=labels(page),
    )


def is_operation_page(text: bytes) -> bool:
    """Whether a file's text looks like an operation page: a section says so, or a request and what stands beside it."""
    if SECTION.search(text) or SECTION.match(b"\n" + text[:80]):
        return True
    return REQUEST.search(text) is not None and (
        STATED.search(text) is not None or len({part.lower() for part in BESIDE.findall(text)}) > 1
    )


def shows_requests(text: bytes) -> bool:
    """Whether a file that isn't a resource's page shows requests."""
    return REQUEST.search(text) is not None and b"resourcePageType" not in text


SECTION = re.compile(rb"\n##[ \t]*https? requests?[ \t\r]*$", re.MULTILINE | re.IGNORECASE)
BESIDE = re.compile(
    rb"^#{2,3}[ \t]*(permissions|prerequisites|request headers|request body|response)[ \t\r]*$",
    re.MULTILINE | re.IGNORECASE,
)
"""Sections of an operation page beside the request."""
STATED = re.compile(rb"""^doc_type:[ \t]*["']?apiPageType\b""", re.MULTILINE)
REQUEST = re.compile(rb"^[ \t]*(?:%b)[ \t]+\S" % paths.METHODS.encode(), re.MULTILINE)


# -- requests --------------------------------------------------------------------------------------------------------


def _repairs(page: Page, exchanges: Iterable[Exchange]) -> None:
    for message in (message for pair in exchanges for message in pair if message and message.repairs):
        if examples.UNREADABLE in message.repairs:
            page.notes.skipped(message.body_line, "the example's body is not JSON")
        else:
            page.notes.repaired(message.body_line, f"example: {', '.join(message.repairs)}")


def _line(block: Block, pattern: re.Pattern[str]) -> int:
    """The line on which a pattern is found; 0 where it isn't."""
    found = pattern.search(block.text)
    return block.line + block.text.count("\n", 0, found.start()) if found else 0


def namespace(page: Page) -> str:
    """The namespace that a page's types are in."""
    for section in page.sections[:2]:
        for block in section.blocks:
            if block.kind == "text" and (found := NAMESPACE.search(block.text)):
                parts = found[1].rstrip(".").split(".")
                # one page doubles the last part
                return ".".join(part for at, part in enumerate(parts) if not at or part != parts[at - 1])
    return "microsoft.graph"
