"""Secrets never leave the process: every text on its way out passes through a `Redactor`.

A secret is recognised in the spellings that targets echo it in: plain, percent-encoded, in JSON escapes, in hex,
reversed, and in base64 at any of the three byte alignments.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

MASK = "[redacted]"
SHORTEST = 4
"""Shorter secrets can't be told from ordinary text; they are masked in credential headers only."""
RECOGNISED = 6
"""Characters by which the beginning of a secret is known as one."""
CUT = "…"
CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"})


class Redactor:
    """Masks a fixed set of secrets in text and counts what it masked."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.secrets = tuple(dict.fromkeys(secret for secret in secrets if secret))
        spellings = {s for secret in self.secrets if len(secret) >= SHORTEST for s in _spellings(secret)}
        ordered = sorted(spellings, key=len, reverse=True)
        self._spellings = [spelling.lower() for spelling in ordered if len(spelling) >= RECOGNISED]
        self._pattern = re.compile("|".join(map(re.escape, ordered)), re.IGNORECASE) if ordered else None
        self.longest = max(map(len, ordered), default=0)
        """Characters of the longest spelling of a secret."""
        self.count = 0

    def text(self, text: str) -> str:
        """The text with every secret masked."""
        if self._pattern is None:
            return text
        masked, found = self._pattern.subn(MASK, text)
        self.count += found
        return self._halves(masked) if CUT in masked else masked

    def _halves(self, text: str) -> str:
        """The text without the beginnings of secrets that were left where a value was shortened."""
        *before, last = text.split(CUT)
        for place, part in enumerate(before):
            tail = part[-RECOGNISED:].lower()
            if len(tail) < RECOGNISED:
                continue
            for spelling in self._spellings:
                size = spelling.find(tail) + RECOGNISED
                if size >= RECOGNISED and part.lower().endswith(spelling[:size]):
                    before[place] = f"{part[:-size]}{MASK}"
                    self.count += 1
                    break
        return CUT.join([*before, last])

    def excerpt(self, text: str, most: int, mark: str = CUT) -> str:
        """At most so many characters of a text, masked before it is cut: half a secret would not be recognised."""
        window = text[: most + self.longest]
        masked = self.text(window)
        if len(window) < len(text):
            # whatever of a secret stands across the window's end is in here
            masked = masked[: max(len(masked) - self.longest, 0)]
        elif len(masked) <= most:
            return masked
        return f"{masked[:most]}{mark}"

    def header(self, name: str, value: str) -> str:
        """A header's value; of credentials only the scheme is kept."""
        if name.lower() in CREDENTIAL_HEADERS:
            scheme, space, rest = value.partition(" ")
            known = any(secret in value for secret in self.secrets)
            if known or name.lower() != "authorization":
                self.count += 1
                return f"{scheme} {MASK}" if space and rest else MASK
        return self.text(value)

    def tree(self, value: Any) -> Any:
        """A JSON-like value with every string in it masked, member names included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.tree(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.tree(item) for item in value]
        return value


def _spellings(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield secret[::-1]
    yield quote(secret, safe="")
    yield quote(secret)
    yield json.dumps(secret)[1:-1]
    yield "".join(f"\\u{ord(char):04x}" for char in secret)
    yield "".join(f"\\u{ord(char):04x}" for char in reversed(secret))
    yield "".join(f"%{byte:02x}" for byte in raw)
    yield "".join(f"&#{ord(char)};" for char in secret)
    yield raw.hex()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            # the first and last characters mix in neighbouring bytes: what lies between is the secret's alone
            encoded = encode(b"\0" * shift + raw).decode().rstrip("=")
            start = (shift * 8 + 5) // 6
            end = (shift + len(raw)) * 8 // 6
            if end - start >= SHORTEST * 2:
                yield encoded[start:end]
