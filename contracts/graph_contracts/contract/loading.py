"""The text of an OpenAPI document, JSON or YAML: a large one is parsed part by part, as it is asked for."""

from __future__ import annotations

import re

from graph_contracts import collector
from graph_contracts.contract.other_formats import check_text
from graph_contracts.contract.parsing import MAX_YAML, large_json, parsed, small_json, yaml
from graph_contracts.contract.parts import Parts
from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json

JSON = re.compile(rb"\s*\{")
LARGE = 1_000_000
"""Octets of a document that is parsed in parts, and worth keeping from the garbage collector."""


def load(octets: bytes, source: str, *, whole: bool = False) -> Json:
    """The values in a document's text. What can't be parsed in a large one may show only where it is asked for.

    Args:
        source: what errors name.
        whole: whether all of it is parsed now where it can be, into values that may be changed.

    Raises:
        DocumentError: it is neither YAML nor JSON, or more than is read; the message names the line where there is one.
    """
    try:
        check_text(octets)
    except DocumentError as error:
        raise DocumentError(f"{source}: {error.what}", error.hint) from error
    large, too_large = len(octets) >= LARGE, len(octets) > MAX_YAML and not JSON.match(octets)
    with collector.at_rest(keep=large):
        if large and (too_large or not whole) and (parts := _in_parts(octets, source)) is not None:
            return parts
        return _whole(octets, source)


def _in_parts(octets: bytes, source: str) -> Parts | None:
    """The document as parts that are parsed later; None where it isn't sure where they are."""
    if JSON.match(octets):
        from graph_contracts.contract.json_parts import JsonText  # noqa: PLC0415 (few documents are large)

        return JsonText(octets, source, large_json, _whole).document()
    from graph_contracts.contract.yaml_parts import YamlText  # noqa: PLC0415

    return YamlText(octets, source, yaml, _whole).document()


def _whole(octets: bytes, source: str) -> Json:
    if JSON.match(octets):
        return parsed(large_json if len(octets) >= LARGE else small_json, octets, source)
    if len(octets) > MAX_YAML:
        reason = f"larger than {MAX_YAML // (1024 * 1024)} MiB, and not in a style that is read in parts"
        raise DocumentError(f"{source}: {reason}", "Convert it to JSON")
    return parsed(yaml, octets, source)
