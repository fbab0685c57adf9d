"""Example messages in fences: request or response, head and JSON body, with what had to be repaired to read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.derive.markdown import Block

REQUEST = re.compile(r"(GET|POST|PATCH|PUT|DELETE)\s+(\S.*?)(?:\s+HTTP/[\d.]+)?\s*$")
RESPONSE = re.compile(r"HTTP/[\d.]+\s+(\d{3})\b")


@dataclass(frozen=True)
class Message:
    """An example request or response."""

    line: int
    """Of its first line."""
    method: str = ""
    url: str = ""
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    body_line: int = 0
    truncated: bool = False
    repairs: tuple[str, ...] = ()
    annotation: dict[str, Any] = field(default_factory=dict)


def messages(blocks: Sequence[Block]) -> Iterator[Message]:
    """Every example message among some blocks, annotated by the comment before it where there is one."""
    annotation: dict[str, Any] = {}
    for block in blocks:
        if block.kind == "comment":
            annotation = annotate(block.text) or annotation
        elif block.kind == "fence":
            message = read(block, annotation)
            if message:
                yield message
            annotation = {}


def annotate(comment: str) -> dict[str, Any]:
    """The JSON in a comment; empty where there is none."""
    match = re.search(r"<!--\s*(\{.*\})\s*-->", comment, re.DOTALL)
    try:
        found = json.loads(match[1]) if match else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def read(block: Block, annotation: dict[str, Any]) -> Message | None:
    """The message in a fence; None where it holds none."""
    lines = block.text.split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), None)
    if start is None:
        return None
    first = lines[start].strip()
    request, response = REQUEST.match(first), RESPONSE.match(first)
    if not request and not response:
        return None
    end = start + 1
    headers = []
    while end < len(lines) and (found := re.match(r"([A-Za-z][\w-]*)\s*:\s*(.*)$", lines[end].strip())):
        headers.append((found[1], found[2]))
        end += 1
    while end < len(lines) and not lines[end].strip():
        end += 1
    line = block.line + 1 + start
    text = "\n".join(lines[end:])
    body, repairs = parse_json(text) if text.strip() else (None, ())
    return Message(
        line=line,
        method=request[1] if request else "",
        url=request[2] if request else "",
        status=int(response[1]) if response else 0,
        headers=tuple(headers),
        body=body,
        body_line=block.line + 1 + end if body is not None else 0,
        truncated=bool(annotation.get("truncated")),
        repairs=repairs,
        annotation=annotation,
    )


def parse_json(text: str) -> tuple[Any, tuple[str, ...]]:
    """The value of an example's JSON, mended where it is nearly JSON; (None, reasons) where it can't be read."""
    mended, repairs = text, []
    for name, change in (
        ("", lambda t: t),
        ("non-breaking spaces replaced", lambda t: t.replace("\u00a0", " ")),
        ("trailing commas removed", lambda t: re.sub(r",(\s*[}\]])", r"\1", t)),
        ("a missing comma added", lambda t: re.sub(r'(["\d\]}el])[ \t]*\n(\s*")', r"\1,\n\2", t)),
    ):
        changed = change(mended)
        if name and changed == mended:
            continue
        mended = changed
        if name:
            repairs.append(name)
        for strict in (True, False):
            try:
                value = json.loads(mended, strict=strict)
            except (ValueError, RecursionError):
                continue
            return value, (*repairs, *(() if strict else ("raw control characters accepted",)))
    return None, ("the body is not JSON",)


def shape_line(block_text: str, start: int, name: str) -> int:
    """The line on which a member is first named in an example's body."""
    for number, line in enumerate(block_text.split("\n"), start):
        if f'"{name}"' in line:
            return number
    return start
