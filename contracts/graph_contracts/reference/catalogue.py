"""What the faults and variations are called and what each does, known without importing the server.

`catalogue.json` beside this file is written by `python -m tests.docs` from their docstrings; the project's tests hold
it equal to that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

FILE = Path(__file__).with_name("catalogue.json")


class Behaviour(Protocol):
    """A fault or a variation, as the server has it."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def caught_by(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One of them."""

    name: str
    kind: str
    """`fault` or `variation`."""
    text: str
    """What it does, as a sentence."""
    caught_by: tuple[str, ...]
    """The requirements that must tell of it."""


@cache
def catalogue() -> tuple[Entry, ...]:
    """Every fault and variation, in the order of `behaviours()`."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(Entry(row["name"], row["kind"], row["text"], (*row["caught_by"],)) for row in rows)


def proofs(requirement: str) -> tuple[Entry, ...]:
    """The faults that are named for a requirement: each makes it tell."""
    return _proofs().get(requirement, ())


@cache
def _proofs() -> Mapping[str, tuple[Entry, ...]]:
    found: dict[str, tuple[Entry, ...]] = {}
    for each in catalogue():
        if each.kind == "fault":
            for name in each.caught_by:
                found[name] = (*found.get(name, ()), each)
    return found


def written(behaviours: Iterable[Behaviour]) -> str:
    """The text of the file for some behaviours, a line each."""
    entries = (Entry(each.name, each.kind, each.text, each.caught_by) for each in behaviours)
    return "[\n" + ",\n".join(json.dumps(asdict(each), ensure_ascii=False) for each in entries) + "\n]\n"
