"""An operation that counts a collection."""

from __future__ import annotations

from graph_contracts.operations.bound import BoundDriver


class CountDriver(BoundDriver):
    """One operation that counts a collection on one target."""

    safe = True
