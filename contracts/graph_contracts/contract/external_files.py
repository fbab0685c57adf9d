"""References to other files, as in `parts.yaml#/Thing`: these files become parts of the document that refers to them.

Only files in the document's own folder, or below it, are read. Any other reference stays, and leads nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from graph_contracts.json_types import Json, JsonMapping, JsonObject

FILES = "x-graph-files"
"""The key of the document under which the other files stand, by their paths from its folder."""
MAX_FILES = 500
ELSEWHERE = re.compile(rb"""\$ref(?<!/\$ref)["']?\s*+:\s*+(?!["']?#|[{\[])""")
"""A reference, in JSON or YAML, that leads to no place in the same document; a path may end in `/$ref`."""
ESCAPED = re.compile(rb"\\(?:u0024|x24|U00000024)")
"""How a `$` may be written."""
ASCII_ALIKE = frozenset({"utf-8", "utf-8-sig"})
Read = Callable[[Path], Json]


def may_refer(text: bytes) -> bool:
    """Whether a document's text may refer to another file: where it can't, nobody need look through its values."""
    ways = (ELSEWHERE, ESCAPED)
    return json.detect_encoding(text) not in ASCII_ALIKE or any(each.search(text) is not None for each in ways)


def with_files(document: JsonMapping, path: Path, read: Read) -> JsonMapping:
    """A document with the files that it refers to as parts of it, and its references pointing to these parts.

    Args:
        path: the document's own.
        read: reads the values of another file.
    """
    folder = path.resolve().parent
    if FILES in document or not any(_elsewhere(each["$ref"]) for each in _references(document)):
        return document
    found: dict[str, Json] = {}
    done: set[int] = set()
    waiting: list[tuple[str, JsonObject]] = [(path.name, {**document})]
    while waiting:
        name, holder = waiting.pop()
        own = "" if name == path.name else name
        for node in _references(holder):
            if id(node) in done:
                continue  # an alias in YAML may be the same object in several places
            done.add(id(node))
            target, _, place = str(node["$ref"]).partition("#")
            other = _inside(folder, (folder / name).parent / unquote(target)) if target else name
            if other is None or (not target and not own):
                continue
            node["$ref"] = f"#{place}" if other == path.name else f"#/{FILES}/{_escaped(other)}{place.rstrip('/')}"
            if other != path.name and other not in found and len(found) < MAX_FILES:
                found[other] = read(folder / other)
                waiting.append((other, {"": found[other]}))
    return {**document, FILES: found}


def _elsewhere(reference: str) -> bool:
    return not reference.startswith("#") and "://" not in reference


def _references(value: Json) -> Iterator[JsonObject]:
    """The objects in a value that are references."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if isinstance(each.get("$ref"), str):
                yield each
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def _inside(folder: Path, path: Path) -> str | None:
    """A file's path from a folder; None where it isn't in there, or is none."""
    try:
        found = path.resolve()
        return found.relative_to(folder).as_posix() if found.is_file() else None
    except (ValueError, OSError):
        return None


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("%", "%25")
