"""An operation that calls an action: it may change whatever its page says, so it goes to an object of the run's own."""

from __future__ import annotations

from graph_contracts.json_types import Json
from graph_contracts.operations.bound import BoundDriver


class ActionDriver(BoundDriver):
    """One operation that calls an action on one target."""

    changes_objects = True

    def arguments(self) -> Json:
        """The action's parameters as the document shows them, else made to fit; None where it takes none."""
        example, declared = self.documented.request_example, self.documented.body
        if example is not None:
            return example.body
        return self.values.fresh(declared) if declared is not None else None
