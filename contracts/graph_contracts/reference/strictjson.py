"""JSON as RFC 8259 has it and no more, within limits."""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn

from graph_contracts.json_types import Json

MAX_DEPTH = 100
BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
"""A string, complete or not, or a bracket outside of one."""


def parse(text: bytes) -> Json:
    """The value of a text in UTF-8; of members with the same name, the last.

    Raises:
        ValueError: it isn't JSON, nests too deeply, or has a number or a character that can't be kept.
    """
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and depth(text) > MAX_DEPTH:
        raise ValueError("nested too deeply")
    value = json.loads(text.decode("utf-8"), parse_constant=_never, parse_float=_finite)
    if rb"\u" in text:  # half of a pair has no place in UTF-8 (RFC 8259 §8.2)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def depth(text: bytes) -> int:
    """How deeply the brackets of a text nest; strings are skipped."""
    deepest = level = 0
    for bracket in BRACKETS.finditer(text):
        if bracket[0] in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif bracket[0] in b"]}":
            level -= 1
    return deepest


def _never(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} can't be kept")
    return number
