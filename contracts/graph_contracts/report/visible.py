"""Text of a target made safe to look at: no character in it can steer a terminal, reorder a line or hide."""

from __future__ import annotations

import re

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff]"
    "|[\U000e0000-\U000e0fff]"
)


def visible(text: str) -> str:
    """The text with control, bidirectional and invisible characters, and half surrogates, written as escapes."""
    return _HIDDEN.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text)


def one_line(text: str, most: int = 300) -> str:
    """The same on one line, cut where it is long."""
    joined = " ".join(visible(text).split())
    return joined if len(joined) <= most else f"{joined[: most - 1]}…"
