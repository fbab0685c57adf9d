"""Words of a command line for bash: texts quoted, octets spelled, variables in place of the values they stand for."""

from __future__ import annotations

import base64
import gzip
import re
import shlex
from collections.abc import Mapping

MAX_SPELLED = 2000
"""Octets that are written out one by one."""
MAX_PACKED = 4000
"""Characters of a long body that is written out compressed."""
MAX_COMPRESSED = MAX_PACKED * 3 // 4 * 1032
"""Octets that may fit: Deflate makes nothing smaller than a 1,032nd of it."""
LEAST_PART = 8
"""Characters of a value that tell it."""
_MARKED = re.compile("\0([A-Z][^\0]*)\0")
_ACTIVE = re.compile(r'["\\$`!]')


def marked(text: str, variables: Mapping[str, str]) -> str:
    """A text with a mark for each value that a variable stands for, where that stands by itself."""
    for value in sorted(filter(text.__contains__, variables), key=len, reverse=True):
        before, after = (r"(?<![\w-])" if value[:1].isalnum() else ""), (r"(?![\w-])" if value[-1:].isalnum() else "")
        text = re.sub(f"{before}{re.escape(value)}{after}", f"\0{variables[value]}\0", text)
    return text


def derived(text: str, value: str, name: str) -> str:
    """A text made of a variable's value, with a mark for that: all of it, with more at its end, a part, other letters.

    Empty where it isn't made of it.
    """
    if text.startswith(value):
        return f"\0{name}\0{text[len(value) :]}"
    if text == value.swapcase():
        return f"\0{name}~~\0"
    if value.startswith(text) and len(text) >= max(LEAST_PART, len(value) // 2 - 1):
        return f"\0{name}:0:{len(text)}\0"
    return ""


def word(text: str, encoding: str = "utf-8") -> str:
    """One word for bash, with a variable at each mark; what can't be seen or isn't ASCII in headers is spelled."""
    parts = _MARKED.split(text)
    if len(parts) == 1:
        return _quoted(text, encoding)
    if all(_plain(part, encoding) and not _ACTIVE.search(part) for part in parts[::2]):
        return f'"{"".join(_named(parts, n) if n % 2 else part for n, part in enumerate(parts))}"'
    return "".join(
        f'"{_named(parts, n)}"' if n % 2 else _quoted(part, encoding) for n, part in enumerate(parts) if part
    )


def _named(parts: list[str], n: int) -> str:
    """A variable between double quotes, in braces where bash would else read more or less as its name."""
    alone = parts[n].isidentifier() and not re.match(r"\w", parts[n + 1])
    return f"${parts[n]}" if alone else f"${{{parts[n]}}}"


def _plain(text: str, encoding: str) -> bool:
    return text.isprintable() and (encoding == "utf-8" or text.isascii())


def _quoted(text: str, encoding: str) -> str:
    if _plain(text, encoding):
        return shlex.quote(text)
    return f"\"$(printf '%b' {shlex.quote(_escaped(text.encode(encoding, 'surrogatepass')))})\""


def _escaped(octets: bytes) -> str:
    return "".join(chr(o) if 32 <= o < 127 and o != 92 else f"\\0{o:03o}" for o in octets)


def spelled(text: str) -> str:
    """A command that writes octets, given as Latin-1 text, with a variable at each mark."""
    parts = _MARKED.split(text)
    escaped = (f"\0{part}\0" if n % 2 else _escaped(part.encode("latin-1")) for n, part in enumerate(parts))
    return f"printf '%b' {word(''.join(escaped))}"


def writes(octets: bytes) -> str:
    """A command that writes octets; empty where they are too many for a line."""
    if len(octets) <= MAX_SPELLED:
        return f"printf '%b' {shlex.quote(_escaped(octets))}"
    if len(octets) <= MAX_COMPRESSED:
        packed = base64.b64encode(gzip.compress(octets, mtime=0)).decode()
        if len(packed) <= MAX_PACKED:
            return f"base64 -d <<< {packed} | gunzip"
    return ""
