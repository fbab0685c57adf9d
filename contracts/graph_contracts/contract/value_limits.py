"""What a schema says of a value beyond its type: how long, how large, of which pattern, one of which values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from graph_contracts.json_types import Json, JsonMapping

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, FormatChecker

Limits = JsonMapping
NONE: Limits = MappingProxyType({})


def _number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


FORMATS: Mapping[str, str] = {
    "email": r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+",
    "idn-email": r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+",
    "hostname": r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
    "uri": r"[a-z][a-z0-9+.-]*://[^\s/]+\S*",
    "url": r"https?://[^\s/]+\S*",
    "ipv4": r"(\d{1,3}\.){3}\d{1,3}",
    "ipv6": r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*",
    "decimal": r"-?\d+(\.\d+)?",
}
"""Formats that no kind of type stands for, and what texts of them look like."""


def _pattern(value: Json) -> bool:
    """Whether a pattern can be tried here: the dialect of JSON Schema is JavaScript's."""
    try:
        return isinstance(value, str) and bool(re.compile(value))
    except re.error:
        return False


WORDS: Mapping[str, Callable[[Json], bool]] = {
    "pattern": _pattern,
    "minLength": _count,
    "maxLength": _count,
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _number,
    "exclusiveMaximum": _number,
    "multipleOf": lambda value: _number(value) and value > 0,
    "minItems": _count,
    "maxItems": _count,
    "uniqueItems": lambda value: value is True,
    "format": lambda value: value in FORMATS,
}
"""The words that are read, and which values of them mean something."""


def limits(node: JsonMapping, *, members: bool) -> Limits:
    """The limits in a schema, in the words of OpenAPI 3.1.

    Args:
        members: whether the values that it lists count; those of an enumeration of texts are known to its type.
    """
    found = {word: node[word] for word, means in WORDS.items() if word in node and means(node[word])}
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if node.get(exclusive) is True and bound in found:  # 3.0 spells it as a flag beside the bound
            found[exclusive] = found.pop(bound)
    if members and isinstance(node.get("enum"), list) and node["enum"]:
        found["enum"] = list(node["enum"])
    if members and "const" in node:
        found["const"] = node["const"]
    return found or NONE


def intersect(parts: Iterable[Limits]) -> Limits:
    """The limits where all parts hold."""
    given = [part for part in parts if part]
    return {"allOf": given} if len(given) > 1 else given[0] if given else NONE


SIMPLE = frozenset({"pattern", "minLength", "maxLength", "minimum", "maximum"})
"""The words that many documents have, and for which nobody need wait for a validator."""


def _keeps(value: Json, bounds: Limits) -> bool:
    """Whether a value keeps to limits in simple words, as JSON Schema means them."""
    if isinstance(value, str):
        if not re.search(bounds.get("pattern", ""), value):
            return False
        size, least, most = len(value), bounds.get("minLength"), bounds.get("maxLength")
    elif _number(value):
        size, least, most = value, bounds.get("minimum"), bounds.get("maximum")
    else:
        return True
    return not ((least is not None and size < least) or (most is not None and size > most))


def either(parts: Iterable[Limits]) -> Limits:
    """The limits where one of the parts holds: none where a part has none."""
    given = list(parts)
    return {"anyOf": given} if given and all(given) else NONE


def has_format(bounds: Limits, name: str) -> bool:
    """Whether limits that all hold name a format."""
    return bounds.get("format") == name or any(has_format(part, name) for part in bounds.get("allOf", ()))


def within(value: Json, bounds: Limits, *, formats: bool = False) -> bool:
    """Whether a value keeps to limits; formats count only where they are asked for, as in JSON Schema."""
    if bounds.keys() <= SIMPLE:
        return _keeps(value, bounds)
    return _validator(json.dumps(bounds, default=str), formats).is_valid(value)


@lru_cache(maxsize=256)
def _validator(bounds: str, formats: bool) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 (most documents need none)

    return Draft202012Validator(json.loads(bounds), format_checker=_formats() if formats else None)


@cache
def _formats() -> FormatChecker:
    from jsonschema import FormatChecker  # noqa: PLC0415

    made = FormatChecker(())
    for name, pattern in FORMATS.items():
        made.checks(name)(partial(_looks, re.compile(pattern)))
    return made


def _looks(pattern: re.Pattern[str], value: Json) -> bool:
    return not isinstance(value, str) or pattern.fullmatch(value) is not None
