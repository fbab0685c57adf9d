"""The facts on an operation page, each with the line that it was read from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from contracts.derive import examples, markdown, paths, permissions, types
from contracts.derive.descriptions import NOTHING, Refinement, refinement
from contracts.derive.examples import Exchange, Message
from contracts.derive.markdown import Block, Page, Section, plain
from contracts.derive.notes import Notes
from contracts.derive.paths import Template
from contracts.derive.permissions import Permission
from contracts.errors import PageError

SECTIONS = (
    ("http", r"https? requests?|request (uri|url|syntax)"),
    ("permissions", r"(required )?permissions?( required)?|prerequisites?"),
    ("headers", r"((optional |required )?request )?headers?"),
    ("query", r"(optional |supported )?(odata )?query (string )?parameters?"),
    ("parameters", r"(function|path|uri|url) parameters?|parameters?"),
    ("body", r"((optional )?request )?body( parameters?| properties)?"),
    ("response", r"(http )?responses?( body| codes?)?|return values?"),
    ("errors", r"errors?|error (responses?|conditions?|codes?)"),
)
EXPECTED = frozenset({"http", "permissions", "headers", "body", "response"})
"""The sections that no operation page is without."""
BOLD = re.compile(r"^[ \t]*\*\*([^*\n]+)\*\*:?[ \t]*$", re.MULTILINE)
NAMES = ("property", "propertyname", "name", "parameter", "parametername", "properties")
TAGS = re.compile(r"<sup>.*?</sup>|<[^<>]*>")
LINK = re.compile(r"!?\[([^\]\n]+)\](?:\(\s*([^)\s]*)[^)]*\)|\[([^\]]*)\])")
PUBLISHED = re.compile(
    r"(?:https://(?:docs|learn)\.microsoft\.com)?/(?:[a-z]{2}-[a-z]{2}/)?graph/api/resources/([\w.-]+?)(?:\.md)?(?=[?#]|$)"
)
"""A link to a resource page where it is published."""
STATUS = re.compile(r"(?<![\w.#/-])(20[0-7]|30[1-8])(?![\w%]|[.,:-]\d|\]\()")
ERROR = re.compile(r"`\s*([45]\d\d)\b")
PLURAL = re.compile(r"\b(?:collections?|arrays?|lists?|sets?)\b[^.\[\]]{0,40}$", re.IGNORECASE)
OBJECTS = re.compile(r"[*`]*\s*(?:objects|resources|entities|items|collections?)\b", re.IGNORECASE)
NOTHING_SENT = re.compile(
    r"\b(?:do not|don't|doesn't|does not|not) (?:supply|provide|require|need|have|send)\b.{0,20}\bbody\b"
    r"|^\W*(?:none|empty)\W*$",
    re.IGNORECASE,
)
CREATES = re.compile(r"required\W+when\W+you\W+\**create")


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


class Link(NamedTuple):
    """A link to a resource page, as prose has it."""

    text: str
    target: str
    """Address, or `[label]` of a reference link; empty where the text only names a type."""
    plural: bool = False


class Answer(NamedTuple):
    """A status that the Response section states, and what it says is in the body."""

    code: int
    line: int
    link: Link | None
    preferred: bool = False
    """Whether only a request with a Prefer header is answered so."""


@dataclass(frozen=True)
class Facts:
    """All that an operation page says."""

    page: Page
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
    return next((kind for kind, pattern in SECTIONS if re.fullmatch(pattern, title)), "")


def facts(page: Page) -> Facts:
    """Read an operation page.

    Raises:
        PageError: it documents no request.
    """
    found: dict[str, list[Block]] = {kind: [] for kind, _ in SECTIONS}
    shown: list[Block] = []
    for section in split(page, EXPECTED, kind_of):
        kind = kind_of(section.title)
        found[kind].extend(section.blocks) if kind else None
        if kind not in {"http", "permissions", "headers", "query"}:
            shown.extend(section.blocks)
    exchanges = tuple(examples.exchanges(examples.messages(shown)))
    body, response = found["body"], found["response"]
    prose = [block for block in body if block.kind == "text"]
    _repairs(page, exchanges)
    return Facts(
        page=page,
        namespace=namespace(page),
        templates=tuple(_templates(page, found["http"], exchanges)),
        permissions=tuple(permissions.read(found["permissions"])),
        headers=tuple(_headers(found["headers"], r"[A-Za-z][\w-]*")),
        query=tuple(_headers(found["query"], r"\$?[A-Za-z]\w*")),
        parameters=tuple(properties(found["parameters"])),
        properties=tuple(properties(body, page.notes)),
        body_links=tuple(link for block in prose for link in links(block.text)),
        bodiless=any(NOTHING_SENT.search(block.text) for block in prose),
        required_on_create=next(filter(None, (_line(block, CREATES) for block in prose)), 0),
        answers=tuple(_answers(response)),
        errors=tuple(_errors((*response, *found["errors"]))),
        exchanges=exchanges,
        links=tuple(link for block in page.sections[0].blocks for link in links(block.text)) if page.sections else (),
        labels=labels(page),
    )


def is_operation_page(text: bytes) -> bool:
    """Whether a file's text looks like an operation page: a section says so, or its front matter and a request."""
    return SECTION.search(text) is not None or (STATED.search(text) is not None and REQUEST.search(text) is not None)


