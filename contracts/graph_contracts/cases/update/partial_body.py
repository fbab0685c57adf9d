"""The request body: only some of the properties."""

from __future__ import annotations

from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Finding, Findings, Level, requirement


@requirement(
    "update.req.partial",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="OData 4.01 §11.4.3; most update pages of the reference say so",
    vary="400 by a server that reads “required” literally: then merging is not judged",
)
def test_a_body_may_name_only_some_properties(update: UpdateDriver) -> Findings:
    """A body with a subset of the properties is accepted.

    Sent: A body with one property.

    Fix: Apply required-ness to creation only; an update is validated for what it names.
    """
    if not update.bodies.partial.ok:
        yield Finding("2xx to a body with one property", update.bodies.partial.answer, (update.bodies.partial,))
