"""An operation on references to objects (`/$ref`)."""

from __future__ import annotations

from graph_contracts.operations.bound import BoundDriver


class ReferenceDriver(BoundDriver):
    """One operation that lists, adds, sets or removes references on one target."""