SECTION = re.compile(rb"^##[ \t]*https? requests?[ \t\r]*$", re.MULTILINE | re.IGNORECASE)
STATED = re.compile(rb"""^doc_type:[ \t]*["']?apiPageType\b""", re.MULTILINE)
REQUEST = re.compile(rb"^[ \t]*(?:%b)[ \t]+\S" % paths.METHODS.encode(), re.MULTILINE)


# -- sections -------------------------------------------------------------------------------------------------------


def split(page: Page, expected: frozenset[str], kind: Callable[[str], str]) -> Iterator[Section]:
    """The page's sections; for an expected one that is missing, what stands below a lower or bold heading of its name.

    `kind` says of a title which section it is of.
    """
    missing = expected - {kind(section.title) for section in page.sections}
    for section in page.sections:
        if missing and not section.title.startswith("example"):
            yield from _split(section, lambda title: kind(title) in missing)
        else:
            yield section


def _split(section: Section, wanted: Callable[[str], bool]) -> Iterator[Section]:
    part = section._replace(blocks=[])
    examples_follow = False
    for block in (piece for each in section.blocks for piece in _headed(each, wanted)):
        if block.kind == "heading" and block.level > 2 and not examples_follow:
            title = markdown.normal(block.text)
            examples_follow = title.startswith("example")
            if examples_follow or wanted(title) or block.level <= part.level:
                yield part
                part = Section(title, block.line, block.level, [])
        part.blocks.append(block)
    yield part


def _headed(block: Block, wanted: Callable[[str], bool]) -> Iterator[Block]:
    """A text in pieces, where lines of it are bold and called as a missing section; any other block as it is."""
    if block.kind != "text" or "**" not in block.text:
        yield block
        return
    at = 0
    for found in BOLD.finditer(block.text):
        if wanted(markdown.normal(found[1])):
            yield from _piece(block, at, found.start())
            yield Block("heading", block.line + block.text.count("\n", 0, found.start()), found[1], 6)
            at = found.end()
    yield from _piece(block, at, len(block.text))


def _piece(block: Block, start: int, end: int) -> Iterator[Block]:
    if block.text[start:end].strip():
        yield block._replace(line=block.line + block.text.count("\n", 0, start), text=block.text[start:end])


# -- requests --------------------------------------------------------------------------------------------------------


