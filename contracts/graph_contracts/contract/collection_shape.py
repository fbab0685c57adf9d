"""How a document shows a collection: the property that is its objects' key, and what a list of them looks like.

Whoever reads a key from an object, or objects from the answer to a list, asks a `CollectionShape`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from graph_contracts.contract.composite_key import CompositeKey
from graph_contracts.json_types import Json, JsonMapping, JsonObject

Resolve = Callable[[Json], JsonMapping]
NEXT = "@odata.nextLink"
ITEMS = ("value", "results", "items", "data", "member", "hydra:member", "records", "entries", "objects", "content")
"""The members that usually hold the objects of a list, the most usual first."""
LINKS = (NEXT, "nextLink", "next", "next_link", "nextUrl", "next_url")
"""The members that usually are a link to the next page."""
MORE = ("has_more", "hasMore", "next_cursor", "nextCursor", "nextPageToken", "next_page_token")
"""The members that tell of further pages and are no link to one."""
PAGE_SIZES = frozenset(
    {"limit", "per_page", "perpage", "page_size", "pagesize", "size", "top", "$top", "first", "count"}
)
"""Query parameters that say how many objects a page has, in lower case."""
ABOUT_PAGES = re.compile(
    r"(?i)@.*|count|total\w*|page\w*|size|limit|offset|skip|next\w*|prev\w*|first|last|_?links|meta|has_?more|pages|self"
)
"""The members that usually stand beside the objects of a list."""
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class CollectionShape:
    """What identifies the objects of a collection, and where the answer to a list holds them."""

    key: str = "id"
    """The property of an object whose value stands in its path; of several the names with commas."""
    number_key: bool = False
    """Whether the document says that keys are numbers."""
    items: tuple[str, ...] | None = None
    """The members that lead to the objects in a list: empty for a bare array; None where the document doesn't say."""
    objects: bool = True
    """Whether the items of a list are objects, as far as the document says."""
    links: tuple[str, ...] = (NEXT,)
    """The members of a list that may be a link to its next page."""
    more: tuple[str, ...] = ()
    """The members of a list that tell of further pages and are no link to one."""
    page: int = 0
    """The most objects of a page where the request names no size; 0 where the document names none either."""

    composite: CompositeKey | None = None
    """The key, where it has several properties."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The properties that make the key: mostly one."""
        return self.composite.properties if self.composite is not None else (self.key,)

    def shows_key(self, shown: JsonMapping) -> bool:
        """Whether an object has all properties that make its key."""
        return all(name in shown for name in self.keys)

    def encoded(self, key: str) -> str:
        """A key, or a part of one, percent-encoded; one of several properties is already."""
        return key if self.composite is not None else quote(key, safe="")

    def in_body(self, entity: str) -> JsonObject:
        """What makes a key, as a body has it."""
        return self.composite.object(entity) if self.composite is not None else {self.key: self.written(entity)}

    def key_of(self, shown: Json) -> str:
        """The key of an object as it stands in a path; nothing where it shows none."""
        if self.composite is not None:
            return self.composite.of(shown) if isinstance(shown, Mapping) else ""
        return identity(shown.get(self.key)) if isinstance(shown, Mapping) else ""

    def is_of(self, shown: Json, entity: str | None) -> bool:
        """Whether an object is the one with a key."""
        key = self.key_of(shown) if self.composite is not None else isinstance(shown, Mapping) and shown.get(self.key)
        return same_id(key, entity)

    def written(self, entity: str) -> Json:
        """A key as a body has it: a number where keys are numbers."""
        return int(entity) if self.number_key and re.fullmatch(r"-?\d{1,18}", entity) else entity

    def items_in(self, body: Json) -> list[Json] | None:
        """The array of objects in a list's answer; None where its place holds no array.

        Where the document doesn't say which member has it, Graph's does, else any that usually does.
        """
        if self.items is None:
            if isinstance(body, list):
                return body
            named = (body.get(name) for name in ITEMS) if isinstance(body, Mapping) else ()
            return next((each for each in named if isinstance(each, list)), None)
        for name in self.items:
            body = body.get(name) if isinstance(body, Mapping) else None
        return body if isinstance(body, list) else None

    def link_in(self, body: Json) -> tuple[str, Json]:
        """The link to the next page in a list's answer, with the name of its member; null where there is none."""
        named = ((name, body.get(name)) for name in self.links) if isinstance(body, Mapping) else ()
        return next(((name, link) for name, link in named if link is not None), (NEXT, None))

    def has_unread(self, body: Json, count: int) -> bool:
        """Whether a list's last page tells of objects that no link leads to, or may have been cut off.

        Args:
            count: how many objects the page has.
        """
        told = isinstance(body, Mapping) and any(body.get(name) for name in self.more)
        return told or (bool(self.page) and count >= self.page)

    @property
    def described(self) -> str:
        """Where a list has its objects, for messages."""
        if self.items is None:
            return "an array `value`"
        return f"an array `{'.'.join(self.items)}`" if self.items else "an array"


