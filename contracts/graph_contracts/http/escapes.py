"""Reads through the ways in which a text can be written with escapes: JSON's, a URL's, HTML's, and one in another."""

from __future__ import annotations

import re
from bisect import bisect_right
from html.entities import html5

ESCAPE = re.compile(
    r"%u[0-9a-f]{4}|%[0-9a-f]{2}"
    r"|\\u[0-9a-f]{4}|\\u\{[0-9a-f]{1,6}\}|\\x[0-9a-f]{2}|\\[\"'/\\]"
    r"|&#x[0-9a-f]{1,8};|&#[0-9]{1,9};|&[a-z]{2,8};"
)
"""An escape in a text in lower case."""
ROUNDS = 4
"""So many escapes may be written one in another."""


class _Meanings(dict[str, str]):
    """The character that each escape stands for; one that stands for none is itself."""

    def __missing__(self, escape: str) -> str:
        if len(self) > 10_000:
            self.clear()
        self[escape] = found = _meaning(escape)
        return found


def _meaning(escape: str) -> str:
    if escape[0] == "&" and escape[1] != "#":
        return html5.get(escape[1:], escape).lower()
    if escape[0] == "\\" and len(escape) == 2:
        return escape[1]
    decimal = escape[:2] == "&#" and escape[2] != "x"
    code = int(escape.strip("&#;\\%{}ux"), 10 if decimal else 16)
    # a character that is longer in lower case stays as it is
    return low if code < 0x110000 and len(low := chr(code).lower()) == 1 else escape


_MEANINGS = _Meanings()


def unescaped(text: str) -> str:
    """A text in lower case with each escape replaced by its character."""
    return ESCAPE.sub(lambda found: _MEANINGS[found[0]], text)


class Places:
    """Where each character of an unescaped text came from."""

    def __init__(self, text: str) -> None:
        self._after = [0]
        """Places in the unescaped text that follow an escape."""
        self._from = [0]
        """The same places in the text."""
        for found in ESCAPE.finditer(text):
            between = found.start() - self._from[-1]
            self._after.append(self._after[-1] + between + len(_MEANINGS[found[0]]))
            self._from.append(found.end())

    def __getitem__(self, place: int) -> int:
        last = bisect_right(self._after, place) - 1
        return self._from[last] + place - self._after[last]
