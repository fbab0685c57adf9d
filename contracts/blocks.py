"""A YAML document in block style as mappings whose members are parsed when they are asked for.

A whole reference is 91 MB, which take the parser 20 s and 2 GB, and a run looks at a few operations of it. Where each
line can be told for what it is by itself, indentation alone says where a member begins and ends. What has to hold:

- No value but a block scalar, a plain one or a collection goes on in the next line, and those are indented deeper than
  what they belong to. Quoted values and `[…]` may go on anywhere: a line that opens one and leaves it open is not sure.
- There is nothing that one part of a document says of another: no anchors, aliases, tags, directives, second documents.

Anything that isn't sure is left to the parser, the whole document or the part of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from contracts.errors import DocumentError

QUOTED = rb"""(?:'(?:[^'\n]++|'')*+'|"(?:[^"\\\n]++|\\.)*+")"""
FIRST = rb"""(?:[^\s"'\[\]{}&*!|>?%@`#,:-]|[-?:](?=[^\s\[\]{},]))"""
"""The first character of a plain scalar."""
END = rb" *+(?:#.*+)?"
FLAT = rb"""(?:[^\[\]{}"'\n&*!#]++|(?<=[\s\[{,:])%b)""" % QUOTED
FLOW = FLAT
for _ in range(4):  # one within the other
    FLOW = rb"(?:%b|\[%b*+\]|\{%b*+\})" % (FLAT, FLOW, FLOW)
FLOW = rb"(?=[\[{])%b" % FLOW
SCALAR = rb"[|>][-+0-9]*+"
"""What announces a block scalar."""
TOLD = rb"(?:(?:%b|%b|%b)%b|#.*+)" % (QUOTED, FLOW, SCALAR, END)
TEXT = rb"%b(?:[^\n:]++|:(?=[^\s]))*+" % FIRST
KEY = rb"(?:%b|%b *+)" % (TEXT, QUOTED)
DASHES = rb" *+(?:-(?: ++|(?=\r?(?:\n|\Z))))*+"
REST = rb":(?: ++(?:%b.*+|%b)?|(?=\r?(?:\n|\Z)))" % (FIRST, TOLD)
"""What follows a key."""
LINE = rb"(?!---|\.\.\.|%%)%b(?:%b(?:%b)?|%b *+%b|%b|)\r?(?:\n|\Z)" % (DASHES, TEXT, REST, QUOTED, REST, TOLD)
SURE = re.compile(LINE)
UNSURE = re.compile(rb"\n(?!%b)" % LINE)
MEMBER = re.compile(rb"(%b):(?=[ \r\n]|\Z)" % KEY)
BARE = re.compile(rb" *+%b: *+(?:#.*+)?\r?(?:\n|\Z)" % KEY)
"""The line of a member whose value begins on the next one."""
CONTENT = re.compile(rb"(?: *+(?:#.*+)?\r?\n)*+( *+)(?=[^ \r\n])")
"""What stands before the first line that says something."""
ANNOUNCED = re.compile(rb"%b(?:(?:%b[^\n:#]*+|%b) *+: ++)?%b%b\r?" % (DASHES, FIRST, QUOTED, SCALAR, END))
"""A line that announces a block scalar."""
START = re.compile(rb"(?: *+(?:#.*+)?\r?\n)*+--- *+\r?\n")
WORD = re.compile(rb"[A-Za-z_/$][\w/{}().$=-]*+", re.ASCII)
OTHER = re.compile(rb"(?i)y|n|yes|no|on|off|true|false|null")
"""Words that YAML 1.1 doesn't take for strings."""
BREAKS = ("\x85".encode(), "\u2028".encode(), "\u2029".encode())
"""Characters that end a line in YAML and nowhere else."""
MOST_LOOKS = 1_000_000
"""Lines that are looked at to tell whether others are text."""
LEVELS: Mapping[Any, int] = {"paths": 3, "components": 2}
"""How many levels below a key of the document are read one by one: paths, methods and their members; and types."""

Parse = Callable[[bytes, int], Any]
"""Parses a part of the document that begins at an octet of it."""


