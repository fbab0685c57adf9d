"""How a document writes the paths of a collection and of its objects: as segments, in parentheses, with a final slash.

OData puts a key in parentheses, `/things('{id}')`, `/things({id})` or `/things(id='{id}')`, or makes it a segment; a
type cast may follow it (OData URL Conventions 4.01 §4.3, §4.11). Others end their paths in a slash.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self
from urllib.parse import quote, unquote

from graph_contracts.contract.composite_key import CompositeKey

_KEYED = re.compile(
    r"(?P<collection>.*?)"
    r"(?P<form>(?:/\{(?P<segment>[^{}]+)\}|(?<=[^/])\((?:[\w.@-]+=)?(?P<quote>'?)\{(?P<inner>[^{}]+)\}(?P=quote)\)"
    r"|(?<=[^/])\((?P<several>[\w.@-]+=(?:'\{[^{}]+\}'|\{[^{}]+\})(?:,[\w.@-]+=(?:'\{[^{}]+\}'|\{[^{}]+\}))+)\))"
    r"(?P<cast>/[A-Za-z_]\w*(?:\.\w+)+)?/?)"
)
PARAMETER = re.compile(r"\{([^{}]+)\}")
MAX_CACHED = 32_768
"""Path templates that are kept as they were read: operations are asked for their keys again and again."""
SEGMENT = "/{}"
"""The form of a key that is a segment of its own."""


@dataclass(frozen=True, slots=True)
class ObjectPath:
    """The path template of an object: its collection, and how its key is written behind that."""

    collection: str
    """The collection's template, without a final slash."""
    key: str
    """The name of the parameter that is the object's key; of several the names with commas, as in `order,item`."""
    form: str
    """What follows the collection, with `{}` for the key: `/{}`, `('{}')`, `/{}/ns.type`, `/{}/`."""
    cast: str = ""
    """The qualified name of the type that the path is cast to, if it is."""
    composite: CompositeKey | None = None
    """The key, where it has several properties; `form` has one place for all of it."""

    @staticmethod
    def of(path: str) -> ObjectPath | None:
        """Read a path template; None where it doesn't end in a key."""
        return _object_path(path)

    @staticmethod
    def above(path: str, name: str) -> ObjectPath | None:
        """The path of the objects whose key a parameter is: the template itself, or one that it is below."""
        key = f"{{{name}}}"
        start, found, below = path.partition(key)
        closing = re.match(r"'?\)|", below)
        return ObjectPath.of(start + found + (closing[0] if closing else "")) if found else None

    @property
    def key_property(self) -> str:
        """The property that the path names as its key, as `id='{id}'` does; empty where it names none."""
        return self.form.partition("=")[0].removeprefix("(") if "=" in self.form else ""

    @property
    def template(self) -> str:
        """The whole path template."""
        return self.with_key(self.composite.template if self.composite else f"{{{self.key}}}")

    def with_key(self, written: str) -> str:
        """The path template with something in place of its key."""
        return self.collection + self.form.replace("{}", written)

    def key_in(self, written: str) -> str:
        """The key that stands so in the place for it in a URL."""
        if self.composite is not None:
            return self.composite.shown_in(f"({written})")
        found = unquote(written)
        return found.replace("''", "'") if "'{}'" in self.form else found

    def url_path(self, values: Mapping[str, str]) -> str:
        """The path with its parameters filled in, percent-encoded.

        Raises:
            KeyError: a parameter has no value.
        """
        if self.composite is None:
            return fill(self.template, values)
        return fill(self.collection, values) + self.form.replace("{}", values[self.key])


@lru_cache(maxsize=MAX_CACHED)
def _object_path(path: str) -> ObjectPath | None:
    end = path.removesuffix("/").rpartition("/")[2]
    if not end.endswith(("}", ")")) and "." not in end:  # most paths, which need no search then
        return None
    match = _KEYED.fullmatch(path)
    if match is None:
        return None
    cast = (match["cast"] or "").removeprefix("/")
    if match["several"]:
        composite = CompositeKey(match["several"])
        form = match["form"].replace(composite.template, "{}")
        return ObjectPath(match["collection"], ",".join(composite.parameters), form, cast, composite)
    key = match["segment"] or match["inner"]
    form = match["form"].replace(f"{{{key}}}", "{}")
    return ObjectPath(match["collection"], key, form, cast)


@lru_cache(maxsize=MAX_CACHED)
def blank(template: str) -> str:
    """A path template whose parameters have no names, so that templates which differ only there are one."""
    return re.sub(r"\{[^{}]*\}", "{}", template)


def above(path: str) -> str:
    """A path without its last segment."""
    return path.rstrip("/").rpartition("/")[0]


def last_segment(path: str) -> str:
    """The last segment of a path."""
    return path.rstrip("/").rpartition("/")[2]


