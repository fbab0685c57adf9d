"""Where the parts of a document in YAML's block style stand.

The lines of a value are indented further than its key, whatever they are: YAML 1.2 lets no text, quoted or not, and no
bracket go on as far left as the key that it belongs to. So a line that begins with a key is where the member before it
ends, and what stands in members need not be looked at. Whatever isn't that plain is left to the parser: other keys than
OpenAPI has there, keys with blanks or escapes in them, directives, several documents.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property

from graph_contracts.contract.parsing import MAX_YAML, parsed
from graph_contracts.contract.parts import EXTENDS, METHODS, OPERATION_ID, Known, Parts, Text, Unread
from graph_contracts.json_types import Json

Span = tuple[int, int]
ASCII_ALIKE = frozenset({"utf-8", "utf-8-sig"})
PLAIN = rb"[A-Za-z_$/](?:[^\s:#]++|:(?=[^\s]))*+"
QUOTED = rb"""'[^'\n]*+'|"[^"\\\n]*+\""""
SCALAR = rb"(?:(?P<plain>%b)|(?P<quoted>%b))" % (PLAIN, QUOTED)
END = rb"(?: ++#.*+| *+)\r?(?:\n|\Z)"
IDLE = rb"(?: *+(?:#.*+)?\r?\n)*+"
"""Lines that say nothing."""
KEY = re.compile(rb"%b *+:(?:(?P<bare>%b)| )" % (SCALAR, END))
"""A key at the beginning of a line, and whether nothing follows it there."""
ID = re.compile(rb"operationId: ++%b%b" % (SCALAR, END))
NO_TEXT = re.compile(r"(?i)true|false|null")
"""What YAML takes for another value although it begins with a letter."""
KEYS = re.compile(r"openapi|info|jsonSchemaDialect|servers|paths|webhooks|components|security|tags|externalDocs|x-.*")
PATHS = re.compile(r"/.*|x-.*")
"""The keys of a document, and of its paths."""
BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?%b(?:---%b%b)?" % (IDLE, END, IDLE))
"""What may stand before the first key."""
TOP = re.compile(rb"\n(?=[^ \r\n#])")
LONE_RETURN = re.compile(rb"\r(?!\n)")
ITEM = re.compile(rb"-[ \r\n]")
"""An item of a list, which may stand as far left as the key of the list."""
BELOW = re.compile(rb"[^\n]*+\n%b( *+)(?=[^\s#])" % IDLE)
"""A line, and the indentation of the next one that says something."""
MAPPING = re.compile(rb"( *+)(?:%b|%b) *+:%b%b(\1 ++)(?:%b|%b) *+:[ \r\n]" % (PLAIN, QUOTED, END, IDLE, PLAIN, QUOTED))
"""A key whose value begins below it with a key, and the indentation of both."""
MAY_EXTEND = (b"allOf", b"<<", b"\\x", b"\\u00", b"\\U000000")
"""What a schema with a member `allOf` has in its text: it may come from elsewhere, and a letter may be escaped."""


@dataclass(slots=True)
class _Member:
    """A member of `paths` or `components`, and where its own members begin."""

    name: str
    start: int
    cut: bool
    """Whether it is a mapping of keys that are told for what they are."""
    parts: list[tuple[str, int]] = field(default_factory=list)


