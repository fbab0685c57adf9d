"""The values of JSON and of YAML 1.2, read within limits: nothing in a text may cost more than it weighs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress

import fast_yaml

from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json

MAX_TEXT = 64 * 1024 * 1024
"""Characters of one text, or of one comment, in YAML."""
MAX_YAML = 100 * 1024 * 1024
"""Octets of YAML that are parsed at once."""
TOO_DEEP = re.compile(r"nesting depth|recursion")
INDENTATION = "invalid indentation"
WHERE = re.compile(r" at line (\d+), column \d+")
HEADING = re.compile(r"(?:YAML (?:parse|syntax) error: )+")
"""Parts of the YAML parser's messages: where, and what begins most of them."""
Parse = Callable[[bytes], Json]


def parsed(parse: Parse, octets: bytes, source: str, lines: int = 0) -> Json:
    """The values in a text.

    Args:
        parse: parses it.
        octets: the text, or a part of one.
        source: what errors name.
        lines: how many lines stand above it.

    Raises:
        DocumentError: it can't be parsed; the message names the line where there is one.
    """
    try:
        return parse(octets)
    except RecursionError as error:
        raise DocumentError(f"{source}: nested too deeply to be read") from error
    except json.JSONDecodeError as error:
        line = lines + error.lineno
        raise DocumentError(f"{source}:{line}: not readable as YAML or JSON: {error.msg}") from error
    except UnicodeDecodeError as error:
        line = lines + octets.count(b"\n", 0, error.start) + 1
        raise DocumentError(f"{source}:{line}: not readable as YAML or JSON: not {error.encoding}") from error
    except ValueError as error:
        where = WHERE.search(str(error))
        reason = HEADING.sub("", WHERE.sub("", str(error), count=1))
        place = f"{source}:{lines + int(where[1])}" if where else source
        if TOO_DEEP.search(reason):
            raise DocumentError(f"{place}: nested too deeply to be read") from error
        raise DocumentError(f"{place}: not readable as YAML or JSON: {reason}") from error


def small_json(octets: bytes) -> Json:
    """The values of JSON.

    Raises:
        ValueError: it isn't JSON.
    """
    found: Json = json.loads(octets)
    return found


def large_json(octets: bytes) -> Json:
    """The values of JSON, quickly, and each short text once in memory.

    Raises:
        ValueError: it isn't JSON.
    """
    from pydantic_core import from_json  # noqa: PLC0415 (small documents need no second parser)

    with suppress(ValueError):  # what it won't read, the other parser reads or says what is wrong with
        return from_json(octets, cache_strings="all")
    return small_json(octets)


def yaml(octets: bytes) -> Json:
    """The values of the one YAML document in these octets; the parser bounds depth and what aliases bring.

    Raises:
        ValueError: it isn't YAML, or too large to be parsed at once.
    """
    text = octets.decode(json.detect_encoding(octets))
    try:
        return fast_yaml.safe_load(text, max_documents=1, max_scan_ahead=MAX_TEXT)
    except ValueError as error:
        if INDENTATION not in str(error):
            raise
        from graph_contracts.contract import lenient_yaml  # noqa: PLC0415 (seldom needed)

        with suppress(ValueError):
            return lenient_yaml.load(text)
        raise
