"""JSON as RFC 8259 has it: a parser that accepts nothing more, for judging what a target sends.

Problems are returned, not raised, because a response that isn't JSON is evidence and not an accident.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

MAX_DEPTH = 500


@dataclass(frozen=True, slots=True)
class JsonText:
    """What a body says: its value, or why it has none."""

    value: Any = None
    problem: str = ""
    """Why the text is no JSON at all; empty where it is."""
    duplicates: tuple[str, ...] = ()
    """Member names that occur twice in one object."""

    @property
    def ok(self) -> bool:
        return not self.problem


def parse(body: bytes) -> JsonText:
    """Parse a body strictly: UTF-8 without BOM, no NaN, nothing after the value (RFC 8259 §2, §8.1)."""
    if not body.strip():
        return JsonText(problem="the body is empty")
    if body.startswith(b"\xef\xbb\xbf"):
        return JsonText(problem="the text begins with a byte order mark")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        return JsonText(problem=f"not UTF-8 at byte {error.start}")
    duplicates: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(members)
        if len(found) != len(members):
            names = [name for name, _ in members]
            duplicates.extend(sorted({name for name in names if names.count(name) > 1}))
        return found

    def constant(word: str) -> NoReturn:
        raise ValueError(f"{word} is not JSON")

    def integer(digits: str) -> int | float:
        return int(digits) if len(digits) < 400 else float(digits)

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=integer)
    except RecursionError:
        return JsonText(problem="nested too deeply to be read")
    except ValueError as error:
        return JsonText(problem=str(error))
    return JsonText(value=value, duplicates=tuple(duplicates))


def dump(value: Any) -> bytes:
    """The plain spelling in which the suite sends values: UTF-8, compact, as clients do."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
