"""How many requirements there are, for tests that hold a report to all of them."""

from __future__ import annotations

from graph_contracts import cases, requirements
from graph_contracts.contract import OperationKind


def updates() -> int:
    """The number of requirements about updates."""
    cases.load()
    return sum(each.kind is OperationKind.UPDATE for each in requirements.registry())
