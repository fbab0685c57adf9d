"""A document as text, in YAML or JSON: the same text for the same document.

YAML is written here because no library serves: PyYAML takes seven seconds for the whole reference, and the fast ones
write YAML 1.2, whose plain `on`, `12:30` and `2017-01-01` other readers take for booleans, numbers and dates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

PLAIN = re.compile(
    r"(?:[A-Za-z_/$^(][^\x00-\x1f\x7f-\uffff:#]*(?:[:#](?![\s#])[^\x00-\x1f\x7f-\uffff:#]+)*)(?<![ :])"
    r"|\d+\.\d+\.\d+|[1-5]XX",
    re.ASCII,
)
WORDS = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|nan|inf")


def write(document: Mapping[str, Any], form: str = "yaml") -> str:
    """The document as text; `form` is `yaml` or `json`."""
    return "".join(pieces(document, form))


def pieces(document: Mapping[str, Any], form: str = "yaml") -> Iterator[str]:
    """The same piece by piece: a whole reference takes more memory as one text, or in lines, than as a document."""
    if form == "json":
        yield from _members(document, 2)
        yield "\n"
        return
    first = True
    for piece in _pieces(document, "\n", 2):
        yield piece.removeprefix("\n") if first else piece
        first = False
    yield "\n"


def _members(value: Mapping[str, Any], levels: int) -> Iterator[str]:
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


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _pieces(value: Any, line: str, levels: int) -> Iterator[str]:
    """A YAML mapping member by member."""
    for key, item in value.items():
        if levels and isinstance(item, dict) and item:
            yield f"{line}{_scalar(key)}:"
            yield from _pieces(item, line + "  ", levels - 1)
        else:
            parts: list[str] = []
            _block({key: item}, line, parts)
            yield "".join(parts)


def _block(value: Any, line: str, parts: list[str]) -> None:
    """Write a value whose own lines begin with `line`."""
    if isinstance(value, dict) and value:
        deeper = line + "  "
        for key, item in value.items():
            kind = type(item)
            if kind is str:
                parts.append(f"{line}{_scalar(key)}: {_scalar(item)}")
            elif kind is dict and item:
                parts.append(f"{line}{_scalar(key)}:")
                _block(item, deeper, parts)
            elif kind is list and item:
                parts.append(f"{line}{_scalar(key)}:")
                _block(item, line, parts)
            else:
                parts.append(f"{line}{_scalar(key)}: {_other(item)}")
    elif isinstance(value, list) and value:
        deeper = line + "  "
        for item in value:
            kind = type(item)
            if kind is str:
                parts.append(f"{line}- {_scalar(item)}")
            elif (kind is dict or kind is list) and item:
                at = len(parts)
                _block(item, deeper, parts)
                # the first entry stands on the line of the dash
                parts[at] = f"{line}- {parts[at][len(deeper) :]}"
            else:
                parts.append(f"{line}- {_other(item)}")
    else:
        parts.append(f"{line}{_scalar(value) if isinstance(value, str) else _other(value)}")


def _other(value: Any) -> str:
    """A number, constant or empty collection, which JSON and YAML spell alike."""
    if isinstance(value, float):
        text = json.dumps(value)
        # YAML 1.1 wants a point and a signed exponent in a float
        return re.sub(r"^(-?\d+)e", r"\1.0e", re.sub(r"e(?=\d)", "e+", text))
    return _scalar(value) if isinstance(value, str) else json.dumps(value)


@lru_cache(maxsize=1 << 16)
def _scalar(text: str) -> str:
    """A string, plain where every reader of YAML takes it for one."""
    if PLAIN.fullmatch(text) and not WORDS.fullmatch(text):
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(character if character.isprintable() else _escaped(character) for character in quoted)


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 1 << 16 else f"\\U{ord(character):08x}"
