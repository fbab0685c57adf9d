"""An operation that lists what changed in a collection."""

from __future__ import annotations

from graph_contracts.operations.bound import BoundDriver


class DeltaDriver(BoundDriver):
    """One operation that lists changes on one target."""

    safe = True
