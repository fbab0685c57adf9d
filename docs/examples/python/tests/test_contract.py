"""The contract as test items."""

import pytest

from graph_contracts import ContractCase, GraphContract


@pytest.mark.graph_contract(select=["update.status.*", "update.merge.*", "read.status.*", "*.acme.*"])
def test_contract(graph_case: ContractCase) -> None:
    """Runs once for each requirement and operation."""
    graph_case.judge()


def test_what_an_update_answers(graph_contract: GraphContract) -> None:
    """A started run judges what it is asked for, and says what it found."""
    (outcome,) = graph_contract.judge("update.persist.read", "updateNote")
    assert outcome.verdict == "pass", outcome.message
