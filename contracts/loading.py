"""The text of an OpenAPI document, YAML or JSON, read within limits: nothing in it may cost more than it weighs."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, SequenceNode

from contracts.blocks import blocks
from contracts.errors import DocumentError

JSON = re.compile(rb"\s*\{")
LARGE = 256 * 1024
"""Octets of YAML above which parts are parsed when they are asked for."""
MOST_WHOLE = 64 * 1024 * 1024
"""Octets of YAML that are parsed at once, at five megabytes a second."""
MOST_VALUES = 4_000_000
"""Values in a document with every alias written out."""
MOST_MERGED = 10_000
"""Members that merge keys (`<<`) may bring into one mapping."""
FROZEN = 1_000_000
"""Octets of a document that is worth keeping from the garbage collector."""
ALIAS = re.compile(rb"(?m)(?:^|[\s,\[{])\*[^\s,\[\]{}*]")
MERGE = "tag:yaml.org,2002:merge"


def load(octets: bytes, source: str) -> Any:
    """The values in a document's text; those of a large one in YAML are parsed when they are asked for.

    Raises:
        DocumentError: it is neither YAML nor JSON, or more than is read; the message names the line where there is one.
    """
    if JSON.match(octets):
        return _parsed(octets, source, json.loads)
    if len(octets) >= LARGE and (document := blocks(octets, partial(_part, octets))) is not None:
        return document
    if len(octets) > MOST_WHOLE:
        megabytes = MOST_WHOLE // (1024 * 1024)
        hint = "Convert it to JSON"
        raise DocumentError(f"{source}: larger than {megabytes} MiB, and not in a style that is read in parts", hint)
    return whole(octets, source)


def whole(octets: bytes, source: str) -> Any:
    """The values in YAML text, all parsed.

    Raises:
        DocumentError: as for `load`.
    """
    document = _parsed(octets, source, lambda text: yaml.load(text, Loader=_Loader))  # noqa: S506 (a safe loader)
    if ALIAS.search(octets):
        _check_aliases(document, source)
    return document


def _part(document: bytes, octets: bytes, start: int) -> Any:
    """The values in a part of a document, which begins at an octet of it."""
    try:
        return whole(octets, "")
    except DocumentError as error:
        place, _, reason = error.what.partition(": ")
        number = document.count(b"\n", 0, start) + int(place[1:] or 1)
        raise DocumentError(f"line {number}: {reason}") from error


def _parsed(octets: bytes, source: str, parse: Callable[[bytes], Any]) -> Any:
    try:
        with _nothing_to_collect(len(octets) >= FROZEN):
            return parse(octets)
    except RecursionError as error:
        raise DocumentError(f"{source}: nested too deeply to be read") from error
    except (yaml.YAMLError, ValueError, LookupError, OverflowError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else getattr(error, "lineno", None)
        reason = getattr(error, "problem", None) or getattr(error, "msg", None) or str(error)
        place = f":{line}" if line else ""
        raise DocumentError(f"{source}{place}: not readable as YAML or JSON: {reason}") from error


@contextmanager
def _nothing_to_collect(large: bool) -> Iterator[None]:
    """Let the garbage collector rest: looking through what is read, again and again, took two thirds of the time.

    What was read from a large document it never has to look through: values that refer to no others in a circle.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if large:
            gc.freeze()
        if enabled:
            gc.enable()


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that counts what merge keys bring: they copy, where aliases only refer."""

    def flatten_mapping(self, node: MappingNode) -> None:
        for key, value in node.value:
            merged = value.value if key.tag == MERGE and isinstance(value, SequenceNode) else []
            if len({id(each) for each in merged}) < len(merged):
                raise ConstructorError(None, None, "one mapping is merged twice into another", value.start_mark)
        super().flatten_mapping(node)
        if len(node.value) > MOST_MERGED:
            raise ConstructorError(None, None, f"a mapping of more than {MOST_MERGED} members", node.start_mark)


def _check_aliases(document: Any, source: str) -> None:
    """Refuse what aliases make endless, or far larger than the text: walking it would take for ever.

    Raises:
        DocumentError: a value contains itself, or there are too many values with every alias written out.
    """
    sizes: dict[int, int] = {}
    waiting: list[tuple[Any, bool]] = [(document, False)]
    while waiting:
        value, left = waiting.pop()
        parts = list(value.values()) if isinstance(value, dict) else value
        if not isinstance(parts, list):
            continue
        if left:
            sizes[id(value)] = 1 + sum(sizes.get(id(part), 1) for part in parts)
            if sizes[id(value)] > MOST_VALUES:
                raise DocumentError(f"{source}: its aliases stand for more than {MOST_VALUES} values")
        elif id(value) not in sizes:
            sizes[id(value)] = 0  # begun: met again before it is left, it contains itself
            waiting.append((value, True))
            waiting += [(part, False) for part in parts]
        elif sizes[id(value)] == 0:
            raise DocumentError(f"{source}: an alias stands for a value that contains it")
