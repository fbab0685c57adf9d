"""Secrets never leave the process: every text on its way out passes through a `Redactor`.

A secret is recognised in the spellings that targets echo it in: plain, percent-encoded, in JSON escapes, in hex,
reversed, and in base64 at any of the three byte alignments.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import quote

from graph_contracts.json_types import Json

MASK = "[redacted]"
HEAD = 12
"""So many characters that begin like a secret at least twice as long are taken for a part of it."""
SHORTEST = 4
"""Shorter secrets can't be told from ordinary text; they are masked in credential headers only."""
MAX_KNOWN, MAX_CLEAN = 200, 10_000
"""Texts of fewer characters are remembered if they hold no secret, so many of them: headers come again and again."""
CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key"})


class Redactor:
    """Masks a fixed set of secrets in text and counts what it masked."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.count = 0
        self.secrets: tuple[str, ...] = ()
        self.variables: dict[str, str] = {}
        """Names of shell variables for those secrets that a command line must tell apart."""
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Mask these as well from now on."""
        self.secrets = tuple(dict.fromkeys((*self.secrets, *(secret for secret in secrets if secret))))
        spellings = {s.lower() for secret in self.secrets if len(secret) >= SHORTEST for s in _spellings(secret)}
        self._spellings = sorted(spellings, key=len, reverse=True)
        heads = sorted({spelling[: _head(spelling)] for spelling in spellings}, key=len, reverse=True)
        pattern = "|".join(map(re.escape, heads))
        self._heads = re.compile(pattern) if heads else None
        self._heads_in_any_case = re.compile(pattern, re.IGNORECASE)
        self._least = min(map(len, heads), default=0)
        self._clean: set[str] = set()

    def text(self, text: str) -> str:
        """The text with every secret masked, and with it what only begins like one: a text may have been cut short."""
        if self._heads is None or len(text) < self._least or text in self._clean:
            return text
        lowered = text.lower()
        if len(lowered) == len(text):
            search = partial(self._heads.search, lowered)  # several times as fast as in any case
        else:
            search = partial(self._heads_in_any_case.search, text)
        parts: list[str] = []
        kept = 0
        while found := search(kept):
            alike = (_alike(text, found.start(), spelling) for spelling in self._spellings)
            parts += [text[kept : found.start()], MASK]
            kept = max(found.end(), found.start() + max(alike))
            self.count += 1
        if not parts and len(text) < MAX_KNOWN and len(self._clean) < MAX_CLEAN:
            self._clean.add(text)
        return "".join(parts) + text[kept:]

    def cut(self, text: str, most: int) -> str:
        """The beginning of a text, masked, and without the half of a secret that the cut would leave."""
        longest = 12 * max((len(secret) for secret in self.secrets), default=0)
        if len(text) <= most + longest:
            return self.text(text)[:most]
        masked = self.text(text[: most + longest])
        return masked[: min(most, len(masked) - longest)]

    def header(self, name: str, value: str) -> str:
        """A header's value; of credentials only the scheme is kept."""
        if name.lower() in CREDENTIAL_HEADERS:
            scheme, space, rest = value.partition(" ")
            known = any(secret in value for secret in self.secrets)
            if known or name.lower() != "authorization":
                self.count += 1
                # a cookie's value comes before its first space
                return f"{scheme} {MASK}" if rest and space and "cookie" not in name.lower() else MASK
        return self.text(value)

    def tree(self, value: Json) -> Json:
        """A JSON-like value with every string in it masked, member names included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.tree(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.tree(item) for item in value]
        return value


def _head(spelling: str) -> int:
    """How many characters tell a spelling: all of a short one, at least a quarter of a long one."""
    return len(spelling) if len(spelling) < 2 * HEAD else max(HEAD, len(spelling) // 4)


def _alike(text: str, start: int, spelling: str) -> int:
    """How many characters of a text, from `start`, are those of a spelling in lower case."""
    same = 0
    for same, (own, wanted) in enumerate(zip(text[start : start + len(spelling)], spelling, strict=False)):
        if own.lower() != wanted:
            return same
    return min(len(spelling), len(text) - start)


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
