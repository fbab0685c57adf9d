"""What a document says of a property in prose, where no word of OpenAPI says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from graph_contracts import wording
from graph_contracts.contract.value_limits import NONE, Limits, intersect, within
from graph_contracts.contract.value_type import Type, TypeKind
from graph_contracts.json_types import Json, JsonMapping

WORDS: Mapping[TypeKind, str] = {
    TypeKind.STRING: "string",
    TypeKind.INT32: "integer",
    TypeKind.INT64: "integer",
    TypeKind.DOUBLE: "number",
    TypeKind.COLLECTION: "array",
}
"""The JSON type of the kinds of values that prose bounds."""


class Said(NamedTuple):
    """What is said of a property."""

    text: str = ""
    limits: Limits = NONE
    """The bounds that whoever derived the document has read."""
    computed: bool = False
    maintained: bool = False
    """Whether the server alone gives it its value."""


def read(name: str, node: JsonMapping, target: JsonMapping) -> Said:
    """What a document says of a property, in its own schema or in the one that this refers to.

    A derived document has in words of its own what its descriptions say.
    """
    text = node.get("description", target.get("description"))
    text = text if isinstance(text, str) and "x-graph-source" not in node else ""
    bounds = node.get("x-graph-limits")
    declared = node.get("type", target.get("type"))
    switch = declared == "boolean" or (isinstance(declared, list) and "boolean" in declared)
    return Said(
        text,
        bounds if isinstance(bounds, Mapping) else NONE,
        node.get("x-graph-computed") is True or wording.overwritten(text),
        name.lower() in wording.VERSIONS or (not switch and wording.maintained(text)),
    )


def narrowed(type_: Type, said: Said) -> Type:
    """A type with the bounds that are said of its values, unless the schema or its samples contradict them."""
    word = WORDS.get(type_.kind)
    if word is None or type_.members:
        return type_
    bounds = said.limits or wording.limits(word, said.text)
    item = type_.item
    if item is not None and item.kind is TypeKind.STRING and not bounds.keys() - {"uniqueItems"}:
        type_ = replace(type_, item=narrowed(item, said))
    samples = [each for each in type_.samples if each is not None]
    if not bounds or not _agree(bounds, type_.limits) or not all(within(each, bounds) for each in samples):
        return type_
    return replace(type_, limits=intersect((type_.limits, bounds)))


def _agree(bounds: Limits, limits: Limits) -> bool:
    """Whether values that the prose names are right by the schema as well."""
    named: list[Json] = bounds.get("enum") or [bounds[word] for word in ("minimum", "maximum") if word in bounds]
    return not named or any(within(each, limits) for each in named)
