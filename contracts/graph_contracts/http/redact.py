"""Secrets never leave the process: every text on its way out passes through a `Redactor`.

A secret is recognised in the spellings that targets echo it in: plain, percent-encoded, in escapes of JSON and HTML, in
hex, reversed, and in base64 at any of the three byte alignments; whole, or any twelve characters in a row of it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from graph_contracts.http.escapes import ROUNDS, Places, unescaped
from graph_contracts.json_types import Json

MASK = "[redacted]"
PIECE = 12
"""So many characters in a row of a spelling are taken for a part of the secret."""
SHORTEST = 4
"""Shorter secrets can't be told from ordinary text; they are masked in credential headers only."""
FEWEST = 4
"""A piece of fewer different characters is told from no other: only the whole secret is masked."""
GRAM, STRIDE = 6, 7
"""Of any twelve characters in a row, six begin at a place that is a multiple of seven."""
BLOCK = STRIDE * 16 * 1024
SLACK = 12 * PIECE
"""Twelve characters, each written in the longest usual escape."""
ROOM = 32 * 1024
"""Characters of secrets that are known in every spelling. Recordings have more: those are known as they are."""
MAX_KNOWN, MAX_CLEAN = 200, 10_000
"""Texts of fewer characters are remembered if they hold no secret, so many of them: headers come again and again."""
CREDENTIAL_HEADERS = frozenset(
    {
        *("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "apikey"),
        *("ocp-apim-subscription-key", "x-functions-key", "x-auth-token", "x-access-token", "x-amz-security-token"),
    }
)
Span = tuple[int, int]


class Redactor:
    """Masks a fixed set of secrets in text and counts what it masked.

    Args:
        secrets: what is masked.
        public: what gives a text that is no secret, though a secret may have a part in common with it. It is asked
            for when there is such a part.
    """

    def __init__(self, secrets: Iterable[str] = (), *public: Callable[[], str]) -> None:
        self.count = 0
        self.secrets: tuple[str, ...] = ()
        self._public = public
        self._told: dict[str, bool] = {}
        """What was found out about parts of secrets."""
        self._pieces: set[str] = set()
        self._grams: set[str] = set()
        self._room = ROOM
        self._long: set[str] = set()
        """Spellings of secrets that are long enough to be known by a part."""
        self._short: re.Pattern[str] | None = None
        """Finds the spellings of shorter secrets, which are known whole alone."""
        self._least = 0
        self._clean: set[str] = set()
        self.variables: dict[str, str] = {}
        """Names of shell variables for those secrets that a command line must tell apart."""
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Mask these as well from now on."""
        known = {*self.secrets}
        new = [secret for secret in dict.fromkeys(secrets) if secret and secret not in known]
        self.secrets = (*self.secrets, *new)
        for secret in new:
            if len(secret) >= PIECE:
                self._add_long(secret)
        short = {s for each in self.secrets if SHORTEST <= len(each) < PIECE for s in _spellings(each)}
        inside = "|".join(map(re.escape, sorted(short, key=len, reverse=True)))
        self._short = re.compile(inside) if short else None
        self._least = min(map(len, short), default=PIECE)
        self._clean.clear()
        self._told.clear()

    def _add_long(self, secret: str) -> None:
        self._room -= len(secret)
        for spelling in _spellings(secret) if self._room >= 0 else {_lowered(secret)}:
            self._long.add(spelling)
            self._pieces.update(spelling[at : at + PIECE] for at in range(len(spelling) - PIECE + 1))
            self._grams.update(spelling[at : at + GRAM] for at in range(len(spelling) - GRAM + 1))

    def text(self, text: str) -> str:
        """The text with every secret masked, and every twelve characters in a row of one."""
        if not self.secrets or len(text) < self._least or text in self._clean:
            return text
        parts: list[str] = []
        kept = 0
        for start, end in self._found(text):
            parts += [text[kept:start], MASK]
            kept = end
            self.count += 1
        if not parts and len(text) < MAX_KNOWN and len(self._clean) < MAX_CLEAN:
            self._clean.add(text)
        return "".join(parts) + text[kept:]

    def cut(self, text: str, most: int) -> str:
        """The beginning of a text, masked, and without the part of a secret that the cut would leave."""
        if len(text) <= most + SLACK:
            return self.text(text)[:most]
        masked = self.text(text[: most + SLACK])
        return masked[: min(most, len(masked) - SLACK)]

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

    def _found(self, text: str) -> list[Span]:
        """Where secrets and parts of them are, in the text as it is and in what its escapes stand for."""
        read = _lowered(text)
        found = [*self._spans(read)]
        ways: list[str] = []
        for _ in range(ROUNDS):
            ways.append(read)
            read = unescaped(read)
            if read == ways[-1]:
                break
            if spans := [*self._spans(read)]:
                places = [Places(way) for way in reversed(ways)]
                found += [(_origin(start, places), _origin(end, places)) for start, end in spans]
        return _merged(found)

    def _spans(self, text: str) -> Iterator[Span]:
        """The same in a text in lower case without escapes."""
        if self._short:
            yield from (each.span() for each in self._short.finditer(text))
        if self._pieces and len(text) >= PIECE:
            for start, end in _merged(self._alike(text)):
                if self._tells(text[start:end]):
                    yield start, end

    def _alike(self, text: str) -> Iterator[Span]:
        """Every twelve characters in a row that some secret has."""
        for block in range(0, len(text), BLOCK):
            grams = [text[at : at + GRAM] for at in range(block, min(block + BLOCK, len(text)), STRIDE)]
            if self._grams.isdisjoint(grams):
                continue
            for at in (block + place * STRIDE for place, gram in enumerate(grams) if gram in self._grams):
                for start in range(max(at - PIECE + GRAM, 0), at + 1):
                    if text[start : start + PIECE] in self._pieces:
                        yield start, start + PIECE

    def _tells(self, part: str) -> bool:
        """Whether a part of a secret, in lower case, gives something away of it."""
        if part not in self._told:
            if len(self._told) > MAX_CLEAN:
                self._told.clear()
            whole = part in self._long or any(spelling in part for spelling in self._long)
            self._told[part] = whole or (
                len(set(part)) >= FEWEST and not any(part.strip() in text for text in self._spared)
            )
        return self._told[part]

    @cached_property
    def _spared(self) -> list[str]:
        return [_lowered(public()) for public in self._public]


def _lowered(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _origin(place: int, ways: Iterable[Places]) -> int:
    for way in ways:
        place = way[place]
    return place


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same places in their order, those that overlap as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _spellings(secret: str) -> set[str]:
    """How a secret is written without escapes, in lower case."""
    return {_lowered(spelling) for spelling in (*_letters(secret), *_encoded(secret))}


def _letters(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    pairs = secret.encode("utf-16-be", "surrogatepass")
    octets = raw.decode("latin-1")
    units = "".join(chr(high << 8 | low) for high, low in zip(pairs[::2], pairs[1::2], strict=True))
    for each in dict.fromkeys((secret, octets, units)):
        yield each
        yield each[::-1]


def _encoded(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield raw.hex()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            # the first and last characters mix in neighbouring bytes: what lies between is the secret's alone
            encoded = encode(b"\0" * shift + raw).decode().rstrip("=")
            start = (shift * 8 + 5) // 6
            end = (shift + len(raw)) * 8 // 6
            if end - start >= SHORTEST * 2:
                yield encoded[start:end]
