"""Hands the whole contract to one worker of pytest-xdist, and all other tests one by one."""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling

KIND = re.compile(r"[\[-](update|read|list|create|delete)\.[a-z0-9.]+-")
"""Stands in the id of an item that judges a case."""


def is_of_contract(nodeid: str) -> bool:
    """Whether an id is that of an item of the contract."""
    return KIND.search(nodeid) is not None


class OneWorker(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Takes all items of the contract for one unit, and every other item for a unit of its own."""

    def _split_scope(self, nodeid: str) -> str:
        return "graph-contract" if is_of_contract(nodeid) else nodeid
