"""Hands the whole contract to one worker of pytest-xdist, and all other tests as they would be handed out anyway."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling, LoadGroupScheduling, LoadScopeScheduling

KIND = re.compile(r"[\[-](update|read|list|create|delete)\.[a-z0-9.]+-")
"""Stands in the id of an item that judges a case."""
CONTRACT = "graph-contract"
BY_SCOPE = {"loadscope": LoadScopeScheduling, "loadfile": LoadFileScheduling, "loadgroup": LoadGroupScheduling}
"""Ways to hand out tests that keep some together; by the others each test is handed out by itself."""


def modules_with_cases(nodeids: Iterable[str]) -> frozenset[str]:
    """The modules that have items which judge a case: whatever stands there needs the run."""
    return frozenset(module(nodeid) for nodeid in nodeids if KIND.search(nodeid))


def module(nodeid: str) -> str:
    """The module of an item."""
    return nodeid.partition("::")[0]


class OneWorker(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Takes the modules that have cases for one unit."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self._others = BY_SCOPE.get(config.getoption("dist"))
        self._modules: frozenset[str] | None = None

    def _split_scope(self, nodeid: str) -> str:
        if self._modules is None:
            self._modules = modules_with_cases(self.collection)
        if module(nodeid) in self._modules:
            return CONTRACT
        return str(self._others._split_scope(self, nodeid)) if self._others else nodeid