def _templates(page: Page, section: Sequence[Block], exchanges: Sequence[Exchange]) -> Iterator[Template]:
    seen: set[tuple[str, str]] = set()
    lines = [*_request_lines(section)]
    if not any(paths.read(target).text for _, target, _ in lines):
        lines += [(m.method, m.url, m.line) for m in (pair.request for pair in exchanges) if m]
        for _, _, line in lines:
            page.notes.guessed(line, "the page gives no path that can be read: its example's is taken")
    for method, target, line in lines:
        path = paths.read(target)
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


def _request_lines(blocks: Iterable[Block]) -> Iterator[tuple[str, str, int]]:
    for block in blocks:
        if block.kind not in {"fence", "text"}:
            continue
        for line, text in enumerate(block.text.split("\n"), block.line):
            found = paths.LINE.match(text)
            # prose may begin with a method's name too
            if found and (block.kind == "fence" or (found[1].isupper() and re.match(r"/|https://", found[2]))):
                yield found[1].upper(), found[2], line


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


# -- tables -----------------------------------------------------------------------------------------------------------


def _headers(blocks: Iterable[Block], pattern: str) -> Iterator[Header]:
    for table in (block for block in blocks if block.kind == "table"):
        for line, cells in table.rows[1:]:
            name = plain(cells[0]).rstrip(":")
            if re.fullmatch(pattern, name):
                text = " ".join(cells[1:]).lower()
                yield Header(name, "required" in text and "not required" not in text and "optional" not in text, line)


def properties(blocks: Iterable[Block], notes: Notes | None = None) -> Iterator[PropertyRow]:
    """The rows of the tables of properties among some blocks; rows that only group others are passed over."""
    for table in (block for block in blocks if block.kind == "table" and block.rows):
        type_at, name_at, text_at = _columns(table.rows[0][1])
        if name_at < 0:
            continue
        for line, cells in table.rows[1:]:
            if len(cells) <= max(type_at, name_at) or (type_at >= 0 and not cells[type_at]):
                continue
            name = plain(TAGS.sub("", cells[name_at])).partition(" (")[0].strip("'\" ")
            repeated = name.lower() in NAMES and cells[type_at].lower() == table.rows[0][1][type_at].lower()
            if repeated or not re.fullmatch(r"@odata\.\w+|[A-Za-z_]\w*(@odata\.\w+)?", name):
                if notes is not None and not repeated:
                    notes.skipped(line, f"a row of the table of properties is called {name[:60]!r}")
                continue
            cell = types.parse(cells[type_at]) if type_at >= 0 else types.TypeCell(types.UNTYPED)
            text = " | ".join(cells[text_at:])
            yield PropertyRow(name, cell, refinement(text) if text else NOTHING, line)


@lru_cache(maxsize=1 << 10)
def _columns(header: tuple[str, ...]) -> tuple[int, int, int]:
    """Where type, name and description stand; -1 for a column that isn't there."""
    titles = [re.sub(r"\W", "", cell).lower() for cell in header]
    type_at = next((at for at, title in enumerate(titles) if title in {"type", "datatype", "propertytype"}), -1)
    name_at = next((titles.index(title) for title in NAMES if title in titles), 0 if type_at > 0 else -1)
    if type_at < 0 and not ({"value", "description"} & set(titles)):
        name_at = -1
    return type_at, name_at, max(type_at, name_at) + 1


# -- prose ------------------------------------------------------------------------------------------------------------


def _answers(section: Iterable[Block]) -> Iterator[Answer]:
    seen: set[int] = set()
    for block in _prose(section):
        found = [match for match in STATUS.finditer(block.text) if _is_status(block.text, match)]
        for at, match in enumerate(found):
            code = int(match[1])
            if code in seen:
                continue
            seen.add(code)
            end = found[at + 1].start() if at + 1 < len(found) else len(block.text)
            named = next(links(block.text[match.end() : end]), None)
            if named is None and len(found) == 1:
                named = next(links(block.text), None) or _bold(block.text)
            before = block.text[max(0, match.start() - 160) : match.start()] if seen != {code} else ""
            line = block.line + block.text.count("\n", 0, match.start())
            yield Answer(
                code, line, named, re.search(r"\bprefer\b|optional request header", before, re.IGNORECASE) is not None
            )