def identity(value: Json) -> str:
    """An id as it stands in a path: a text, or a whole number; nothing where it is neither."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def same_id(left: Json, right: Json) -> bool:
    """Whether two ids are one; letter case and braces of GUIDs don't count."""
    one, other = identity(left), identity(right)
    return bool(one and other) and one.strip("{}").lower() == other.strip("{}").lower()


# -- what a document says --------------------------------------------------------------------------------------------


def members(resolve: Resolve, schema: Json) -> dict[str, Json]:
    """The properties that a schema describes, those of its parts and alternatives among them."""
    found: dict[str, Json] = {}
    for node in reversed([*_nodes(resolve, schema)]):
        own = node.get("properties")
        found |= {str(name): each for name, each in own.items()} if isinstance(own, Mapping) else {}
    return found


def items_of(resolve: Resolve, schema: Json) -> JsonMapping | None:
    """The schema of an array's items; None where a schema describes no array."""
    for node in _nodes(resolve, schema):
        if isinstance(node.get("items"), Mapping):
            found: JsonMapping = node["items"]
            return found
        if "array" in _words(node):
            return {}
    return None


def _nodes(resolve: Resolve, schema: Json) -> Iterator[JsonMapping]:
    """A schema, its parts and alternatives, theirs and so on: each once, though they may refer to each other."""
    seen: set[int] = set()
    level: list[Json] = [schema]
    for _ in range(DEEPEST + 1):
        nodes = {id(node): node for node in map(resolve, level)}
        new = [node for number, node in nodes.items() if number not in seen]
        seen |= nodes.keys()
        yield from new
        level = [part for node in new for part in _parts(node)]


def _parts(node: JsonMapping) -> Iterator[Json]:
    for word in ("allOf", "anyOf", "oneOf"):
        parts = node.get(word)
        yield from parts if isinstance(parts, list) else ()


def list_members(resolve: Resolve, answer: Json, item: Json, name: str) -> tuple[str, ...] | None:
    """The members that lead from a list's answer to its objects; None where none does.

    Args:
        answer: the schema of the answer.
        item: the schema of an object; null where the document has no path of one.
        name: the last segment of the collection's path.
    """
    if items_of(resolve, answer) is not None:
        return ()
    shown = members(resolve, answer)
    wanted = members(resolve, item).keys() if item is not None else set[str]()
    found: list[tuple[tuple[bool, bool, int], tuple[str, ...]]] = []
    for path, array in _arrays(resolve, shown):
        names = members(resolve, array).keys()
        alike = bool(wanted) and 2 * len(wanted & names) >= len(wanted)
        place = next((n for n, each in enumerate(ITEMS) if each == path[-1]), len(ITEMS))
        usual = place < len(ITEMS) or path[-1].lower() == name.lower()
        if not (alike or usual) or (item is None and not _only_pages(shown, path[0])):
            continue
        found.append(((not alike, not usual, place), path))
    return min(found)[1] if found else None


