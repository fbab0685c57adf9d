"""What the description of a property says beyond its name and type: members, samples, read-only and the like.

Only wordings that can't mean anything else are taken: a property whose text merely mentions something deprecated or
read-only is neither.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from graph_contracts.wording import GAP, MARKED_LIST, listed, maintained, overwritten

_PLAIN = r"((?:[A-Za-z]\w*\s*,\s*)+(?:[A-Za-z]\w*\s+(?=and|or))?(?:(?:and|or)\s+)?[A-Za-z]\w*)\s*(?:\.|$)"
MEMBERS = re.compile(
    rf"\b(?:possible|valid|allowed|supported) values?\b{GAP}(?:\b(?:are|is|include)\b|:){GAP}"
    rf"(?:{MARKED_LIST}|(?<=[:e] ){_PLAIN})",
    re.IGNORECASE,
)
SAMPLES = re.compile(rf"\bfor example,?\s*{MARKED_LIST}", re.IGNORECASE)
_SENTENCE = r"(?:^|[.(;>]\s*)\W*"
DEPRECATED = re.compile(rf"{_SENTENCE}deprecated\b|\b(?:is|are|been) deprecated\b", re.IGNORECASE)
READ_ONLY = re.compile(rf"{_SENTENCE}read-?only\b\W*(?:$|[.;,)<])", re.IGNORECASE)
NOT_NULLABLE = re.compile(r"\b(?:not |non-)nullable\b", re.IGNORECASE)
REQUIRED = re.compile(rf"{_SENTENCE}required\W*(?:$|[.;)<])", re.IGNORECASE)


class Refinement(NamedTuple):
    """What a description adds to a property."""

    members: tuple[str, ...] = ()
    """Of the enumeration that the property's type is."""
    samples: tuple[str, ...] = ()
    """Realistic values."""
    deprecated: bool = False
    read_only: bool = False
    nullable: bool = True
    required: bool = False
    maintained: bool = False
    """Whether the server gives it its value at each change."""
    overwritten: bool = False
    """Whether the server may set it anew when others change."""
    described: str = ""
    """The description itself."""


NOTHING = Refinement()


@lru_cache(maxsize=1 << 14)
def refinement(description: str) -> Refinement:
    """Read a description."""
    text = description.lower()  # looked into before each pattern, which is slower
    return Refinement(
        members=tuple(m for m in listed(MEMBERS, description) if m != "null") if " value" in text else (),
        samples=listed(SAMPLES, description) if "for example" in text else (),
        deprecated="deprecated" in text and DEPRECATED.search(description) is not None,
        read_only=("read-only" in text or "readonly" in text) and READ_ONLY.search(description) is not None,
        nullable="nullable" not in text or NOT_NULLABLE.search(description) is None,
        required="required" in text and REQUIRED.search(description) is not None,
        maintained=maintained(description),
        overwritten=overwritten(description),
        described=description,
    )