class Blocks(Mapping[Any, Any]):
    """A mapping of the document; equal to what the parser makes of it."""

    __slots__ = ("_levels", "_octets", "_parse", "_parts", "_read")

    def __init__(
        self, octets: bytes, parts: Mapping[Any, tuple[int, int]], levels: Mapping[Any, int] | int, parse: Parse
    ) -> None:
        self._octets = octets
        self._parts = parts
        self._levels = levels
        self._parse = parse
        self._read: dict[Any, Any] = {}

    def __getitem__(self, key: Any) -> Any:
        """A member's value.

        Raises:
            KeyError: there is no such member.
            DocumentError: its text can't be parsed.
        """
        if key not in self._read:
            start, end = self._parts[key]
            levels = self._levels - 1 if isinstance(self._levels, int) else self._levels.get(key, 0)
            self._read[key] = self._value(start, end, levels)
        return self._read[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __contains__(self, key: object) -> bool:
        return key in self._parts

    def __repr__(self) -> str:
        return f"Blocks({', '.join(map(repr, self._parts))})"

    def _value(self, start: int, end: int, levels: int) -> Any:
        octets = self._octets
        bare = BARE.match(octets, start, end) if levels > 0 else None
        if bare:
            parts = _split(octets, bare.end(), end, _indent(octets, start) + 1, self._parse)
            if parts is not None:
                return Blocks(octets, parts, levels, self._parse)
        line = octets[start:end]
        if levels == 0 and b"\n" not in line[:-1]:
            _, _, text = line.partition(b": ")
            text = text.strip(b" \r\n")
            if (word := _word(text)) is not None:
                return word
        (value,) = self._parse(line, start).values()
        return value


def blocks(octets: bytes, parse: Parse) -> Blocks | None:
    """The document, or None where it isn't sure that reading it in parts comes to the same as parsing it whole."""
    if not _sure(octets):
        return None
    started = START.match(octets)
    start = started.end() if started else 0
    parts = _split(octets, start, len(octets), 0, parse)
    return Blocks(octets, parts, LEVELS, parse) if parts is not None else None


def _sure(octets: bytes) -> bool:
    """Whether every line can be told for what it is."""
    if octets.startswith(b"\xef\xbb\xbf") or octets.count(b"\r") != octets.count(b"\r\n"):
        return False
    if any(each in octets for each in BREAKS):
        return False
    started = START.match(octets)
    start = started.end() if started else 0
    if not SURE.match(octets, start):
        return False
    looks = [MOST_LOOKS]
    text_until = 0
    for unsure in UNSURE.finditer(octets, start):
        line = unsure.start() + 1
        if line >= text_until:
            announced = _announced(octets, line, looks)
            if announced is None:
                return False
            text_until = announced
    return True


def _announced(octets: bytes, line: int, looks: list[int]) -> int | None:
    """Where the block scalar ends that a line is text of; None where it is none."""
    indent = _indent(octets, line)
    at = line
    while at > 0 and indent > 0 and looks[0] > 0:
        looks[0] -= 1
        before = octets.rfind(b"\n", 0, at - 1) + 1
        text = octets[before : at - 1]
        at = before
        width = len(text) - len(text.lstrip(b" "))
        if not text.strip() or width >= indent:
            continue
        if ANNOUNCED.fullmatch(text):
            ends = _at_most(width).search(octets, line)
            return ends.start() + 1 if ends else len(octets)
        indent = width
    return None


def _indent(octets: bytes, line: int) -> int:
    """How far a line is indented."""
    at = line
    while octets[at : at + 1] == b" ":
        at += 1
    return at - line


@lru_cache(maxsize=4096)
def _word(text: bytes) -> str | None:
    """What a plain scalar stands for where that is itself."""
    return text.decode() if WORD.fullmatch(text) and not OTHER.fullmatch(text) else None


@lru_cache(maxsize=64)
def _at_most(indent: int) -> re.Pattern[bytes]:
    """Lines that say something and are indented so far, or less."""
    return re.compile(rb"\n {0,%d}+(?=[^ #\r\n])" % indent)


def _split(octets: bytes, start: int, end: int, least: int, parse: Parse) -> dict[Any, tuple[int, int]] | None:
    """Where the members of a block mapping stand; None where it isn't sure that it is one."""
    begun = CONTENT.match(octets, start, end)
    if begun is None or len(begun[1]) < least:
        return None
    indent = len(begun[1])
    keys: list[Any] = []
    starts: list[int] = []
    for at in (begun.end(), *(each.end() for each in _at_most(indent).finditer(octets, begun.end(), end))):
        line = at - indent
        if keys and not octets.startswith(b"\n" + b" " * indent, line - 1):
            return None  # indented less than the others
        if octets[at : at + 1] == b"-" and octets[at + 1 : at + 2] in {b" ", b"\r", b"\n", b""}:
            if not keys:
                return None
            continue  # a list may stand as far left as the key it belongs to
        key = _key(octets, at, end, parse)
        if key is None:
            return None
        keys.append(key[0])
        starts.append(line)
    parts = dict(zip(keys, zip(starts, [*starts[1:], end], strict=True), strict=True))
    return parts if len(parts) == len(keys) else None


def _key(octets: bytes, at: int, end: int, parse: Parse) -> tuple[Any] | None:
    """The key that a line begins with; None where it begins with none, or with one of its own meaning."""
    member = MEMBER.match(octets, at, end)
    if member is None:
        return None
    text = member[1]
    if (word := _word(text)) is not None:
        return (word,)
    if text.startswith((b"<<", b"?")) or b" #" in text:
        return None
    try:
        (key,) = parse(text + b":", at)
    except DocumentError:
        return None  # to be told of with all that it stands in
    return (key,)