def _prose(section: Iterable[Block]) -> Iterator[Block]:
    """The text of a section; a table that lists statuses is one too."""
    for block in section:
        if block.kind == "text":
            yield block
        elif block.kind == "table":
            rows = (f"`{cells[0]}` {' '.join(cells[1:])}" for _, cells in block.rows)
            yield Block("text", block.line, "\n".join(rows))


def _is_status(text: str, match: re.Match[str]) -> bool:
    """Whether a number is a status and no count: in code, or beside a word that says so."""
    around = text[max(0, match.start() - 24) : match.end() + 34]
    return (
        "`" in around
        or re.search(r"\b(?:response|status|code|OK|created|no content|accepted|HTTP)\b", around, re.IGNORECASE)
        is not None
    )


def links(text: str) -> Iterator[Link]:
    """The links to resource pages in some prose."""
    if "[" not in text:
        return
    for match in LINK.finditer(text):
        target = match[2] if match[2] is not None else f"[{match[3] or match[1]}]"
        if match[0][0] == "!" or not (target[:1] == "[" or _is_resource(target)):
            continue
        plural = PLURAL.search(text, 0, match.start()) is not None or OBJECTS.match(text, match.end()) is not None
        yield Link(re.sub(r"[*`]", "", match[1]).strip(), target, plural)


@lru_cache(maxsize=1 << 14)
def _is_resource(target: str) -> bool:
    return (
        re.match(r"(?:(?:\.{1,2}/|/)*(?:[\w.-]+/)*resources/|(?:\./)?)[\w.-]+\.md(?:#|$|\?)", target) is not None
        and "/api/" not in target
        and not target.startswith("http")
    ) or PUBLISHED.match(target) is not None


def _bold(text: str) -> Link | None:
    """A type that the prose names without a link."""
    found = re.search(r"(?:\*\*|`)([A-Za-z]\w+)(?:\*\*|`)\s+(objects?|resources?|collection)\b", text)
    return (
        Link(found[1], "", found[2] in {"objects", "collection"} or PLURAL.search(text, 0, found.start()) is not None)
        if found
        else None
    )


def _errors(section: Iterable[Block]) -> Iterator[tuple[int, int]]:
    seen = set()
    for block in section:
        texts = (
            [(block.line, block.text)]
            if block.kind == "text"
            else [(line, f"`{cells[0]}") for line, cells in block.rows]
        )
        for line, text in texts:
            for match in ERROR.finditer(text):
                if match[1] not in seen:
                    seen.add(match[1])
                    yield int(match[1]), line + text.count("\n", 0, match.start())


def namespace(page: Page) -> str:
    """The namespace that a page's types are in."""
    for section in page.sections[:2]:
        for block in section.blocks:
            if block.kind == "text" and (found := re.search(r"^\W*Namespace:\W*([\w.]+)", block.text, re.MULTILINE)):
                parts = found[1].rstrip(".").split(".")
                # one page doubles the last part
                return ".".join(part for at, part in enumerate(parts) if not at or part != parts[at - 1])
    return "microsoft.graph"


def labels(page: Page) -> dict[str, str]:
    """Where the reference links of a page lead, by label in lower case."""
    return {
        label.lower(): target
        for block in page.blocks()
        if block.kind == "text" and "]:" in block.text
        for label, target in re.findall(r"^[ ]{0,3}\[([^\]]+)\]:\s*(\S+)", block.text, re.MULTILINE)
    }


__all__ = ["Answer", "Facts", "Header", "Link", "PropertyRow", "Section", "facts", "is_operation_page"]
