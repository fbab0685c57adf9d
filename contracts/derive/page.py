"""The facts on an operation page, each with the line that it was read from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from contracts.derive import examples, types
from contracts.derive.examples import Message
from contracts.derive.markdown import Block, Page
from contracts.errors import PageError

METHODS = "GET|POST|PATCH|PUT|DELETE"
PERMISSION_TYPES = (
    ("personal", "delegatedPersonal"),
    ("delegated", "delegatedWork"),
    ("application", "application"),
)


@dataclass(frozen=True, slots=True)
class Template:
    """A line of the HTTP request section."""

    method: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class PropertyRow:
    """A row of a table of properties."""

    name: str
    type: types.TypeCell
    description: str
    line: int


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """A row of the permission table."""

    type: str
    support: str
    scopes: tuple[str, ...]
    line: int
    text: str


@dataclass(frozen=True)
class Facts:
    """All that an operation page says."""

    page: Page
    templates: tuple[Template, ...]
    permissions: tuple[PermissionRow, ...]
    headers: tuple[tuple[str, str, int], ...]
    properties: tuple[PropertyRow, ...]
    required_on_create: int
    """The line that calls the table's properties required on creation; 0 where none does."""
    success: tuple[tuple[int, int], ...]
    """Each 2xx status of the Response section, with its line."""
    response_type: str
    """The name of the type that the Response section says is returned; empty where it names none."""
    messages: tuple[Message, ...]
    namespace: str
    resource_links: dict[str, str]
    """Types that the page links to, by name."""

    @property
    def requests(self) -> list[Message]:
        return [message for message in self.messages if message.method]

    @property
    def responses(self) -> list[Message]:
        return [message for message in self.messages if message.status]


def facts(page: Page) -> Facts:
    """Read an operation page.

    Raises:
        PageError: it documents no request.
    """
    templates = tuple(_templates(page))
    examples_ = [b for title in ("Example", "Examples") for b in page.section(title)] or list(page.blocks)
    found = tuple(examples.messages(examples_))
    if not templates:
        raise PageError(
            f"{page.name}: no HTTP request is documented", "An operation page has a section 'HTTP request' with a path"
        )
    body = page.section("Request body")
    response = page.section("Response")
    text = " ".join(block.text for block in response if block.kind == "paragraph")
    named = re.search(r"\[([\w.]+)\]\([^)]*\)\s*(?:object|collection|objects)?", text)
    required = next((b.line for b in body if re.search(r"required\W+when\W+you\W+\**create", b.text)), 0)
    return Facts(
        page=page,
        templates=templates,
        permissions=tuple(_permissions(page)),
        headers=tuple(_headers(page)),
        properties=tuple(properties(body)),
        required_on_create=required,
        success=tuple(_success(response)),
        response_type=named[1] if named else "",
        messages=found,
        namespace=_namespace(page),
        resource_links=dict(_links(page)),
    )


def _templates(page: Page) -> Iterator[Template]:
    for block in page.section("HTTP request"):
        if block.kind != "fence":
            continue
        for offset, line in enumerate(block.text.split("\n")):
            found = re.match(rf"\s*({METHODS})\s+(\S.*?)(?:\s+HTTP/[\d.]+)?\s*$", line)
            if found:
                path = _path(found[2])
                if path:
                    yield Template(found[1], path, block.line + 1 + offset)


def _path(text: str) -> str:
    """A path template in OpenAPI's spelling; empty where the text is none."""
    if "://" in text:
        text = re.sub(r"^/(v1\.0|beta)(?=/|$)", "", urlsplit(text).path, flags=re.IGNORECASE)
    text = text.partition("?")[0].removeprefix("~").rstrip("/")
    text = re.sub(r"<([^<>]+)>", r"{\1}", text)
    text = re.sub(r"\{([^{}]+)\}", lambda m: "{" + re.sub(r"\W+", "_", m[1]).strip("_") + "}", text)
    if not text.startswith("/"):
        text = f"/{text}"
    if " " in text or "*" in text or text.count("{") != text.count("}"):
        return ""
    return _unique(text)


