"""The documented values in what a target shows."""

from __future__ import annotations

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json

NESTED = frozenset({TypeKind.COMPLEX, TypeKind.COLLECTION})
FoundValue = tuple[str, Json, Type]


def walk_values(value: Json, type_: Type, path: str = "") -> list[FoundValue]:
    """Every documented value in a value, null ones left out, with path and type."""
    found: list[FoundValue] = []
    _walk(found, path, value, type_)
    return found


def _walk(found: list[FoundValue], path: str, value: Json, type_: Type) -> None:
    # every answer of a run is looked through by many cases: hence a list, and no call for a plain value
    found.append((path, value, type_))
    if type_.alternatives:
        return  # which of them describes what is below, nobody knows
    if type_.kind is TypeKind.COMPLEX and isinstance(value, dict):
        for name, member in type_.properties.items():
            inner = value.get(name)
            if inner is None:
                continue
            below = f"{path}.{name}" if path else name
            if member.type.kind in NESTED:
                _walk(found, below, inner, member.type)
            else:
                found.append((below, inner, member.type))
    elif type_.kind is TypeKind.COLLECTION and isinstance(value, list) and type_.item:
        for place, item in enumerate(value):
            if item is None and type_.null_items:
                continue
            _walk(found, f"{path}[{place}]", item, type_.item)
