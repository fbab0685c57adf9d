"""Joins several types into one: the parts of a union, where a value of any part is right, and parts that all hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from graph_contracts.contract.value_limits import NONE, Limits, either, intersect
from graph_contracts.contract.value_type import Property, Type, TypeKind

NUMBERS = frozenset({TypeKind.DOUBLE, TypeKind.INT32, TypeKind.INT64})
INFINITE = frozenset({"INF", "-INF", "NaN"})
"""What a number can't be and a text beside it can spell."""
ANYTHING = Type(TypeKind.ANY)


def unite(types: Sequence[Type], *, apart: bool = False) -> Type:
    """One type for a union: of objects, of a number and the texts that spell what it can't be, of enumerations.

    Args:
        apart: whether a discriminator tells objects apart.
    """
    kinds = {each.kind for each in types}
    numbers = [each for each in types if each.kind in NUMBERS]
    if len(numbers) == 1 and kinds - NUMBERS == {TypeKind.STRING} and any(INFINITE & {*each.members} for each in types):
        bounds = either((numbers[0].limits, {"type": "string"}))
        return replace(numbers[0], alternatives=tuple(types), limits=bounds)
    if any(each.kind is TypeKind.ANY and not each.limits and not each.alternatives for each in types):
        return ANYTHING
    if len(kinds) > 1 or TypeKind.ANY in kinds:
        return Type(TypeKind.ANY, alternatives=tuple(types))
    if kinds == {TypeKind.COMPLEX}:
        found = _objects(types, apart=apart or all(each.name for each in types))
    else:
        found = _values(types)
    more = any(each.alternatives for each in types) or not _alike([each.item for each in types])
    return replace(found, alternatives=tuple(types)) if more else found


def _values(types: Sequence[Type]) -> Type:
    """One type for several of a kind that isn't an object's."""
    listed = all(each.members for each in types)
    items = [each.item or ANYTHING for each in types] if types[0].kind is TypeKind.COLLECTION else []
    return Type(
        types[0].kind,
        members=tuple(dict.fromkeys(member for each in types for member in each.members)) if listed else (),
        samples=tuple(sample for each in types for sample in each.samples),
        item=_same(items) if items else None,
        null_items=any(each.null_items for each in types),
        limits=either(each.limits if listed else _bounds(each) for each in types),
    )


def _bounds(type_: Type) -> Limits:
    """A type's limits, the members of its enumeration among them."""
    return intersect((type_.limits, {"enum": [*type_.members]} if type_.members else NONE))


def _objects(types: Sequence[Type], *, apart: bool) -> Type:
    """The base of several objects as far as a document tells: all their properties, and all their names.

    Where nothing tells the objects apart, a property that one of them doesn't describe may be anything there.
    """
    properties: dict[str, Property] = {}
    for name in dict.fromkeys(name for each in types for name in each.properties):
        same = [each.properties[name] for each in types if name in each.properties]
        found = _same([each.type for each in same])
        if not apart and len(same) < len(types):
            found = replace(found, alternatives=(ANYTHING,))
        properties[name] = replace(
            same[0],
            type=found,
            read_only=all(each.read_only for each in same),
            nullable=any(each.nullable for each in same),
            computed=any(each.computed for each in same),
        )
    names = dict.fromkeys(name for each in types for name in (each.name, *each.also) if name)
    return Type(
        TypeKind.COMPLEX,
        also=tuple(names),
        properties=MappingProxyType(properties),
        open=any(each.open for each in types),
        required=tuple(name for name in types[0].required if all(name in each.required for each in types)),
    )


def _same(types: Sequence[Type]) -> Type:
    """The one type that all are, or what unites them."""
    return types[0] if _alike(types) else unite(types)


def _alike(types: Sequence[Type | None]) -> bool:
    return all(each is types[0] or each == types[0] for each in types)


def join(parts: Iterable[Mapping[str, Property]]) -> dict[str, Property]:
    """The properties of parts that all hold: what a later part says, with what it leaves open from an earlier one."""
    found: dict[str, Property] = {}
    for part in parts:
        for name, declared in part.items():
            before = found.get(name)
            found[name] = declared if before is None else _narrowed(before, declared)
    return found


def _narrowed(before: Property, after: Property) -> Property:
    vague = after.type.kind is TypeKind.ANY and not after.type.alternatives
    bounds = intersect((before.type.limits, after.type.limits))
    return replace(
        after,
        type=replace(before.type if vague else after.type, limits=bounds),
        read_only=before.read_only or after.read_only,
        write_only=before.write_only or after.write_only,
        nullable=before.nullable if vague else after.nullable,
        computed=before.computed or after.computed,
    )