def _arrays(resolve: Resolve, shown: Mapping[str, Json]) -> Iterator[tuple[tuple[str, ...], JsonMapping]]:
    for name, schema in shown.items():
        if (array := items_of(resolve, schema)) is not None:
            yield (name,), array
        elif name == "_embedded":
            inner = members(resolve, schema).items()
            yield from (((name, each), items) for each, part in inner if (items := items_of(resolve, part)) is not None)


def _only_pages(shown: Mapping[str, Json], name: str) -> bool:
    """Whether all else that an answer shows is about pages, so that it is a list rather than an object that has one."""
    return all(each == name or ABOUT_PAGES.fullmatch(each) for each in shown)


def links_in(resolve: Resolve, answer: Json) -> tuple[str, ...]:
    """The members of a list that may be a link to its next page: OData's always, others where the document has them."""
    shown = members(resolve, answer)
    texts = (name for name in LINKS if name in shown and _texts(resolve, shown[name]))
    return tuple(dict.fromkeys((NEXT, *texts)))


def _texts(resolve: Resolve, schema: Json) -> bool:
    """Whether a schema allows a text."""
    return any("string" in _words(node) for node in _nodes(resolve, schema))


def _words(node: JsonMapping) -> set[str]:
    """The JSON types that a schema names, null aside."""
    declared = node.get("type")
    named = declared if isinstance(declared, list) else [declared]
    return {word for word in named if isinstance(word, str)} - {"null"}


def key_property(resolve: Resolve, parameter: str, item: Json, *, plain_id: bool = False, collection: str = "") -> str:
    """The property of an object whose value stands in its path.

    Args:
        parameter: the name of the path's parameter.
        item: the schema of an object.
        plain_id: whether `id` is the key of each object that has one, as in Graph.
        collection: the last segment of the collection's path.
    """
    node = resolve(item)
    for word in ("x-graph-keyProperty", "x-ms-keys"):
        said = node.get(word)
        named = said[0] if isinstance(said, list) and len(said) == 1 else said
        if isinstance(named, str) and named:
            return named
    declared = members(resolve, item)
    shown = [name for name, schema in declared.items() if _plain(resolve, schema)]
    if plain_id and "id" in shown:
        return "id"
    exact = {name.lower(): name for name in reversed(shown)}
    loose = {re.sub(r"[\W_]", "", name).lower(): name for name in reversed(shown)}
    parameter = _unnumbered(parameter, exact)
    own = exact.get(parameter.lower(), "")
    if own and "id" in exact and is_one_of(parameter, collection) and counts(resolve, declared[own]):
        return exact["id"]  # a rating has a number called `rating`, which others have, too
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", parameter)]
    for word in (parameter.lower(), "_".join(words)):
        if word in exact:
            return exact[word]
    if words[-1:] == ["id"] and "id" in exact:
        return exact["id"]
    for start in range(len(words)):
        if (spelled := "".join(words[start:])) in loose:
            return loose[spelled]
    return exact.get("id") or exact.get("_id") or "id"


def _unnumbered(parameter: str, known: Collection[str]) -> str:
    """A parameter's name without the number that tells it from another of the path, as in `{ID_1}`."""
    return parameter if parameter.lower() in known else re.sub(r"_\d+$", "", parameter)


def is_one_of(name: str, collection: str) -> bool:
    """Whether a name is that of one object in a collection: `rating` in `ratings`, `entry` in `entries`."""
    one, all_of_them = (re.sub(r"[\W_]", "", each).lower() for each in (name, collection))
    return all_of_them in {f"{one}s", f"{one}es", f"{one[:-1]}ies", one}


def counts(resolve: Resolve, schema: Json) -> bool:
    """Whether a schema describes a number."""
    words = {word for node in _nodes(resolve, schema) for word in _words(node)}
    return bool(words) and words <= {"integer", "number"}


def _plain(resolve: Resolve, schema: Json) -> bool:
    """Whether a schema describes a text or a number, or doesn't say."""
    node = resolve(schema)
    held = {"properties", "items", "additionalProperties"} & node.keys()
    return not held and not _words(node) & {"object", "array", "boolean"}
