"""Operations of which a run could decide nothing: who reads its verdict must know."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from graph_contracts.report.results import UNDECIDED, Verdict


class Said(Protocol):
    """What a case said of an operation: an outcome, or a judgement."""

    @property
    def operation(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def message(self) -> str: ...


def untested(said: Iterable[Said]) -> list[str]:
    """A line for each operation of which nothing could be decided, with the first reason."""
    decided: set[str] = set()
    reasons: dict[str, str] = {}
    for each in said:
        if each.verdict not in UNDECIDED:
            decided.add(each.operation)
        elif each.verdict == Verdict.INCONCLUSIVE:
            reasons.setdefault(each.operation, each.message.removeprefix(f"{each.operation}: "))
    return [f"{name} could not be tested: {why}" for name, why in reasons.items() if name not in decided]
