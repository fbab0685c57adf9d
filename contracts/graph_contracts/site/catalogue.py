"""The requirements that a site is about, as its history has them, and the subjects that they belong to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph_contracts.json_types import JsonMapping

PLAIN = re.compile(r"(?!x-)[A-Za-z0-9][A-Za-z0-9_-]{0,60}(\.[A-Za-z0-9_-]{1,60}){0,6}")


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a requirement says."""

    id: str
    level: str
    basis: str
    statement: str
    source: str
    fix: str

    @property
    def area(self) -> str:
        """What it is about: the second word of its id."""
        return self.id.split(".")[1] if "." in self.id else self.id

    @property
    def address(self) -> str:
        """Its id as the name of a file."""
        return file_name(self.id)


def file_name(word: str) -> str:
    """A word of results as the name of a file on any system: itself, or where it can't be one, a digest."""
    return (
        word
        if PLAIN.fullmatch(word)
        else f"x-{hashlib.sha256(word.encode(errors='backslashreplace')).hexdigest()[:16]}"
    )


def requirements(catalogue: Mapping[str, JsonMapping]) -> tuple[Requirement, ...]:
    """The requirements of a history, in the order of the suite."""
    return tuple(
        Requirement(name, *(str(told.get(word, "")) for word in ("level", "basis", "statement", "source", "fix")))
        for name, told in catalogue.items()
    )


def by_area(rows: Iterable[Requirement]) -> dict[str, list[Requirement]]:
    """The requirements by what they are about, in the order in which the subjects first come."""
    found: dict[str, list[Requirement]] = {}
    for row in rows:
        found.setdefault(row.area, []).append(row)
    return found
