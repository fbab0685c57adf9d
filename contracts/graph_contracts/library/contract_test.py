"""The test that judges a case; `contract_items` collects it."""

from __future__ import annotations

from graph_contracts.library.suite import ContractCase


def test_contract(graph_case: ContractCase) -> None:
    """Judge one case for one operation."""
    graph_case.judge()


test_contract.__test__ = True  # type: ignore[attr-defined]  # whatever names of tests the user's suite has
