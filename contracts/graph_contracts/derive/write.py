"""A document as text, in YAML or JSON: the same text for the same document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import fast_yaml

from graph_contracts.json_types import Json, JsonMapping

SURROGATE = re.compile(r"[\ud800-\udfff]")
"""What UTF-8 can't say: a file's name may hold it."""
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
EMPTY = " {}\n"
LEVELS = 2
"""Levels of mappings that are written member by member."""


def write(document: JsonMapping, form: str = "yaml") -> str:
    """The document as text; `form` is `yaml` or `json`."""
    return "".join(pieces(document, form))


def pieces(document: JsonMapping, form: str = "yaml") -> Iterator[str]:
    """The same piece by piece: a whole reference takes more memory as one text than as a document."""
    if form == "json":
        yield from _members(document, LEVELS)
        yield "\n"
    else:
        yield from _lines(document, "", LEVELS)


def _members(value: JsonMapping, levels: int) -> Iterator[str]:
    """A JSON object member by member."""
    mark = "{"
    for key, item in value.items():
        yield f"{mark}{_json(key)}:"
        mark = ","
        if levels and isinstance(item, dict) and item:
            yield from _members(item, levels - 1)
        else:
            yield _json(item)
    yield "}"


def _json(value: Json) -> str:
    return SURROGATE.sub(UNKNOWN, json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _lines(value: JsonMapping, indent: str, levels: int) -> Iterator[str]:
    """A YAML mapping member by member."""
    for key, item in value.items():
        if levels and isinstance(item, dict) and item:
            yield _indented(_yaml({key: {}}).removesuffix(EMPTY) + "\n", indent)
            yield from _lines(item, indent + "  ", levels - 1)
        else:
            yield _indented(_yaml({key: item}), indent)


def _indented(text: str, indent: str) -> str:
    """YAML further to the right; it ends a line and has no blank one, since no text in it goes over lines."""
    return indent + text[:-1].replace("\n", f"\n{indent}") + "\n"


def _yaml(value: Json) -> str:
    """A value in block style, its texts in one line each; every text is quoted that YAML 1.1 reads as another value."""
    try:
        return str(fast_yaml.safe_dump(value))
    except UnicodeEncodeError:
        return str(fast_yaml.safe_dump(json.loads(_json(value))))
