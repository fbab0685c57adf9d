"""The request body: a complete representation of the object."""

from __future__ import annotations

from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Level, also, requirement


@requirement(
    "update.req.full",
    Level.MUST,
    basis="page",
    source="Page, Request body; Examples/Request",
    vary="placeholder values of the page are not sent: strict servers refuse them",
)
@also(
    "create.req.full",
    "A creation must accept a complete JSON representation: every documented property with a valid value, and no id.",
)
def test_a_complete_representation_is_accepted(operation: WriteDriver) -> Findings:
    """A complete JSON representation, every documented property with a valid value and no id, is accepted.

    Sent: A body with a valid value for each documented property, without the id; where that is refused, smaller
    ones, to see what was in the way.

    Fix: Accept every property that the page lists. The message names those that had to be left out.
    """
    baseline = operation.bodies.accepted
    first = baseline.steps[0]
    if not first.exchange.ok:
        missing = [name for name in operation.bodies.writable if name not in baseline.names]
        why = f"; accepted {baseline.steps[-1].name}" + (f" ({', '.join(missing)} refused)" if missing else "")
        yield Finding("2xx to a body with every documented property", first.exchange.answer + why, (first.exchange,))
