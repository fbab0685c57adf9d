"""Ways to write a text that a server may take: what is a secret in one of them is a secret in all."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from html import escape
from urllib.parse import quote


def _base64(lead: str) -> Callable[[str], str]:
    def spell(text: str) -> str:
        encoded = base64.b64encode(f"{lead}{text}".encode()).decode().rstrip("=")
        # neither the character that the lead reaches into, nor the one that is padded
        return encoded[(len(lead) * 8 + 5) // 6 : (len(lead) + len(text.encode())) * 8 // 6]

    return spell


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "case": str.swapcase,
    "reversed": lambda text: text[::-1],
    "percent": lambda text: quote(text, safe=""),
    "path": quote,
    "percent-all": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent-twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent-unicode": lambda text: "".join(f"%u{ord(char):04X}" for char in text),
    "json": lambda text: json.dumps(text)[1:-1],
    "json-slash": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "json-all": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "json-upper": lambda text: "".join(f"\\u{ord(char):04X}" for char in text),
    "json-in-json": lambda text: json.dumps("".join(f"\\u{ord(char):04x}" for char in text))[1:-1],
    "json-reversed": lambda text: "".join(f"\\u{ord(char):04x}" for char in reversed(text)),
    "script": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "html": escape,
    "html-decimal": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "html-hex": lambda text: "".join(f"&#x{ord(char):02X};" for char in text),
    "hex": lambda text: text.encode().hex(),
    "hex-upper": lambda text: text.encode().hex().upper(),
    "mixed": lambda text: "".join(f"\\u{ord(c):04x}" if at % 3 or c > "~" else quote(c) for at, c in enumerate(text)),
    **{f"base64-{len(lead)}": _base64(lead) for lead in ("", "?", "??")},
    **{
        f"base64url-{len(lead)}": lambda text, lead=lead: _base64(lead)(text).replace("+", "-").replace("/", "_")  # type: ignore[misc]
        for lead in ("", "?", "??")
    },
}


def cuts(text: str, length: int = 12) -> Iterator[str]:
    """Every so many characters in a row of a text."""
    return (text[at : at + length] for at in range(len(text) - length + 1))
