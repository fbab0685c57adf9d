"""Objects below two parents: each is shown, made, changed and deleted below its own alone."""

from __future__ import annotations

from graph_contracts.cases.parents import PATH, apart
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping
from graph_contracts.operations.equality import short
from graph_contracts.operations.parents import parents
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)


@requirement(
    "update.parents.other",
    Level.MUST,
    basis="page⇒",
    source=PATH,
    vary="any 4xx; objects that are listed below both parents",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_object_is_not_updated_below_another_parent(update: UpdateDriver) -> Findings:
    """An object must not be updated below a parent whose collection it isn't in.

    Sent: An update of an object below another parent, whose list doesn't have it, and below one that doesn't exist; the
    object is read before and after.

    Fix: Look the object up by both keys.
    """
    place = parents(update)
    wrong: list[tuple[str, str, str]] = []
    for find, note in ((place.second, "whose list doesn't have it"), (place.unknown, "which doesn't exist")):
        try:
            parent = find()
            entity = apart(update, place, parent) if find == place.second else update.key
        except NotApplicable as why:
            reason = why
        else:
            wrong.append((parent, entity, note))
    if not wrong:
        raise reason
    for parent, entity, note in wrong:
        control, body = update.change(update.bodies.small(), entity=entity), update.bodies.small()
        exchange = update.patch(body, path=place.path(parent, entity))
        said = f"{exchange.answer} below {short(parent)}, {note}"
        if _written(update, entity, body, exchange):
            yield Finding("404, and the object unchanged", f"{said}, and it is updated", (control, exchange))
        elif exchange.ok:
            yield Finding("404", said, (control, exchange), Severity.WARN)


def _written(update: UpdateDriver, entity: str, body: JsonMapping, exchange: Exchange) -> bool:
    """Whether an object shows a new body, now or within the time that reads may lag where it was accepted."""
    name = update.bodies.markers[0]
    for _ in update.looks():
        found, _ = update.observer.look(entity)
        if found is not None and found.get(name) == body.get(name):
            return True
        if not exchange.ok:
            break
    return False
