"""Example messages in fences: request or response, head and JSON body, with what had to be repaired to read them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, NoReturn

from graph_contracts.derive.markdown import Block
from graph_contracts.derive.notes import Notes
from graph_contracts.derive.paths import METHODS, request_line
from graph_contracts.json_types import Json, JsonMapping, JsonObject

UPPER = re.compile(METHODS)
RESPONSE = re.compile(r"HTTP/[\d.]+\s+(\d{3})\b")
HEADER = re.compile(r"([A-Za-z][\w-]*)\s*:\s*(.*)$")
ANOTHER = re.compile(rf"^[ \t]*(?:HTTP/[\d.]+\s+\d{{3}}\b|(?:{METHODS})[ \t]+(?:https?:/)?/)", re.MULTILINE)
"""Where a fence that holds several messages goes on with the next."""
MESSAGES = {"", "http", "json", "msgraph-interactive"}
"""Languages of fences that show messages; others show code."""
ANNOTATION = re.compile(r"<!--\s*(\{.*\})\s*-->", re.DOTALL)
UNREADABLE = "the body is not JSON"


@dataclass(frozen=True)
class Message:
    """An example request or response."""

    line: int
    """Of its first line."""
    method: str = ""
    url: str = ""
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    """By name in lower case."""
    text: str = ""
    """The body as it is written."""
    body: Json = None
    """The body's value; None where there is none or it isn't JSON."""
    body_line: int = 0
    truncated: int = 0
    """The line of the annotation that calls it so, else 0."""
    type: str = ""
    """The type that the annotation gives the body; empty where it gives none."""
    collection: bool = False
    """Whether the annotation says that the body is a list of it."""
    repairs: tuple[str, ...] = ()
    """What was mended to read the body."""

    @property
    def media(self) -> str:
        """The media type of the body, without parameters and in lower case; empty where none is stated."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @cached_property
    def lines(self) -> Mapping[tuple[str, ...], int]:
        """The line on which each member of the body is first named, by its path; places in arrays don't count."""
        return dict(_member_lines(self.text, self.body_line))


class Exchange(NamedTuple):
    """A request and what answers it; either may be missing from a page."""

    request: Message | None
    response: Message | None


def messages(blocks: Iterable[Block], notes: Notes) -> Iterator[Message]:
    """Every example message among some blocks, annotated by the comment before it where there is one."""
    annotation, line = JsonObject(), 0
    held: Message | None = None
    for block in blocks:
        if block.kind == "comment":
            found = annotate(block.text)
            annotation, line = (found, block.line) if found else (annotation, line)
        elif block.kind == "fence":
            starts = [place.start() for place in ANOTHER.finditer(block.text)]
            if held and not starts and not held.text and block.text.lstrip()[:1] in {"{", "["}:
                held = _with_body(replace(held, text=block.text, body_line=block.line))
                annotation = {}
                continue
            if not starts and block.text.strip() and block.language in MESSAGES:
                notes.skipped(block.line, "an example shows neither a request nor a response")
            for start, end in zip(starts, [*starts[1:], len(block.text)], strict=False):
                if held:
                    yield held
                held = _message(block, start, end, annotation, line)
            annotation = {}
    if held:
        yield held


def exchanges(found: Iterable[Message]) -> Iterator[Exchange]:
    """Messages in pairs, as the page's order has them."""
    request: Message | None = None
    for message in found:
        if message.status:
            yield Exchange(request, message)
            request = None
            continue
        if request:
            yield Exchange(request, None)
        request = message
    if request:
        yield Exchange(request, None)


def annotate(comment: str) -> JsonObject:
    """The JSON in a comment; empty where there is none."""
    match = ANNOTATION.search(comment)
    if not match:
        return {}
    try:
        found = json.loads(match[1])
    except (ValueError, RecursionError):
        found, _ = parse_json(match[1])
    return found if isinstance(found, dict) else {}


