"""What `pytest --graph-target` collects: a test for each case and operation."""

from __future__ import annotations

from types import ModuleType

import pytest

from graph_contracts.library import contract_test


class ContractModule(pytest.Module):
    """The packaged test, as if it stood in the root folder of the suite: hooks and fixtures from there count."""

    def _getobj(self) -> ModuleType:
        return contract_test


def module(session: pytest.Session, name: str) -> ContractModule:
    """The packaged test as a part of a session.

    Args:
        session: collects it.
        name: what the ids of its items begin with.
    """
    return ContractModule.from_parent(session, path=session.config.rootpath, name=name, nodeid=name)
