"""Objects below two parents: each is shown, made, changed and deleted below its own alone."""

from __future__ import annotations

from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.creations import created_id, delete
from graph_contracts.operations.equality import short
from graph_contracts.operations.parents import parents
from graph_contracts.requirements import (
    Finding,
    Findings,
    Level,
    Phase,
    requirement,
)


@requirement(
    "create.parents.unknown",
    Level.MUST,
    basis="page⇒",
    source="Page, HTTP request (the parent's key is in the path); OData 4.01 §11.4.2 (into the collection of the URL)",
    vary="any 4xx",
    phase=Phase.NEGATIVE,
)
def test_nothing_is_made_below_a_parent_that_does_not_exist(create: CreateDriver) -> Findings:
    """A creation below a parent that doesn't exist must make nothing.

    Sent: A GET of a parent that doesn't exist, which is answered 404, then a creation below it.

    Fix: Look the parent up first, and answer 404 where it isn't there: use a foreign key.
    """
    place = parents(create)
    control = create.change(create.bodies.full(1))
    unknown = place.unknown()
    path = place.collection(unknown)
    exchange = create.patch(create.bodies.full(2), path=path)
    if exchange.ok:
        if entity := created_id(exchange, create.shape):
            delete(create.client, place.path(unknown, entity), create.documented.id)
        yield Finding("404", f"{exchange.answer} below {short(unknown)}, which doesn't exist", (control, exchange))
