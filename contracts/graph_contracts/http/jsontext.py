"""JSON as RFC 8259 has it: a parser that accepts nothing more, for judging what a target sends.

Problems are returned, not raised, because a response that isn't JSON is evidence and not an accident.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from graph_contracts.http.limits import MAX_DEPTH, MAX_INTEGER, MAX_VALUES
from graph_contracts.json_types import Json, JsonObject


@dataclass(frozen=True, slots=True)
class JsonText:
    """What a body says: its value, or why it has none."""

    value: Json = None
    problem: str = ""
    """Why the text is no JSON at all; empty where it is."""
    limited: bool = False
    """Whether it may be JSON all the same, only more than is read here."""
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
    holders = body.count(b"[") + body.count(b"{")
    if holders + body.count(b",") > MAX_VALUES:
        return JsonText(problem=f"more than {MAX_VALUES} values, too many to be read", limited=True)
    try:
        value, duplicates = _load(body.decode())
    except UnicodeDecodeError as error:
        return JsonText(problem=f"not UTF-8 at byte {error.start}")
    except RecursionError:
        return JsonText(problem="nested too deeply to be read", limited=True)
    except ValueError as error:
        return JsonText(problem=str(error))
    if holders > MAX_DEPTH and _deep(value):
        return JsonText(problem=f"nested too deeply to be read: more than {MAX_DEPTH} levels", limited=True)
    return JsonText(value=value, duplicates=duplicates)


def _load(text: str) -> tuple[Json, tuple[str, ...]]:
    duplicates: list[str] = []

    def pairs(members: list[tuple[str, Json]]) -> JsonObject:
        found = dict(members)
        if len(found) != len(members):
            counted = Counter(name for name, _ in members)
            duplicates.extend(sorted(name for name, count in counted.items() if count > 1))
        return found

    def constant(word: str) -> NoReturn:
        raise ValueError(f"{word} is not JSON")

    def integer(digits: str) -> int | float:
        return int(digits) if len(digits) <= MAX_INTEGER else float(digits)

    value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=integer)
    return value, tuple(duplicates)


parse_long = lru_cache(maxsize=2)(parse)
"""The same for a long body, whose value is too large to be kept beside it."""


def _deep(value: Json) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            item
            for holder in level
            for item in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(item, (dict, list))
        ]
        if not level:
            return False
    return True


def dump(value: Json) -> bytes:
    """The plain spelling in which the suite sends values: UTF-8, compact, as clients do."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
