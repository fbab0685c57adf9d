"""Resource pages: the types that operation pages speak of, by the links and names that lead to them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from graph_contracts import files, packaged
from graph_contracts.derive import examples, losses, markdown
from graph_contracts.derive.includes import Includes
from graph_contracts.derive.links import PUBLISHED, labels, links
from graph_contracts.derive.markdown import Block, Page
from graph_contracts.derive.notes import Note, Notes, Origins
from graph_contracts.derive.page import kind_of, namespace
from graph_contracts.derive.prose import described
from graph_contracts.derive.sections import split
from graph_contracts.derive.tables import PropertyRow, properties
from graph_contracts.derive.value_tables import lists, with_members
from graph_contracts.errors import PageError
from graph_contracts.json_types import JsonMapping

PACKAGED = packaged.pages() / "resources"
"""Where a link is looked up that leads nowhere beside its page."""
BASE = re.compile(rb'"baseType"\s*:\s*"#?([\w.]+)"')
TYPE = re.compile(rb'"@odata\.type"\s*:\s*"#?([\w.]+)"')
OPEN = re.compile(
    r"\b(?:this|it|the)\b[^.|]{0,40}\bis an? (?:OData )?\[?open type\b|\bproperties of (?:this|an) open type\b",
    re.IGNORECASE,
)
INHERITS = re.compile(r"\b(?:inherits|derives|derived|inherited|extends|subtype)\b[^.\[\]]{0,40}(?=\[)", re.IGNORECASE)
# only what lies beside a page is followed: not an address, not any file of this machine
BESIDE = re.compile(r"((?:\.{1,2}/|resources/|[\w.-]+/resources/)*)([\w.-]+\.md)", re.IGNORECASE)


PARTS = (
    ("properties", r"propert(?:y|ies)\b.*"),
    ("relationships", r"(?:relationships?|navigation propert(?:y|ies))\b.*"),
    ("members", r"members?\b.*"),
    ("json", r"json representations?\b.*"),
)
EXPECTED = frozenset({"properties", "json"})
"""The sections that hardly a resource page is without."""


@lru_cache(maxsize=1 << 10)
def part_of(title: str) -> str:
    """Which of the sections of a resource page a title is of; empty where it is of none."""
    return next((part for part, pattern in PARTS if re.fullmatch(pattern, title)), "")


@dataclass(frozen=True)
class Place:
    """Where names and links are read: what they mean depends on the page."""

    path: Path
    namespace: str
    labels: Mapping[str, str]
    origins: Origins

    def line(self, line: int) -> str:
        """A line of the page, or of what it includes, as sources spell it."""
        return self.origins.spelled(line)


@dataclass(frozen=True)
class Resource:
    """What a resource page says of its type."""

    name: str
    """Qualified."""
    description: str
    source: str
    """Page and line that say what kind of type it is."""
    place: Place
    properties: Mapping[str, PropertyRow] = field(default_factory=dict)
    relationships: Mapping[str, PropertyRow] = field(default_factory=dict)
    shape: JsonMapping = field(default_factory=dict)
    """The members of the JSON representation."""
    shape_line: int = 0
    base: str = ""
    """The type that it derives from, as link or qualified name."""
    open: bool = False
    key: str = ""
    also: tuple[str, ...] = ()
    """Other names of the same type."""
    members: tuple[str, ...] = ()
    """Where the type is an enumeration."""
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Enumerations that the page holds beside its own type, by the fragment that a link to them has."""

    def source_of(self, line: int) -> str:
        return self.place.line(line)


