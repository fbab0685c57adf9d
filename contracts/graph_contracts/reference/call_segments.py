"""Segments of paths that call functions: their arguments taken out, aliases looked up in the query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl

from graph_contracts.contract import blank
from graph_contracts.contract.call_path import Call, calls

_CALLED = re.compile(r"([\w.]+)\((.*)\)", re.DOTALL)
_ARGUMENT = re.compile(r"([\w@-]+)=('(?:[^']|'')*'|[^',]*)(?:,|$)", re.DOTALL)


@dataclass(frozen=True)
class Calls:
    """The functions of a document by their names."""

    known: Mapping[str, tuple[tuple[Call, str], ...]]
    """Each with its segment in path templates, parameters left blank."""

    @classmethod
    def of(cls, paths: Iterable[str]) -> Self:
        """Read a document's path templates."""
        found: dict[str, dict[tuple[str, ...], tuple[Call, str]]] = {}
        for path in dict.fromkeys(paths):
            for call in calls(path):
                segment = path.strip("/").split("/")[call.at]
                names = tuple(sorted(each.name for each in call.arguments))
                found.setdefault(call.name, {}).setdefault(names, (call, blank(segment)))
        return cls({name: tuple(overloads.values()) for name, overloads in found.items()})

    def plain(self, segments: tuple[str, ...], query: str) -> tuple[tuple[str, ...], Mapping[str, str]]:
        """A path's segments with their arguments left blank, and these: a call that has others stays as it is."""
        plain: list[str] = []
        arguments: dict[str, str] = {}
        for segment in segments:
            match = _CALLED.fullmatch(segment)
            literals = _literals(match[2], query) if match and match[1] in self.known else None
            overloads = self.known[match[1]] if match and literals is not None else ()
            called = next((each for each in overloads if {*_names(each[0])} == {*(literals or ())}), None)
            if called is None or literals is None:
                plain.append(segment)
                continue
            call, written = called
            plain.append(written)
            arguments |= {each.parameter: literals[each.name] for each in call.varied}
        return tuple(plain), arguments


def _names(call: Call) -> tuple[str, ...]:
    return tuple(each.name for each in call.arguments)


def _literals(text: str, query: str) -> dict[str, str] | None:
    """Arguments as they are written, by name; None where they can't be read."""
    found: dict[str, str] = {}
    at = 0
    aliases = dict(parse_qsl(query, keep_blank_values=True))
    while at < len(text):
        match = _ARGUMENT.match(text, at)
        if match is None or match[1] in found:
            return None
        value = match[2]
        if value.startswith("@"):
            if value not in aliases:
                return None
            value = aliases[value]
        found[match[1]] = value
        at = match.end()
    return found
