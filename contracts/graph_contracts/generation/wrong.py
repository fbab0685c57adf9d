"""What in a generated body isn't of the contract's types, and which requirement says that it be refused.

Schemathesis calls more wrong than any requirement does: unknown members, missing ones, null. That is never judged here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graph_contracts.contract import Type, TypeKind
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import DATE_TIME, instant
from graph_contracts.operations.fitting import admitted

TEXTUAL = frozenset(
    {TypeKind.STRING, TypeKind.GUID, TypeKind.DATE, TypeKind.TIMEOFDAY, TypeKind.DURATION, TypeKind.BINARY}
)
NUMBER = (int, float)


@dataclass(frozen=True)
class Wrong:
    """A value that its place can't hold."""

    path: tuple[str | int, ...]
    value: Json
    requirement: str

    @property
    def sort(self) -> tuple[object, ...]:
        """Place and JSON type: one of a sort is enough where there are many."""
        names = tuple(step for step in self.path if isinstance(step, str))
        return (self.requirement, names, type(self.value).__name__)


def wrongs(value: Json, type_: Type, path: tuple[str | int, ...] = ()) -> Iterator[Wrong]:
    """Every value in a body that isn't of its documented type; null is left to the requirements about null."""
    if value is None or admitted(value, type_):
        return
    if type_.kind is TypeKind.COMPLEX and isinstance(value, Mapping):
        for name, item in value.items():
            declared = type_.properties.get(name)
            if declared is not None and name != "id" and not declared.read_only:
                yield from wrongs(item, declared.type, (*path, name))
    elif type_.kind is TypeKind.COLLECTION and isinstance(value, list):
        for place, item in enumerate(value):
            yield from wrongs(item, type_.item or Type(TypeKind.ANY), (*path, place))
    elif found := _broken(value, type_.kind):
        yield Wrong(path, value, f"update.{found}")


def _broken(value: Json, kind: TypeKind) -> str:
    """The requirement that says that a value of a kind be refused; empty where none does."""
    flag = isinstance(value, bool)
    match kind:
        case TypeKind.COMPLEX | TypeKind.COLLECTION:
            return "value.wrongtype"
        case TypeKind.BOOLEAN:
            return "" if flag else "value.wrongtype"
        case TypeKind.INT32 | TypeKind.INT64:
            if flag or not isinstance(value, NUMBER) or value != value // 1:
                return "" if kind is TypeKind.INT64 and isinstance(value, str) else "value.wrongtype"
            return "value.int32.range" if kind is TypeKind.INT32 and not -(2**31) <= value < 2**31 else ""
        case TypeKind.DOUBLE:
            return "value.wrongtype" if flag or not isinstance(value, (*NUMBER, str)) else ""
        case TypeKind.DATETIMEOFFSET if isinstance(value, str):
            match = DATE_TIME.fullmatch(value)
            beyond = match is not None and not "0001" < value[:4] < "9999"
            return "" if instant(value) is not None or beyond or ":60" in value else "value.dto.invalid"
        case TypeKind.DATETIMEOFFSET:
            return "value.dto.invalid" if isinstance(value, NUMBER) and not flag else "value.wrongtype"
        case kind if kind in TEXTUAL:
            return "" if isinstance(value, str) else "value.wrongtype"
    return ""