class Library:
    """Resource pages, each read once."""

    def __init__(
        self, folders: Sequence[Path] = (), notes: list[Note] | None = None, includes: Includes | None = None
    ) -> None:
        self._folders = (*map(str, folders), str(PACKAGED))
        self._includes = includes or Includes(folders)
        self.notes = [] if notes is None else notes
        self._read: dict[str, Resource | None] = {}
        self._listed: dict[str, Mapping[str, str]] = {}
        self._typed: dict[str, Mapping[str, list[str]]] = {}
        self._derived: dict[str, Mapping[str, list[str]]] = {}
        self._found: dict[tuple[str, str, str], Resource | None] = {}

    def find(self, place: Place, link: str, name: str = "") -> Resource | None:
        """The resource that a page links to or names; None where no page describes it."""
        if link.startswith("["):
            link = place.labels.get(link[1:-1].lower(), "")
        folder = str(place.path.parent)
        known = (folder, link, name)
        if known not in self._found:
            path = self._locate(folder, link) if link else ""
            path = path or (self._by_name(place.path, folder, name) if name else "")
            self._found[known] = self._resource(path) if path else None
        return self._found[known]

    def base(self, resource: Resource) -> Resource | None:
        """The type that a type derives from."""
        name = resource.base.rpartition(".")[2] if re.fullmatch(r"[\w.]+(?<!\.md)", resource.base) else ""
        found = self.find(resource.place, "" if name else resource.base, name) if resource.base else None
        return found if found is not resource else None

    def derived(self, resource: Resource | None, name: str) -> Sequence[str]:
        """The types that say on pages beside a type's own that they derive from it."""
        folders = dict.fromkeys([*([str(resource.place.path.parent)] if resource else []), *self._folders])
        found = dict.fromkeys(each for folder in folders for each in self._heirs(folder).get(name, ()))
        return sorted(found)

    def _resource(self, path: str) -> Resource | None:
        if path not in self._read:
            self._read[path] = None
            try:
                page = markdown.read(Path(path), self._includes)
            except PageError as error:
                self.notes.append(Note.skipped_page(path, error.what))
            else:
                if not any(kind_of(section.title) == "http" for section in page.sections):  # else an operation's page
                    self._read[path] = read(page)
                    self.notes.extend(page.notes)
        return self._read[path]

    def _locate(self, folder: str, link: str) -> str:
        if published := PUBLISHED.match(link):
            link = f"{published[1]}.md"
        target = BESIDE.fullmatch(link.partition("#")[0].partition("?")[0])
        if not target:
            return ""
        for place in (os.path.normpath(f"{folder}/{target[1]}"), *_beside(folder), *self._folders):
            if found := self._files(place).get(target[2].lower()):
                return found
        return ""

    def _by_name(self, page: Path, folder: str, name: str) -> str:
        short = name.rpartition(".")[2].lower()
        area = page.name.rpartition("-")[0]
        for place in (*_beside(folder), *self._folders):
            found = self._types(place).get(short, ())
            if found:
                # pages of one area link to each other: `intune-deviceconfig-…`
                return max(found, key=lambda each: (_common(each.rpartition("/")[2], area), -len(each)))
        return ""

    def _files(self, folder: str) -> Mapping[str, str]:
        if folder not in self._listed:
            try:
                names = sorted(os.listdir(folder))  # noqa: PTH208 (ten times as fast, on thousands of files)
            except OSError:
                names = []
            self._listed[folder] = {name.lower(): f"{folder}/{name}" for name in names if name.endswith(".md")}
        return self._listed[folder]

    def _types(self, folder: str) -> Mapping[str, list[str]]:
        if folder not in self._typed:
            found: dict[str, list[str]] = {}
            for name, path in self._files(folder).items():
                found.setdefault(name[:-3].rpartition("-")[2], []).append(path)
            self._typed[folder] = found
        return self._typed[folder]

    def _heirs(self, folder: str) -> Mapping[str, list[str]]:
        if folder not in self._derived:
            found: dict[str, list[str]] = {}
            if folder.endswith("/resources"):
                for path in self._files(folder).values():
                    text = files.read(Path(path))
                    base = BASE.search(text)
                    own = TYPE.search(text) if base else None
                    if base and own and base[1] != own[1]:
                        found.setdefault(base[1].decode(), []).append(own[1].decode())
            self._derived[folder] = found
        return self._derived[folder]


@lru_cache(maxsize=1 << 10)
def _beside(folder: str) -> tuple[str, ...]:
    """Where the resource pages are that belong to the pages of a folder."""
    parent, own = os.path.split(folder)
    return (folder,) if own == "resources" else (f"{parent}/resources", f"{folder}/resources", folder)


