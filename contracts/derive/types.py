"""The spellings of types in tables: `String`, `[initiator](../resources/initiator.md)`, `Collection(Int32)` …"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

PRIMITIVES: Mapping[str, str] = {
    "string": "Edm.String",
    "boolean": "Edm.Boolean",
    "bool": "Edm.Boolean",
    "int": "Edm.Int32",
    "int32": "Edm.Int32",
    "integer": "Edm.Int32",
    "int16": "Edm.Int16",
    "byte": "Edm.Byte",
    "int64": "Edm.Int64",
    "double": "Edm.Double",
    "single": "Edm.Single",
    "float": "Edm.Single",
    "decimal": "Edm.Decimal",
    "numeric": "Edm.Double",
    "datetimeoffset": "Edm.DateTimeOffset",
    "datetime": "Edm.DateTimeOffset",
    "timestamp": "Edm.DateTimeOffset",
    "date": "Edm.Date",
    "timeofday": "Edm.TimeOfDay",
    "duration": "Edm.Duration",
    "guid": "Edm.Guid",
    "binary": "Edm.Binary",
    "stream": "Edm.Stream",
    "url": "Edm.String",
    "json": "Edm.Untyped",
    "object": "Edm.Untyped",
}


@dataclass(frozen=True, slots=True)
class TypeCell:
    """What a type cell says."""

    name: str
    """`Edm.…` for a primitive, else the type's own name as it is written."""
    collection: bool = False
    link: str = ""
    """Where the name links to, if it does."""

    @property
    def primitive(self) -> bool:
        return self.name.startswith("Edm.")


def parse(cell: str) -> TypeCell:
    """Read a type cell; a name that isn't a primitive's is taken as a resource or enumeration."""
    text = cell.replace("`", "").replace("*", "").replace("&nbsp;", " ").strip()
    link = ""
    if found := re.search(r"\[([^\]]+)\](?:\(([^)]*)\)|\[[^\]]*\])?", text):
        link = found[2] or ""
        text = f"{text[: found.start()]}{found[1]}{text[found.end() :]}"
    collection = False
    if wrapped := re.fullmatch(r"collection\s*\(\s*(.+?)\s*\)", text, re.IGNORECASE):
        text, collection = wrapped[1], True
    while trimmed := re.fullmatch(r"(.+?)\s+collection", text, re.IGNORECASE):
        text, collection = trimmed[1], True
    text = re.sub(r"\s+enum$|,.*$|\s+\(.*\)$", "", text.strip(), flags=re.IGNORECASE)
    bare = text.removeprefix("microsoft.graph.").removeprefix("Edm.").removeprefix("edm.").strip()
    return TypeCell(PRIMITIVES.get(bare.lower(), bare), collection, link)
