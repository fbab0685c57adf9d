"""Text of a target made safe to look at: nothing in it can steer a terminal or a CI log, reorder a line or hide."""

from __future__ import annotations

import re

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]"
    "|[\U000e0000-\U000e0fff]"
)
_COMMAND = re.compile(r"#(?=#\w*\[)")
"""How commands begin that CI servers take from anywhere in a line: `##vso[…]`, `##teamcity[…]`, `##[…]`."""


def visible(text: str) -> str:
    """The text with control, bidirectional and invisible characters, and half surrogates, written as escapes."""
    shown = _HIDDEN.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text)
    return _COMMAND.sub(r"\\x23", shown) if "##" in shown else shown


def one_line(text: str, most: int = 300) -> str:
    """The same on one line, cut where it is long."""
    joined = " ".join(visible(text).split())
    return joined if len(joined) <= most else f"{joined[: most - 1]}…"