def _unique(path: str) -> str:
    """The same path with repeated parameter names told apart: OpenAPI takes each only once."""
    seen: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        seen[match[1]] = seen.get(match[1], 0) + 1
        return f"{{{match[1]}{seen[match[1]] if seen[match[1]] > 1 else ''}}}"

    return re.sub(r"\{([^{}]+)\}", number, path)


def _permissions(page: Page) -> Iterator[PermissionRow]:
    for table in (block for block in page.section("Permissions", "Prerequisites") if block.kind == "table"):
        for line, cells in table.rows[1:]:
            kind = next((name for word, name in PERMISSION_TYPES if cells and word in cells[0].lower()), "")
            if not kind:
                continue
            text = " ".join(cells[1:]).strip()
            plain = re.sub(r"[`*\\]|&nbsp;|<[^>]*>", " ", text).strip()
            scopes = tuple(dict.fromkeys(re.findall(r"\b[A-Z][\w-]*(?:\.[\w-]+)+\b", plain)))
            if re.match(r"not (supported|applicable)", plain, re.IGNORECASE):
                yield PermissionRow(kind, "notSupported", (), line, plain)
            elif scopes and "TODO" not in plain:
                yield PermissionRow(kind, "supported", scopes, line, plain)
            else:
                yield PermissionRow(kind, "unknown", (), line, plain)


def _headers(page: Page) -> Iterator[tuple[str, str, int]]:
    for table in (b for b in page.section("Request headers", "Optional request headers") if b.kind == "table"):
        for line, cells in table.rows[1:]:
            name = re.sub(r"[`*]", "", cells[0]).strip() if cells else ""
            if re.fullmatch(r"[\w-]+", name):
                yield name, " ".join(cells[1:]).strip(), line


def properties(blocks: list[Block]) -> Iterator[PropertyRow]:
    """The rows of the tables of properties among some blocks; rows that only group others are passed over."""
    for table in (block for block in blocks if block.kind == "table"):
        titles = [re.sub(r"\W", "", cell).lower() for cell in table.rows[0][1]] if table.rows else []
        if "type" not in titles:
            continue
        type_at = titles.index("type")
        name_at = next((titles.index(t) for t in ("property", "propertyname", "name", "parameter") if t in titles), 0)
        for line, cells in table.rows[1:]:
            if len(cells) <= type_at or not cells[type_at]:
                continue
            name = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", cells[name_at]).strip()
            if re.fullmatch(r"@?[A-Za-z_][\w.]*", name):
                description = " | ".join(cells[type_at + 1 :]).strip()
                yield PropertyRow(name, types.parse(cells[type_at]), description, line)


def _success(response: list[Block]) -> Iterator[tuple[int, int]]:
    seen = set()
    for block in response:
        if block.kind != "paragraph":
            continue
        for found in re.finditer(r"(?<![\d.])([2]\d\d)(?![\d.])", block.text):
            status = int(found[1])
            if status not in seen:
                seen.add(status)
                yield status, block.line + block.text[: found.start()].count("\n")


def _namespace(page: Page) -> str:
    for block in page.blocks:
        found = re.match(r"Namespace:\s*([\w.]+)", block.text) if block.kind == "paragraph" else None
        if found:
            return found[1].rstrip(".")
    return "microsoft.graph"


def _links(page: Page) -> Iterator[tuple[str, str]]:
    for block in page.blocks:
        texts = [block.text] if block.kind == "paragraph" else [cell for _, row in block.rows for cell in row]
        for text in texts:
            for found in re.finditer(r"\[([\w.]+)\]\(([^)\s]*resources/[^)\s#]+\.md)", text):
                yield found[1], found[2]


def is_operation_page(text: bytes) -> bool:
    """Whether a file's text looks like an operation page: its front matter or a section says so."""
    return b"doc_type: apiPageType" in text or re.search(rb"(?mi)^## HTTP request\s*$", text) is not None
