"""What an operation is bound to whose path is none of an object's: the path of the object or collection above."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from graph_contracts.contract.object_path import PARAMETER, above, blank, last_segment
from graph_contracts.contract.operation import Operation
from graph_contracts.contract.servers import base_path

REFERENCE = "$ref"
VALUE = "$value"
ID = "@odata.id"
"""The member of a reference that is the URL of the object referred to (OData JSON 4.01 §14)."""


def object_above(path: str) -> str:
    """The path of the nearest object with a key that a path is below; the path without its last segment without one."""
    found = above(path)
    while found and not PARAMETER.search(last_segment(found)):
        found = above(found)
    return found or above(path)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of objects, which OData calls a navigation property, as the path of an operation names it."""

    path: str
    """Its path template, as in `/groups/{id}/members`."""
    key: str = ""
    """The parameter of the operation's path that names one of the objects referred to; empty where it names none."""

    @property
    def source(self) -> str:
        """The path of the object whose relation it is."""
        return above(self.path)

    @property
    def name(self) -> str:
        """The name of the relation."""
        return last_segment(self.path)

    @property
    def references(self) -> str:
        """The path of the list of references, or of the one that there is."""
        return f"{self.path}/{REFERENCE}"

    def reference(self, key: str) -> str:
        """The path of the reference to the object with a key, or with a parameter for one, as in `{id}`."""
        return f"{self.path}/{key}/{REFERENCE}"


def relation(operation: Operation, methods: Mapping[str, Collection[str]]) -> Relation | None:
    """The relation that an operation on references is about; None for any other operation.

    A parameter before `/$ref` is the key of an object referred to where references are listed or added without it, or
    where nothing but DELETE is there; else it names the relation.

    Args:
        operation: one whose path ends in `/$ref`.
        methods: the methods that the document has, by path with its parameters left blank.
    """
    if last_segment(operation.path) != REFERENCE:
        return None
    path = above(operation.path)
    names = PARAMETER.findall(last_segment(path))
    alone = {*methods.get(blank(operation.path), ())} == {"DELETE"}
    if names and (alone or blank(f"{above(path)}/{REFERENCE}") in methods):
        return Relation(above(path), names[-1])
    return Relation(path)


def target_path(
    operation: Operation,
    related: Relation,
    at: Mapping[str, Mapping[str, Operation]],
    collections: Sequence[Operation],
    bases: Iterable[str],
) -> str:
    """The path of the collection whose objects an operation refers to; empty where the document doesn't say it.

    The URL in the documented body names it; else objects there have the type that the relation shows, or the body.

    Args:
        operation: one on references.
        related: the relation that it is about.
        at: the document's operations by path, with parameters left blank, and by method.
        collections: the document's operations that list objects or make them.
        bases: the document's base URLs.
    """
    writing = [operation, *at.get(blank(related.references), {}).values()]
    for example in [each.request_example for each in writing if each.request_example is not None]:
        named = example.body.get(ID) if isinstance(example.body, Mapping) else None
        path = blank(collection_in(named, bases)[0]) if isinstance(named, str) else ""
        there = [*at.get(path, {}).values(), *at.get(f"{path}/", {}).values()] if path else []
        if found := next((each.path for each in there if is_of_collection(each)), ""):
            return found
    shown = at.get(blank(related.path), {}).get("GET")
    types = [*([shown.item_type or shown.response] if shown is not None else []), *(each.body for each in writing)]
    names = [each.name for each in types if each is not None and each.name]
    own = blank(related.path)
    for each in collections if names else ():
        made = each.body if each.method == "POST" else each.item_type
        if made is not None and made.name in names and blank(each.path) != own and not each.path.endswith(REFERENCE):
            return each.path
    return ""


def is_of_collection(operation: Operation) -> bool:
    """Whether an operation may list a collection, or make an object in it, as its method and its path say."""
    return operation.method in {"GET", "POST"} and not operation.key


def collection_in(url: str, bases: Iterable[str]) -> tuple[str, str]:
    """The path of the collection and the key that the URL of an object names; nothing where it is no such URL.

    Args:
        url: as it stands in a document, with a placeholder for the key or not.
        bases: base URLs that it may begin with.
    """
    try:
        path = urlsplit(url).path.rstrip("/")
    except ValueError:
        return "", ""
    found_bases = sorted(map(base_path, bases), key=len, reverse=True)
    base = next((each for each in found_bases if path.startswith(f"{each}/")), "")
    path = path[len(base) :]
    if found := re.fullmatch(r"(.+)\((?:\w+=)?('?)([^()]*)\2\)", path):
        return found[1], unquote(found[3])
    return above(path), unquote(last_segment(path))
