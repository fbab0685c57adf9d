"""Resource pages: what they add to an operation page's own table and examples.

A resource page refines and never adds: which members an enumeration has, what is deprecated, read-only or open, which
other types may stand in a type's place, and realistic values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contracts.derive import examples, markdown
from contracts.derive.page import properties
from contracts.errors import PageError

PACKAGED = Path(__file__).parent.parent / "pages" / "resources"
"""Where a link is looked up that leads nowhere beside its page."""
SEPARATOR = r"(?:\s*,\s*|\s+and\s+|\s+or\s+)*"
MEMBERS = re.compile(rf"(?:possible|valid) values (?:are|is)\W*((?:[`*]?[\w.]+[`*]?{SEPARATOR})+)", re.IGNORECASE)
SAMPLES = re.compile(rf"for example,?\s*((?:`[^`]+`{SEPARATOR})+)", re.IGNORECASE)


@dataclass(frozen=True)
class Refinement:
    """What a resource page says of one property."""

    members: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    deprecated: bool = False
    read_only: bool = False
    source: str = ""


@dataclass(frozen=True)
class Resource:
    """What a resource page says of its type."""

    name: str
    open: bool = False
    also: tuple[str, ...] = ()
    """Names of derived or renamed types."""
    base: str = ""
    properties: Mapping[str, Refinement] = field(default_factory=dict)


class Library:
    """Resource pages by the links that lead to them, each read once."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self.folders = (*folders, PACKAGED)
        self._read: dict[Path, Resource | None] = {}

    def find(self, page: Path, link: str) -> Resource | None:
        """The resource that a page links to; None where no file is found."""
        name = link.rpartition("/")[2]
        places = [page.parent / link, *(folder / name for folder in self.folders)]
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            return None
        path = path.resolve()
        if path not in self._read:
            self._read[path] = self._resource(path)
        return self._read[path]

    def _resource(self, path: Path) -> Resource | None:
        try:
            page = markdown.read(path)
        except PageError:
            return None
        annotation: dict[str, object] = {}
        for block in page.blocks:
            found = examples.annotate(block.text) if block.kind == "comment" else {}
            if found.get("blockType") == "resource":
                annotation = found
        name = str(annotation.get("@odata.type") or page.title.partition(" ")[0])
        also = annotation.get("alternateTypes")
        text = " ".join(block.text for block in page.blocks if block.kind == "paragraph")
        inherits = re.search(r"inherits from \[([\w.]+)\]", text, re.IGNORECASE)
        return Resource(
            name=name,
            open=bool(annotation.get("openType")),
            also=tuple(str(each) for each in also) if isinstance(also, list) else (),
            base=str(annotation.get("baseType") or (f"microsoft.graph.{inherits[1]}" if inherits else "")),
            properties={
                row.name: refinement(row.description, f"{path.name}:{row.line}")
                for row in properties(page.section("Properties"))
            },
        )

    def derived(self, name: str) -> tuple[str, ...]:
        """Types beside the packaged pages that say they derive from a type."""
        found = set()
        for folder in self.folders:
            for path in sorted(folder.glob("*.md")) if folder == PACKAGED else ():
                resolved = path.resolve()
                if resolved not in self._read:
                    self._read[resolved] = self._resource(resolved)
                resource = self._read[resolved]
                if resource and resource.base == name:
                    found.add(resource.name)
        return tuple(sorted(found))


def refinement(description: str, source: str) -> Refinement:
    """What a property's description says beyond its type."""
    members = MEMBERS.search(description)
    samples = SAMPLES.search(description)
    return Refinement(
        members=tuple(re.findall(r"[A-Za-z_][\w]*", re.sub(r"\b(and|or)\b", " ", members[1]))) if members else (),
        samples=tuple(re.findall(r"`([^`]+)`", samples[1])) if samples else (),
        deprecated=bool(re.search(r"\bdeprecated\b", description, re.IGNORECASE)),
        read_only=bool(re.search(r"\bread-only\b", description, re.IGNORECASE)),
        source=source,
    )
