"""Which types may stand in another one's place: what a discriminator maps, and the components that extend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property

from graph_contracts.errors import DocumentError
from graph_contracts.json_types import Json, JsonMapping

COMPONENTS = "#/components/schemas"
QUALIFIED = re.compile(r"([^\W\d]\w*\.)+[^\W\d]\w*")
VARIANT = re.compile(r"-(create|update)$")


class Heirs:
    """The components that extend each component of one document."""

    def __init__(self, resolve: Callable[[Json], JsonMapping]) -> None:
        self._resolve = resolve

    def of(self, name: str) -> tuple[str, ...]:
        """The qualified names of all components that extend one, directly or through others."""
        found: dict[str, None] = {}
        waiting = [name]
        while waiting:
            for child in self._children.get(waiting.pop(), ()):
                if child != name and child not in found:
                    found[child] = None
                    waiting.append(child)
        return tuple(child for child in found if qualified(child))

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        try:
            schemas = self._resolve({"$ref": COMPONENTS})
        except DocumentError:
            return {}
        found: dict[str, list[str]] = {}
        for name in schemas:
            with suppress(DocumentError):  # a part of a large document that can't be read extends nothing
                for parent in _extended(schemas[name]):
                    found.setdefault(parent, []).append(str(name))
        return found


def _extended(node: Json) -> Iterator[str]:
    """The components that a schema extends."""
    for part in _parts(node):
        reference = part.get("$ref")
        if isinstance(reference, str) and reference.startswith(f"{COMPONENTS}/"):
            yield reference.rpartition("/")[2]
        else:
            yield from _extended(part)


def mapped(node: Json) -> tuple[str, ...]:
    """The qualified names that a schema's discriminator tells apart, wherever in the schema it stands.

    The discriminator of a type that is only referred to is that type's own.
    """
    discriminator = node.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, Mapping) else None
    keys = mapping if isinstance(mapping, Mapping) else {}
    own = [name for key in keys if qualified(name := str(key).rpartition("#")[2])]
    below = [name for part in _parts(node) if "$ref" not in part for name in mapped(part)]
    return tuple(dict.fromkeys((*own, *below)))


def qualified(name: str) -> bool:
    """Whether a name can be a type's (OData 4.01 CSDL §15.2): other names are the document's own affair."""
    return QUALIFIED.fullmatch(name) is not None


def type_name(component: str) -> str:
    """The name of the type that a component describes; empty where it names none.

    Documents made of OData metadata describe a type three times: as it is read, created and updated.
    """
    name = VARIANT.sub("", component)
    return name if qualified(name) else ""


def _parts(node: Json) -> list[JsonMapping]:
    parts = node.get("allOf") if isinstance(node, Mapping) else None
    return [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
