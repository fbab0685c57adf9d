"""Operations of which a run could decide nothing, each with the reason: who reads its verdict must know.

Where only something is missing that the operator can give, as an id, the run ends by what was judged elsewhere. Where
the target kept an operation from being judged, the run is incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Protocol

from graph_contracts.json_types import JsonObject

INCONCLUSIVE = "inconclusive"
UNDECIDED = frozenset({INCONCLUSIVE, "not-applicable", "error"})
"""Verdicts that say nothing of the target."""
MAX_NAMED = 3
"""Operations that a line names."""


class Said(Protocol):
    """What a case said of an operation: an outcome, or a judgement."""

    @property
    def operation(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def give(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Untested:
    """An operation of which nothing could be decided."""

    operation: str
    reason: str
    """The first reason; it says what to give, where that helps."""
    give: str = ""
    """The options that a run needs to test it; empty where the target kept it from being tested."""

    @property
    def text(self) -> str:
        """The same as a sentence."""
        return f"{self.operation} could not be tested: {self.reason}"

    def to_json(self) -> JsonObject:
        """As it stands in results.json."""
        return asdict(self)


def untested(said: Iterable[Said]) -> list[Untested]:
    """The operations of which nothing could be decided, in the order in which they were judged."""
    decided: set[str] = set()
    reasons: dict[str, Said] = {}
    kept: set[str] = set()
    for each in said:
        if each.verdict not in UNDECIDED:
            decided.add(each.operation)
        elif each.verdict == INCONCLUSIVE:
            reasons.setdefault(each.operation, each)
            if not each.give:
                kept.add(each.operation)
    return [
        Untested(name, each.message.removeprefix(f"{name}: "), "" if name in kept else each.give)
        for name, each in reasons.items()
        if name and name not in decided
    ]


def lacking(found: Iterable[Untested]) -> list[str]:
    """A line for each thing that a run was not given, with the operations that need it."""
    groups: dict[tuple[str, str], list[str]] = {}
    for each in found:
        if each.give:
            groups.setdefault((each.give, each.reason), []).append(each.operation)
    return [f"{_named(names)}: {reason}" for (_, reason), names in groups.items()]


def _named(operations: list[str]) -> str:
    if len(operations) == 1:
        return operations[0]
    more = f" and {len(operations) - MAX_NAMED} more" if len(operations) > MAX_NAMED else ""
    return f"{len(operations)} operations ({', '.join(operations[:MAX_NAMED])}{more})"
