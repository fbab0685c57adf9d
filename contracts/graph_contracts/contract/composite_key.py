"""Keys of several properties, as OData writes them in parentheses: `order='A-1',item=3` (URL Conventions 4.01 §4.3.1).

Whoever holds such an object's id holds the whole key as the path has it, percent-encoded, in the document's order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, unquote

from graph_contracts.json_types import Json, JsonObject

_PART = re.compile(r"([\w.@-]+)=('?)\{([^{}]+)\}\2")
_WRITTEN = re.compile(r"([\w.@-]+)=(?:'((?:[^']|'')*)'|([^',]*))(?:,|$)")
WORDS: Mapping[str, Json] = {"true": True, "false": False}


class Part(NamedTuple):
    """One property of a key."""

    name: str
    quotes: str
    """The quote that its value stands in; empty where it is bare, as a number is."""
    parameter: str
    """The parameter of the path template that stands for its value."""

    def written(self, value: str | None) -> str:
        """The part with a value; nothing where it has none."""
        if value is None or not (value or self.quotes):
            return ""
        text = value.replace("'", "''") if self.quotes else value
        return f"{self.name}={self.quotes}{quote(text.encode('utf-8', 'replace'), safe='')}{self.quotes}"


@dataclass(frozen=True, slots=True)
class CompositeKey:
    """The key of a collection's objects, where it has several properties."""

    template: str
    """What stands in the parentheses, with the path's parameters: `order='{order}',item={item}`."""
    numbers: frozenset[str] = frozenset()
    """The properties that are numbers, as far as the document says."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """The properties of the key, in the document's order."""
        return tuple(Part(*found) for found in _PART.findall(self.template))

    @property
    def properties(self) -> tuple[str, ...]:
        """The names of the properties that make the key."""
        return tuple(part.name for part in self.parts)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The path's parameters that make the key."""
        return tuple(part.parameter for part in self.parts)

    def text(self, values: Mapping[str, str | None]) -> str:
        """The key with these values, by property; nothing where one is missing."""
        return _joined(part.written(values.get(part.name)) for part in self.parts)

    def of_parameters(self, values: Mapping[str, str]) -> str:
        """The key with these values, by the path's parameters; nothing where one is missing."""
        return _joined(part.written(values.get(part.parameter)) for part in self.parts)

    def of(self, shown: Mapping[str, Json]) -> str:
        """The key of an object; nothing where it doesn't show all of it."""
        return self.text({name: _literal(shown.get(name)) for name in self.properties})

    def shown_in(self, path: str) -> str:
        """The key in the last parentheses of a URL's path, in whatever order; nothing where it has none."""
        found = re.search(r"\(([^()]*)\)/?$", path)
        return self.text(_values(found[1])) if found else ""

    def object(self, text: str) -> JsonObject:
        """The properties of a key, as a body has them."""
        values = _values(text)
        return {part.name: self._value(part, values.get(part.name, "")) for part in self.parts}

    def _value(self, part: Part, value: str) -> Json:
        if part.name in self.numbers and re.fullmatch(r"-?\d{1,18}", value):
            return int(value)
        return value if part.quotes else WORDS.get(value, value)


def _joined(parts: Iterable[str]) -> str:
    found = list(parts)
    return ",".join(found) if all(found) else ""


def _literal(value: Json) -> str | None:
    """A property's value as a key has it; None where it can't be in one."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int) else None


def _values(text: str) -> dict[str, str]:
    """The values in a key, by property."""
    found = _WRITTEN.findall(text.replace("%27", "'"))
    return {name: unquote(quoted).replace("''", "'") if quoted else unquote(bare) for name, quoted, bare in found}