def _common(name: str, area: str) -> int:
    """How many parts two names of pages begin with alike."""
    pairs = zip(name.split("-"), area.split("-"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def read(page: Page) -> Resource:
    """Read a resource page."""
    tables: dict[str, list[Block]] = {"properties": [], "relationships": [], "members": []}
    shape: list[Block] = []
    losses.of_resource(page, (section for section in page.sections if not part_of(section.title)))
    intro = page.sections[0].blocks if page.sections else []
    for section in split(page, EXPECTED, part_of):
        if (kind := part_of(section.title)) == "json":
            shape.extend(section.blocks)
        elif kind:
            tables[kind].extend(section.blocks)
    annotation, line = _annotation(page)
    also = annotation.get("alternateTypes")
    body, body_line = _shape(shape)
    stated = annotation.get("@odata.type") or body.get("@odata.type")
    spaced = namespace(page)
    listed = dict(lists(page.blocks()))
    rows = {row.name: row for row in with_members(_rows(tables["properties"], body, page.notes), listed)}
    members = listed.get("members", ())
    heading = _type_name(page.title.partition(" ")[0])
    if not members and not rows and not body and re.search(r"\benum", page.title, re.IGNORECASE):
        members = next(iter(listed.values()), ())
    return Resource(
        name=stated.lstrip("#") if isinstance(stated, str) and "." in stated else f"{spaced}.{heading}",
        description=described(page),
        source=page.place(line),
        place=Place(page.path, spaced, labels(page), page.origins),
        properties=rows,
        relationships={row.name: row for row in properties(tables["relationships"], page.notes)},
        shape=body,
        shape_line=body_line,
        base=_base(annotation, intro),
        open=annotation.get("openType", _is_open(page)) is True,
        key=str(annotation.get("keyProperty") or next((row.name for row in rows.values() if row.refinement.key), "")),
        also=tuple(str(each) for each in also) if isinstance(also, list) else (),
        members=members if not rows else (),
        lists=listed,
    )


def _type_name(word: str) -> str:
    """A type's name as its title spells it: names begin with a small letter, titles often don't."""
    return word if word[:2].isupper() else word[:1].lower() + word[1:]


def _is_open(page: Page) -> bool:
    """Whether the text says that objects may have other properties too."""
    texts = (block.text for block in page.blocks() if block.kind == "text" and "pen " in block.text)
    return any(OPEN.search(text) is not None for text in texts)


def _rows(blocks: Iterable[Block], shape: JsonMapping, notes: Notes) -> Iterator[PropertyRow]:
    """The type's own properties; a table further down, under a heading, may tell of something else."""
    heading, first = "", True
    for block in blocks:
        if block.kind == "heading" and block.level > 2:
            heading = block.text
        elif block.kind == "table":
            found = list(properties([block]))
            foreign = heading and not first and shape and not any(row.name in shape for row in found)
            if not foreign and not re.search(r"\b(?:values?|members?|enum)\b", heading, re.IGNORECASE):
                yield from properties([block], notes)
            first = first and not found


def _annotation(page: Page) -> tuple[JsonMapping, int]:
    for block in page.blocks():
        if block.kind == "comment" and '"resource"' in block.text:
            found = examples.annotate(block.text)
            if found.get("blockType") == "resource":
                return found, block.line
    return {}, 1


def _shape(blocks: Iterable[Block]) -> tuple[JsonMapping, int]:
    for block in blocks:
        if block.kind == "fence":
            body, _ = examples.parse_json(block.text)
            if isinstance(body, dict):
                return body, block.line
    return {}, 0


def _base(annotation: JsonMapping, intro: Iterable[Block]) -> str:
    stated = annotation.get("baseType")
    if isinstance(stated, str) and stated:
        return stated.lstrip("#")
    for block in intro:
        if block.kind == "text" and (found := INHERITS.search(block.text)):
            link = next(links(block.text[found.end() :]), None)
            if link and not link.target.startswith("["):
                return re.split("[#?]", link.target)[0]
    return ""
