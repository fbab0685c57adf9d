"""The request body: only some of the properties."""

from __future__ import annotations

from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Finding, Findings, Level, Severity, requirement

TRIES = 4
"""Properties that are sent alone with a value that was accepted among others."""


@requirement(
    "update.req.partial",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="OData 4.01 §11.4.3; most update pages of the reference say so",
    vary="400 by a server that reads “required” literally: then merging is not judged; a new value refused is a note",
)
def test_a_body_may_name_only_some_properties(update: UpdateDriver) -> Findings:
    """An update should accept a body that names only some of the properties.

    Sent: A body with one property; where that is refused, properties alone with the values that were accepted among
    others.

    Fix: Apply required-ness to creation only; an update is validated for what it names.
    """
    refused = update.bodies.partial
    if refused.ok:
        return
    for name, value in list(update.bodies.full(1).items())[:TRIES]:
        exchange = update.patch({name: value}) if name in update.bodies.accepted.names else refused
        if exchange.ok:
            actual = f"{refused.answer} to a new value alone, {exchange.answer} to {name} as it was accepted before"
            yield Finding("2xx to a body with one property", actual, (exchange, refused), Severity.NOTE)
            return
    yield Finding("2xx to a body with one property", refused.answer, (refused,))
