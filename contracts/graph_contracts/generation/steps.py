"""Strategies for update bodies of a contract's type, and for sequences of updates over objects and paths."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graph_contracts.contract import Type, TypeKind
from graph_contracts.generation import pools
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.sample_values import CHOICES, STRINGS, Values, keeps_texts

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

CLEARABLE = frozenset(
    {
        TypeKind.STRING,
        TypeKind.GUID,
        TypeKind.INT32,
        TypeKind.INT64,
        TypeKind.DOUBLE,
        TypeKind.BOOLEAN,
        TypeKind.COMPLEX,
    }
)
"""Kinds that null is sent for; where else it may stand is for the written cases."""
DEPTH = 4
LONGEST = 7
"""Pairs of steps in one sequence: long ones try more for what it costs to begin anew."""


@dataclass(frozen=True)
class Step:
    """One update: of which object, through which path, and through which path it is looked at afterwards."""

    body: JsonMapping = field(repr=False)  # Hypothesis spells what fails, and bodies may be long
    entity: int = 0
    path: int = 0
    reader: int = 0
    tag: str = ""
    """`current` or `stale` where the update is conditional."""


Program = tuple[Step, ...]


@dataclass(frozen=True)
class Scope:
    """What sequences are made over."""

    type: Type
    names: tuple[str, ...]
    values: Values
    objects: int = 1
    paths: int = 1
    tags: bool = False
    bags: bool = False
    """Whether open values are known to keep members that the document doesn't name."""


def programs(scope: Scope) -> SearchStrategy[Program]:
    """Sequences of updates."""
    from hypothesis import strategies as st  # noqa: PLC0415 (slow to import)

    step = st.builds(
        Step,
        body=bodies(scope),
        entity=st.integers(0, scope.objects - 1),
        path=st.integers(0, scope.paths - 1),
        reader=st.integers(0, scope.paths - 1),
        tag=st.sampled_from(("", "", "", "current", "stale")) if scope.tags else st.just(""),
    )
    pairs = st.lists(st.lists(step, min_size=1, max_size=3), min_size=1, max_size=LONGEST)
    return pairs.map(lambda parts: tuple(step for part in parts for step in part))


def bodies(scope: Scope) -> SearchStrategy[JsonObject]:
    """Bodies that set some properties, in any order."""
    places = {
        name: made
        for name in scope.names
        if (made := _value(scope.type.properties[name].type, name, scope, _clearable(scope.type, name), 0)) is not None
    }
    return _members(places)


def _clearable(type_: Type, name: str) -> bool:
    declared = type_.properties[name]
    return declared.nullable and declared.type.kind in CLEARABLE


def _formatted(name: str) -> bool:
    """Whether a name says that its strings have a form of their own, which servers may check and put right."""
    return any(re.search(pattern, name) for pattern, spelling in STRINGS if spelling != "{guid}")


def _members(places: Mapping[str, SearchStrategy[Json]]) -> SearchStrategy[JsonObject]:
    from hypothesis import strategies as st  # noqa: PLC0415

    @st.composite
    def members(draw: DrawFn) -> JsonObject:
        return {name: draw(places[name]) for name in draw(names)}

    names = st.lists(st.sampled_from(tuple(places)), min_size=1, unique=True)
    return members()


def _value(type_: Type, name: str, scope: Scope, clearable: bool, depth: int) -> SearchStrategy[Json] | None:
    """Values for a place; None where nothing can be sent there."""
    from hypothesis import strategies as st  # noqa: PLC0415

    match type_.kind:
        case TypeKind.COMPLEX:
            return _complex(type_, scope, clearable, depth)
        case TypeKind.COLLECTION:
            return _collection(type_, name, scope, depth)
        case TypeKind.DATETIMEOFFSET:
            spelled = st.builds(
                "{}{}{}".format,
                st.sampled_from(pools.DAYS),
                st.sampled_from(pools.FRACTIONS),
                st.sampled_from(pools.OFFSETS),
            )
            return st.one_of(*[spelled] * 5, st.sampled_from(pools.ENDS))
        case TypeKind.STRING:
            if type_.placeholder and not type_.members:
                return None  # an enumeration whose members nobody knows
            usual = tuple(dict.fromkeys(str(scope.values.make(type_, name, n)) for n in (1, 2, 3, 4)))
            pool = usual if type_.members or _formatted(name) else pools.texts(usual)
        case _:
            pool = pools.NUMBERS.get(type_.kind) or CHOICES.get(type_.kind) or (scope.values.make(type_, name, 1),)
    return st.sampled_from((*pool, *[None] * (max(1, len(pool) // 10) if clearable else 0)))


def _complex(type_: Type, scope: Scope, clearable: bool, depth: int) -> SearchStrategy[Json] | None:
    from hypothesis import strategies as st  # noqa: PLC0415

    places = {
        member.name: made
        for member in type_.properties.values()
        if depth < DEPTH and not member.read_only and not member.deprecated
        if (made := _value(member.type, member.name, scope, _clearable(type_, member.name), depth + 1)) is not None
    }
    if keeps_texts(type_) and scope.bags:
        places |= {name: st.sampled_from(pools.texts(("1", "2"))) for name in pools.BAG}
    if not places:
        return None
    made = _members(places)
    # what null does to a bag is nowhere said
    return st.one_of(*[made] * 6, st.none()) if clearable and not type_.open else made


def _collection(type_: Type, name: str, scope: Scope, depth: int) -> SearchStrategy[Json] | None:
    from hypothesis import strategies as st  # noqa: PLC0415

    item = type_.item or Type(TypeKind.STRING)
    made = _value(item, name, scope, clearable=False, depth=depth + 1)
    if made is None:
        return None
    few = st.lists(made, max_size=5)
    twice = few.map(lambda items: [*items, *items[:1]])
    long = [[scope.values.make(item, name, 50 + n) for n in range(size)] for size in pools.SIZES]
    return st.one_of(few, few, few, twice, st.sampled_from(long))
