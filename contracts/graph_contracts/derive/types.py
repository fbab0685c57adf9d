"""The spellings of types in tables: `String`, `[initiator](../resources/initiator.md)`, `Collection(Int32)` …"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

UNTYPED = "Edm.Untyped"
PRIMITIVES: Mapping[str, str] = {
    "string": "Edm.String",
    "strings": "Edm.String",
    "text": "Edm.String",
    "boolean": "Edm.Boolean",
    "bool": "Edm.Boolean",
    "int": "Edm.Int32",
    "int32": "Edm.Int32",
    "integer": "Edm.Int32",
    "int16": "Edm.Int16",
    "byte": "Edm.Byte",
    "sbyte": "Edm.SByte",
    "int64": "Edm.Int64",
    "long": "Edm.Int64",
    "double": "Edm.Double",
    "single": "Edm.Single",
    "float": "Edm.Single",
    "decimal": "Edm.Decimal",
    "numeric": "Edm.Double",
    "number": "Edm.Double",
    "datetimeoffset": "Edm.DateTimeOffset",
    "datetime": "Edm.DateTimeOffset",
    "timestamp": "Edm.DateTimeOffset",
    "date": "Edm.Date",
    "timeofday": "Edm.TimeOfDay",
    "duration": "Edm.Duration",
    "guid": "Edm.Guid",
    "uuid": "Edm.Guid",
    "binary": "Edm.Binary",
    "stream": "Edm.Stream",
    "url": "Edm.String",
    "uri": "Edm.String",
    "enum": "Edm.String",
    "enumeration": "Edm.String",
    "json": UNTYPED,
    "object": UNTYPED,
    "objects": UNTYPED,
    "any": UNTYPED,
    "untyped": UNTYPED,
    "json object": UNTYPED,
    "untyped json object": UNTYPED,
}
LINK = re.compile(r"\[([^\[\]]++)\](?:\(\s*+([^()\s]*+)[^()]*+\)|\[([^\[\]]*+)\])?")
COLLECTION = (
    re.compile(r"collection\s*\(\s*(.+?)\s*\)?", re.IGNORECASE),
    re.compile(r"(?:an? )?(?:collection|array|list) of (.+?)", re.IGNORECASE),
    # a word of its own: `favoriteCollection` is the name of a type
    re.compile(r"(.+?)\s*(?:\s|\()(?:collections?|array|list)\)?", re.IGNORECASE),
    re.compile(r"(.+?)\s*\[\s*\]"),
)


class TypeCell(NamedTuple):
    """What a type cell says."""

    name: str
    """`Edm.…` for a primitive, else the type's own name as it is written."""
    collection: bool = False
    link: str = ""
    """Where the name links to, if it does; `[…]` for the label of a reference link."""
    enumeration: bool = False
    """Whether the cell itself says that the type is one."""

    @property
    def primitive(self) -> bool:
        return self.name.startswith("Edm.")


@lru_cache(maxsize=1 << 15)
def parse(cell: str) -> TypeCell:
    """Read a type cell; a name that isn't a primitive's is taken as a resource or enumeration.

    A cell that names no one type, such as two types or a sentence, is read as `Edm.Untyped`.
    """
    text = re.sub(r"\\|[`*]|&nbsp;|</?br\s*/?>", " ", cell).strip(" \t.;:")
    link = ""
    found = LINK.search(text)
    if found:
        link = found[2] or (f"[{found[3] or found[1]}]" if found[3] is not None else "")
        text = f"{text[: found.start()]}{found[1]}{text[found.end() :]}"
    text = re.sub(r"\s+", " ", text).strip()
    collection = True
    for pattern in COLLECTION:
        while wrapped := pattern.fullmatch(text):
            text, collection = wrapped[1].strip(" ()"), True
            break
        else:
            continue
        break
    else:
        collection = False
    if again := COLLECTION[2].fullmatch(text):
        text = again[1].strip()
    enumeration = re.search(r"\benum(eration)?\b", text, re.IGNORECASE) is not None
    text = re.sub(
        r",.*$|\s*\(.*$|\s+(?:enum(eration)?|values?|type|resource|object)$", "", text, flags=re.IGNORECASE
    ).strip()
    bare = re.sub(r"^edm\.", "", text, flags=re.IGNORECASE).lower()
    if not link.strip("[]") or link.startswith("["):
        if primitive := PRIMITIVES.get(bare):
            return TypeCell(primitive, collection)
    elif primitive := PRIMITIVES.get(bare):  # `[DateTimeOffset](…)`: the link only explains
        return TypeCell(primitive, collection, "" if primitive != UNTYPED else link)
    if re.fullmatch(r"#?[A-Za-z_][\w.]*", text):
        return TypeCell(text.lstrip("#"), collection, link, enumeration)
    return TypeCell(_last_word(text), collection)


def _last_word(text: str) -> str:
    """The one primitive type that a sentence ends in, or nothing in particular."""
    words = re.findall(r"[A-Za-z]+\d*", text)
    if words and " or " not in f" {text} ":
        known = {PRIMITIVES[word.lower()] for word in (words[0], words[-1]) if word.lower() in PRIMITIVES}
        if len(known) == 1:
            return known.pop()
    return UNTYPED