def _message(block: Block, begin: int, finish: int, annotation: JsonMapping, annotated: int) -> Message | None:
    """The message in a part of a fence; None where it holds none."""
    lines = block.text[begin:finish].split("\n")
    first = lines[0].strip()
    request, response = request_line(first) if UPPER.match(first) else None, RESPONSE.match(first)
    if not request and not response:
        return None
    line = block.line + block.text.count("\n", 0, begin)
    end = 1
    headers = {}
    while end < len(lines) and (found := HEADER.match(lines[end].strip())):
        headers[found[1].lower()] = found[2]
        end += 1
    joined = end < len(lines) and lines[end].strip() != ""
    while end < len(lines) and not lines[end].strip():
        end += 1
    stated = annotation.get("@odata.type") or annotation.get("@type")
    named = stated if isinstance(stated, str) else ""
    wrapped = re.fullmatch(r"collection\((.+)\)", named, re.IGNORECASE)
    message = Message(
        line=line,
        method=request[0] if request else "",
        url=request[1] if request else "",
        status=int(response[1]) if response else 0,
        headers=headers,
        text="\n".join(lines[end:]).strip(),
        body_line=line + end,
        truncated=annotated if annotation.get("truncated") is True else 0,
        type=(wrapped[1] if wrapped else named).lstrip("#"),
        collection=bool(wrapped) or str(annotation.get("isCollection")).lower() == "true",
    )
    return _with_body(message, ("the blank line before the body added",) if joined else ())


def _with_body(message: Message, repairs: tuple[str, ...] = ()) -> Message:
    if not message.text or (message.media and "json" not in message.media):
        return message
    body, more = parse_json(message.text)
    if body is None and not message.media and message.text[0] not in "{[":
        return message  # not meant to be JSON
    return replace(message, body=body, repairs=(*repairs, *more))


def parse_json(text: str) -> tuple[Json, tuple[str, ...]]:
    """The value of an example's JSON, mended where it is nearly JSON, and what was mended.

    Returns (None, (`UNREADABLE`,)) where it can't be read.
    """
    repairs: list[str] = []
    for name, change in _REPAIRS:
        mended = change(text)
        if name and mended == text:
            continue
        text = mended
        repairs += [name] if name else []
        for strict in (True, False):
            try:
                value = _loads(text, strict=strict)
            except (ValueError, RecursionError):
                continue
            return value, (*repairs, *(() if strict else ("raw control characters accepted",)))
    return None, (UNREADABLE,)


def _outside_strings(pattern: str, substitute: str) -> Callable[[str], str]:
    """A replacement that leaves what stands in JSON strings alone."""
    wanted = re.compile(rf'("(?:[^"\\]|\\.)*")|{pattern}', re.DOTALL)
    return lambda text: wanted.sub(lambda m: m[0] if m[1] is not None else m.expand(substitute), text)


def _first_value(text: str) -> str:
    try:
        _, end = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return text
    return text.lstrip()[:end]


_REPAIRS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("", lambda text: text),
    ("non-breaking spaces replaced", lambda text: text.replace("\u00a0", " ")),
    ("trailing commas removed", _outside_strings(r",(\s*[}\]])", r"\2")),
    ("a missing comma added", lambda text: re.sub(r'(["\d\]}el])[ \t]*\n(\s*")', r"\1,\n\2", text)),
    ("typographic quotes replaced", lambda text: re.sub("[“”„]", '"', text)),
    ("comments removed", _outside_strings(r"(//[^\n]*|/\*.*?\*/)", "")),
    ("ellipses removed", _outside_strings(r"((?:,\s*+)?(?:\.{3}|…)\s*+,?)", "")),
    ("names quoted", _outside_strings(r"([{,]\s*)([A-Za-z_][\w.]*)(?=\s*:)", r'\2"\3"')),
    ("what follows the first value left out", _first_value),
)


def _loads(text: str, *, strict: bool) -> Json:
    value = json.loads(text, strict=strict, parse_constant=_refuse)
    if "\\u" in text:  # half a surrogate pair can't be written down again
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|[{}\[\]]', re.DOTALL)


def _member_lines(text: str, line: int) -> Iterator[tuple[tuple[str, ...], int]]:
    """Each member's path and line, outermost first; needs no valid JSON, since repaired bodies have lines too."""
    trail: list[str] = []
    name, done = "", 0
    seen = set()
    for token in _TOKEN.finditer(text):
        line, done = line + text.count("\n", done, token.start()), token.start()
        if token[0] in {"{", "["}:
            trail.append(name)
            name = ""
        elif token[0] in {"}", "]"}:
            name = trail.pop() if trail else ""
        elif token[2]:
            name = token[1]
            path = (*filter(None, trail), name)
            if path not in seen:
                seen.add(path)
                yield path, line
