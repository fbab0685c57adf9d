"""The query options that a page's prose says are supported: `This method supports the $select and $expand …`.

What is denied, or supported with limits (`$filter` with `eq`, on some properties), is left open: a documented option
binds a server in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from graph_contracts.derive.markdown import Block
from graph_contracts.derive.notes import Notes
from graph_contracts.derive.tables import Header

NAMES = "select|expand|filter|orderby|top|skip|count|search|format|skiptoken|deltatoken"
OPTION = re.compile(rf"\$({NAMES})\b|`({NAMES})`", re.IGNORECASE)
SUPPORTS = re.compile(r"\b(?:supports?|accepts?|(?:can|may)(?: also)? (?:use|apply|specify))\b", re.IGNORECASE)
SUPPORTED = re.compile(r"\b(?:is|are)(?: also| currently)? (?:supported|allowed|enabled|available)\b", re.IGNORECASE)
DENIED = re.compile(
    r"(?:\b(?:not|cannot|never|no)|n[’']t)\b[^.,;]{0,24}\b(?:support|allow|use|apply|available|enabled)"
    r"|\b(?:but|and) not\b|\b(?:except|limited|partial\w*)\b",
    re.IGNORECASE,
)
LIMITED = re.compile(r"\W*\(|[^,]{0,40}\b(?:only|limited|on|by|for|propert\w+)\b", re.IGNORECASE)
"""What may follow `$filter` and the like where it is supported with limits."""
LIMITABLE = frozenset({"filter", "orderby", "search"})
PIECE = re.compile(r"(?:(?<=[.;])[ \t]+|\n[ \t]*(?:\n|(?=[-*|>] ?)))")
"""What parts sentences and items of lists."""
MARKS = re.compile(r"\*\*|\[([^\[\]]*+)\]\([^()]*+\)")


def supported(blocks: Iterable[Block], notes: Notes) -> Iterator[Header]:
    """The options that some prose says are supported, each once."""
    seen: set[str] = set()
    for block in (each for each in blocks if each.kind == "text"):
        announced = False
        for line, sentence in _sentences(block):
            item = sentence.lstrip()[:1] in {"-", "*"}
            options = list(OPTION.finditer(sentence))
            announced = (announced and item) or (not options and _announces(sentence))
            for option in options if (announced and item) or _supports(sentence, options) else ():
                name = (option[1] or option[2]).lower()
                spelled = f"${name}" if option[1] else name
                if spelled in seen:
                    continue
                if DENIED.search(sentence) or _limited(name, sentence[option.end() :]):
                    notes.guessed(line, f"{spelled} is supported with limits: it is left open")
                    continue
                seen.add(spelled)
                yield Header(spelled, required=False, line=line)


def _sentences(block: Block) -> Iterator[tuple[int, str]]:
    at = 0
    for end in (*(found.start() for found in PIECE.finditer(block.text)), len(block.text)):
        text = block.text[at:end]
        begin = at + len(text) - len(text.lstrip())
        yield block.line + block.text.count("\n", 0, begin), MARKS.sub(lambda m: m[1] or "", text)
        at = end


def _announces(sentence: str) -> bool:
    """Whether a sentence says that what the list below it names is supported."""
    stated = SUPPORTS.search(sentence) or SUPPORTED.search(sentence)
    return sentence.rstrip().endswith(":") and stated is not None and DENIED.search(sentence) is None


def _supports(sentence: str, options: list[re.Match[str]]) -> bool:
    """Whether a sentence says that the options in it are supported."""
    if not options:
        return False
    active = SUPPORTS.search(sentence, 0, options[0].start())
    return active is not None or SUPPORTED.search(sentence, options[-1].end()) is not None


def _limited(name: str, rest: str) -> bool:
    """Whether what follows an option limits it."""
    following = OPTION.search(rest)
    own = rest[: following.start()] if following else rest
    return (
        name in LIMITABLE and LIMITED.match(re.sub(r"\b(?:OData|query|parameters?|options?)\b.*", "", own)) is not None
    )