class YamlText(Text[Span]):
    """A document in YAML; a place in it is where a key and its value begin and end."""

    def document(self) -> Parts | None:
        octets = self.octets
        if json.detect_encoding(octets) not in ASCII_ALIKE or (b"\r" in octets and LONE_RETURN.search(octets)):
            return None
        begun = BEGINNING.match(octets)
        at = begun.end() if begun is not None else 0
        members: dict[str, Json | Unread] = {}
        while at < len(octets):
            key = self._key(at)
            if key is None or not KEYS.fullmatch(key[0]):
                return None
            name, bare = key
            if bare and name in {"paths", "components"}:
                found = self._nested(name, at)
                if found is None:
                    return None
                members[name], at = found
            else:
                start, at = at, self._next(at)
                members[name] = self.unread((start, at), name)
        return Parts(members)

    def value(self, place: Span) -> Json:
        start, end = place
        part, below = self.octets[start:end], b""
        if end < len(self.octets):  # to the parser, an empty block scalar is another one where the text ends
            below = b"%b~: the next key\n" % part[: len(part) - len(part.lstrip(b" "))]
        try:
            found = self.parse(part + below)
        except ValueError:
            if len(self.octets) <= MAX_YAML:
                raise
            # what is wrong, the parser of the whole can't say
            found = parsed(self.parse, part, self.source, self.octets.count(b"\n", 0, start))
        if not isinstance(found, dict) or len(found) != 1 + bool(below):
            raise ValueError("not one member")
        return next(iter(found.values()))

    def _key(self, at: int) -> tuple[str, bool] | None:
        """The key that stands there, and whether its value begins below; None where that is not plain."""
        found = KEY.match(self.octets, at)
        name = _text(found) if found is not None else None
        return None if found is None or name is None else (name, found["bare"] is not None)

    def _next(self, at: int) -> int:
        """The beginning of the next key of the document."""
        for found in TOP.finditer(self.octets, at):
            if not ITEM.match(self.octets, found.end()):
                return found.end()
        return len(self.octets)

    def _indent(self, at: int) -> int:
        """The indentation of the line that follows the one at a place."""
        found = BELOW.match(self.octets, at)
        return len(found[1]) if found is not None else 0

    def _nested(self, name: str, at: int) -> tuple[Parts, int] | None:
        """The members of a member of the document, and where that ends; None where they are not plain."""
        first = BELOW.match(self.octets, at)
        outer = len(first[1]) if first is not None else 0
        if first is None or not outer:
            return None
        inner = max(self._indent(first.end()), outer + 1)
        members: list[_Member] = []
        end = len(self.octets)
        for line in re.compile(rb"\n( {0,%d}+)(?=[^ \r\n#])" % inner).finditer(self.octets, first.end() - outer - 1):
            indent, begun = len(line[1]), line.end()
            if not indent and not ITEM.match(self.octets, begun):
                end = begun
                break
            key = self._key(begun)
            if indent == outer and key is not None and (name != "paths" or PATHS.fullmatch(key[0])):
                members.append(_Member(key[0], line.start() + 1, key[1]))
            elif indent <= outer:
                return None
            elif indent == inner and key is not None:
                members[-1].parts.append((key[0], line.start() + 1))
            elif not members[-1].parts or not ITEM.match(self.octets, begun):
                members[-1].cut = False
        ends = [*(each.start for each in members[1:]), end]
        return Parts({each.name: self._member(name, each, to) for each, to in zip(members, ends, strict=True)}), end

    def _member(self, holder: str, member: _Member, end: int) -> Json | Unread:
        below = BELOW.match(self.octets, member.start, end)
        first = member.parts[0][1] if member.parts else end
        if not member.cut or below is None or below.start(1) != first:
            return self.unread((member.start, end), holder, member.name)
        make = self._component if holder == "components" else self._part_of_path
        ends = [*(start for _, start in member.parts[1:]), end]
        return Parts(
            {
                name: make((start, to), holder, member.name, name)
                for (name, start), to in zip(member.parts, ends, strict=True)
            }
        )

    def _part_of_path(self, place: Span, *keys: str) -> Json | Unread:
        unread = self.unread(place, *keys)
        name = self._operation_id(place) if keys[-1] in METHODS else None
        return Known(OPERATION_ID, name, unread) if name is not None else unread

    def _component(self, place: Span, *keys: str) -> Json | Unread:
        unread = self.unread(place, *keys)
        plain = MAPPING.match(self.octets, *place) and all(self.octets.find(each, *place) < 0 for each in MAY_EXTEND)
        return Known(EXTENDS, None, unread) if plain else unread

    @cached_property
    def _ids(self) -> list[int]:
        """Where the text says `operationId`."""
        return [found.start() for found in re.finditer(rb"operationId", self.octets)]

    def _operation_id(self, place: Span) -> str | None:
        """The id of an operation; None where it isn't sure."""
        octets, mapping = self.octets, MAPPING.match(self.octets, *place)
        first, last = (bisect_left(self._ids, each) for each in place)
        if mapping is None or last - first != 1:
            return None
        at, indent = self._ids[first], mapping[2]
        found = ID.match(octets, at, place[1]) if octets.startswith(b"\n" + indent, at - len(indent) - 1) else None
        below = BELOW.match(octets, at, place[1])
        goes_on = below is not None and len(below[1]) > len(indent)
        return _text(found) if found is not None and not goes_on else None


def _text(found: re.Match[bytes]) -> str | None:
    """The text that a scalar stands for; None where it stands for something else."""
    try:
        text = (found["plain"] or found["quoted"][1:-1]).decode()
    except UnicodeDecodeError:
        return None
    return text if found["plain"] is None or not NO_TEXT.fullmatch(text) else None
