"""An operation that sends many requests as one."""

from __future__ import annotations

from graph_contracts.operations.bound import BoundDriver


class BatchDriver(BoundDriver):
    """One operation that takes batches on one target."""