def place_of(path: str, usual: str) -> str:
    """The collection that a path is about, with parameters left blank; `usual` is how its keys are usually written.

    Another way to write a key, or a cast, is a place of its own, for it has operations of its own.
    """
    found = ObjectPath.of(path)
    if found is not None and found.form.rstrip("/") == usual.rstrip("/"):
        return blank(found.collection)
    return blank(path.rstrip("/"))


def parameters_of(path: str) -> tuple[str, ...]:
    """The names of a path template's parameters, in path order; those of a key with several properties as one."""
    found = ObjectPath.of(path)
    if found is None or found.composite is None:
        return tuple(PARAMETER.findall(path))
    return (*PARAMETER.findall(found.collection), found.key)


def fill(template: str, values: Mapping[str, str]) -> str:
    """A path template with its parameters filled in, each percent-encoded; a quote in a quoted key is doubled.

    Raises:
        KeyError: a parameter has no value.
    """

    def encoded(match: re.Match[str]) -> str:
        value = values[match[1]]
        quoted = template[: match.start()].endswith("'") and template[match.end() :].startswith("'")
        return quote(value.replace("'", "''") if quoted else value, safe="")

    return PARAMETER.sub(encoded, template)


def _homes(methods: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Collections whose spelling differs from an earlier one in letter case alone, each with the earlier spelling.

    Only what has other methods is the same collection: a document that has one operation in both spellings means two.
    """
    spellings: dict[str, dict[str, list[tuple[str, bool]]]] = {}
    for path in methods:
        found = ObjectPath.of(path)
        collection = blank(found.collection if found is not None else path.rstrip("/"))
        spellings.setdefault(collection.lower(), {}).setdefault(collection, []).append((path, found is not None))
    for spelled in spellings.values():
        usual, *others = spelled
        if others:
            done = [{(m.upper(), keyed) for path, keyed in each for m in methods[path]} for each in spelled.values()]
            if len(set().union(*done)) == sum(map(len, done)):
                yield from ((other, usual) for other in others)


def _named_as(template: str, names: str) -> str:
    """A path template with the names that parameters have in another one."""
    found = iter(PARAMETER.findall(names))
    return PARAMETER.sub(lambda match: f"{{{next(found, match[1])}}}", template)


@dataclass(frozen=True, slots=True)
class Paths:
    """Which spellings of collections and of objects a document has."""

    slashed: frozenset[str]
    """Collections whose path ends in a slash, without it and with parameters left blank."""
    forms: Mapping[str, str]
    """How the key of an object is written, by its collection with parameters left blank."""
    collections: Mapping[str, str]
    """The path template of each collection and lone object, without parameters' names and final slash."""
    objects: Mapping[str, str]
    """The path template of each collection's objects, by the collection with parameters left blank."""
    homes: Mapping[str, str]
    """The usual spelling of each collection that is also spelled in other letter case, with parameters left blank."""

    @classmethod
    def of(cls, methods: Mapping[str, Collection[str]]) -> Self:
        """Read the path templates of a document, each with its methods."""
        paths = tuple(methods)
        known = {blank(path): path for path in paths}
        slashed = frozenset(path[:-1] for path in known if path.endswith("/") and path[:-1] and path[:-1] not in known)
        found = (each for path in known.values() if (each := ObjectPath.of(path)) is not None)
        forms: dict[str, str] = {}
        objects: dict[str, str] = {}
        for each in sorted(found, key=lambda each: bool(each.cast)):
            forms.setdefault(blank(each.collection), each.form)
            objects.setdefault(blank(each.collection), each.template)
        collections = {blank(path).rstrip("/"): path for path in known.values()}
        return cls(slashed, forms, collections, objects, dict(_homes(methods)))

    def names_part(self, path: str, name: str) -> bool:
        """Whether a property of the objects at a path, or in a collection, has a path of its own below theirs."""
        template = path if ObjectPath.of(path) is not None else self.objects.get(blank(path.rstrip("/")), "")
        return bool(template) and f"{blank(template).rstrip('/')}/{name}" in self.collections

    def collection(self, path: str) -> str:
        """The path template of the collection that an object or a collection is at, as the document spells it."""
        found = ObjectPath.of(path)
        if found is None:
            return path
        own = blank(found.collection)
        home = self.homes.get(own, own)
        if own not in self.collections:
            spelled = (home, *(other for other, usual in self.homes.items() if usual == home))
            if documented := next(filter(None, map(self.collections.get, spelled)), None):
                return _named_as(documented, found.collection)
        return f"{found.collection}/" if own in self.slashed else found.collection

    def place(self, path: str) -> str:
        """The collection that a path is about, as `place_of` names it in its usual spelling."""
        place = place_of(path, self.form(path))
        return self.homes.get(place, place)

    def home(self, path: str) -> str:
        """The place of a path whose collection is usually spelled otherwise; empty where it isn't."""
        return self.homes.get(place_of(path, self.form(path)), "")

    def form(self, path: str) -> str:
        """How the keys are written of the objects that are in the collection of a path."""
        found = ObjectPath.of(path)
        collection = found.collection if found is not None else path.rstrip("/")
        return self.forms.get(blank(collection), SEGMENT)
