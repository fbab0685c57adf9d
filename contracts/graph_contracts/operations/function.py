"""An operation that calls a function, which changes nothing."""

from __future__ import annotations

from graph_contracts.operations.bound import BoundDriver


class FunctionDriver(BoundDriver):
    """One operation that calls a function on one target."""

    safe = True
