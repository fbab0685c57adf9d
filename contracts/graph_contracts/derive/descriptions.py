"""What the description of a property says beyond its name and type: members, samples, read-only and the like.

Only wordings that can't mean anything else are taken: a property whose text merely mentions something deprecated or
read-only is neither.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from graph_contracts.wording import GAP, MARKED_LIST, MARKED_WORD, listed, maintained, overwritten

_PLAIN = r"((?:[A-Za-z]\w*\s*,\s*)+(?:[A-Za-z]\w*\s+(?=and|or))?(?:(?:and|or)\s+)?[A-Za-z]\w*)\s*(?:\.|$)"
MEMBERS = re.compile(
    rf"\b(?:possible|valid|allowed|supported) values?\b{GAP}(?:\b(?:are|is|include)\b|:){GAP}"
    rf"(?:{MARKED_LIST}|(?<=[:e] ){_PLAIN})",
    re.IGNORECASE,
)
AFTER_COLON = re.compile(
    rf"^(?P<before>[^.:`*]{{2,80}}):\s*(?P<list>{MARKED_WORD}(?:\s*,\s*(?:and |or )?{MARKED_WORD})+)", re.IGNORECASE
)
"""A list that only a colon announces: `The type of the pattern: `daily`, `weekly`.`"""
NO_MEMBERS = re.compile(r"\b(?:example|e\.?g|such|like|with|together|and|see|default)\b", re.IGNORECASE)
KINDS = re.compile(
    r"\b(?:type|kind|status|state|mode|level|role|category|style|format|priority|importance|sensitivity)\W*$",
    re.IGNORECASE,
)
"""What a text names whose members a colon announces, where its type says no more than `String`."""
SAMPLES = re.compile(rf"\bfor example,?\s*{MARKED_LIST}", re.IGNORECASE)
_SENTENCE = r"(?:^|[.(;>]\s*)\W*"
DEPRECATED = re.compile(rf"{_SENTENCE}deprecated\b|\b(?:is|are|been) deprecated\b", re.IGNORECASE)
READ_ONLY = re.compile(rf"{_SENTENCE}read-?only\b\W*(?:$|[.;,)<])", re.IGNORECASE)
NOT_NULLABLE = re.compile(r"\b(?:not |non-)nullable\b", re.IGNORECASE)
REQUIRED = re.compile(rf"{_SENTENCE}required\W*(?:$|[.;)<])", re.IGNORECASE)
KEY = re.compile(rf"{_SENTENCE}(?:primary )?key\W*(?:$|[.;)<])", re.IGNORECASE)


class Refinement(NamedTuple):
    """What a description adds to a property."""

    members: tuple[str, ...] = ()
    """Of the enumeration that the property's type is."""
    announced: tuple[str, ...] = ()
    """What only a colon announces: members where the type is an enumeration."""
    samples: tuple[str, ...] = ()
    """Realistic values."""
    deprecated: bool = False
    read_only: bool = False
    nullable: bool = True
    required: bool = False
    key: bool = False
    """Whether it is what identifies an object."""
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
    announced, certain = _announced(description)
    members = tuple(m for m in listed(MEMBERS.search(description)) if m != "null") if " value" in text else ()
    return Refinement(
        members=members or (announced if certain else ()),
        announced=announced,
        samples=listed(SAMPLES.search(description)) if "for example" in text else (),
        deprecated="deprecated" in text and DEPRECATED.search(description) is not None,
        read_only=("read-only" in text or "readonly" in text) and READ_ONLY.search(description) is not None,
        nullable="nullable" not in text or NOT_NULLABLE.search(description) is None,
        key="key" in text and KEY.search(description) is not None,
        required="required" in text and REQUIRED.search(description) is not None,
        maintained=maintained(description),
        overwritten=overwritten(description),
        described=description,
    )


def _announced(description: str) -> tuple[tuple[str, ...], bool]:
    """The words of a list that only a colon announces, and whether they can't be anything but members."""
    found = AFTER_COLON.match(description.strip()) if ":" in description else None
    if not found or NO_MEMBERS.search(found["before"]):
        return (), False
    words = tuple(dict.fromkeys(word.strip("`*'\"") for word in re.findall(MARKED_WORD, found["list"])))
    return words, KINDS.search(found["before"]) is not None
