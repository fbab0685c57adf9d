"""Calls in path templates: a function's name with its arguments, as in `/reports/usage(period='{period}')`.

OData writes the arguments in parentheses behind the name, each as `name=literal`, where a text stands in quotes (URL
Conventions 4.01 §5.1.1.1, §5.1.1.10). A key in parentheses looks the same: whether it is one depends on the document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

_CALL = re.compile(r"([\w.]+)\(((?:[\w@-]+=[^/,()]*)(?:,[\w@-]+=[^/,()]*)*)\)")
_VALUE = re.compile(r"('?)\{([^{}]+)\}\1")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call."""

    name: str
    value: str
    """What the template has for it: `'{period}'`, `{count}` or a literal that is always the same."""

    @property
    def parameter(self) -> str:
        """The parameter of the path that stands for it; empty where its value is always the same."""
        match = _VALUE.fullmatch(self.value)
        return match[2] if match else ""

    @property
    def quoted(self) -> bool:
        """Whether it is a text in quotes."""
        return self.value.startswith("'")

    def literal(self, value: str) -> str:
        """A value as it stands in a path: in quotes where the template has them, percent-encoded."""
        text = "'" + value.replace("'", "''") + "'" if self.quoted else value
        return quote(text, safe="'")


@dataclass(frozen=True, slots=True)
class Call:
    """The segment of a path template that calls a function with arguments."""

    name: str
    """Of the function, qualified where the document has it so."""
    arguments: tuple[Argument, ...]
    at: int
    """Which segment of the template it is, from 0."""

    @classmethod
    def of(cls, segment: str, at: int) -> Self | None:
        """Read a segment of a path template; None where it has no named arguments."""
        match = _CALL.fullmatch(segment)
        if match is None:
            return None
        pairs = (part.partition("=") for part in match[2].split(","))
        return cls(match[1], tuple(Argument(name, value) for name, _, value in pairs), at)

    @property
    def varied(self) -> tuple[Argument, ...]:
        """The arguments that a caller chooses."""
        return tuple(each for each in self.arguments if each.parameter)


def calls(path: str) -> tuple[Call, ...]:
    """The segments of a path template that call something with named arguments, or have a key by name."""
    found = (Call.of(segment, at) for at, segment in enumerate(path.strip("/").split("/")))
    return tuple(each for each in found if each is not None)
