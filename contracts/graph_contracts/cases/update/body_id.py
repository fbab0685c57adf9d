"""The request body: the id of the object, and of another."""

from __future__ import annotations

from collections.abc import Generator

from graph_contracts.operations import parameters
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, NotApplicable, Phase, requirement


@requirement(
    "update.req.id.match",
    Level.MUST,
    basis="page",
    source="Page, Request body (the id is among the properties)",
    keyed=True,
)
def test_a_body_may_repeat_the_id(update: UpdateDriver) -> Findings:
    """An update must accept a body that repeats the id of the URL.

    Sent: An accepted body, then the same with the object's own id in it.

    Fix: Treat `id` as read-only: ignore it where it is the same.
    """
    if update.shape.key not in update.model.type.properties:
        raise NotApplicable("the document doesn't name the id among the properties of the body")
    body = update.bodies.marker() if update.bodies.partial.ok else update.bodies.full(1)
    update.change(body)
    exchange = update.patch(update.keyed(body))
    if not exchange.ok:
        yield Finding("2xx", f"{exchange.answer} to a body with the object's own id", (exchange,))


@requirement(
    "update.req.id.mismatch",
    Level.MUST,
    basis="rfc-def",
    source="RFC 5789 §2 (changes apply to the request's URI); OData 4.01 §11.4.3 (the key can't change)",
    vary="200 with the id ignored; 400, 403, 409, 422",
    phase=Phase.SPOILING,
    keyed=True,
)
def test_another_id_in_the_body_changes_nothing_elsewhere(update: UpdateDriver) -> Findings:
    """An update with another id in its body must not change the object's id, and must not reach another object.

    Sent: Updates with a random id in the body and, where that moved nothing, with the second object's; both objects
    are read afterwards.

    Fix: Take the key from the URL alone. A different one in the body is ignored or answered 400, and never written.
    """
    update.bodies.needs_partial()
    for foreign in (update.values.guid(), *([update.second] if update.second else [])):
        mark = update.bodies.mark()
        body = update.keyed(mark, foreign)
        (trial,) = update.watch.attempt([Attempt("another id", body, marker=next(iter(mark.values())))])
        exchange = trial.exchange
        for effect in trial.effects:
            if effect.entity != update.key:
                yield Finding("the other object unchanged", f"it changed: {effect.difference}", effect.evidence)
        if exchange.status == 200 and exchange.object is not None:
            name = update.shape.key
            if update.shape.is_of(exchange.object, foreign):
                yield Finding(f"{name} = {update.key}", f"{exchange.status} with {name} = {foreign}", (exchange,))
        gone = yield from _still_there(update, foreign, exchange.index)
        if gone and foreign != update.second:
            update.give_back(update.key)
            return  # the second object would be lost
    if not update.second:
        flags = parameters.flags(update.documented, "--second-id", "ID")
        raise Inconclusive(f"tested with an unknown id only: needs a second object ({flags})")


def _still_there(operation: WriteDriver, foreign: str, index: int) -> Generator[Finding, None, bool]:
    """Judge where the object is now; returns whether a read no longer finds it under its id."""
    culprit = operation.client.exchanges[index]
    if operation.observer.means == "item":
        found, seen = operation.observer.item(operation.key)
        if found is None and seen.status in {404, 410}:
            yield Finding("the object under its id", f"{seen.answer} to GET: its id was changed", (culprit, seen))
        if foreign != operation.second:
            created, seen = operation.observer.item(foreign)
            if created is not None:
                yield Finding(f"no object {foreign}", "GET finds it: the body's id was used", (culprit, seen))
        return found is None
    again = operation.patch(operation.bodies.mark())
    if again.status in {404, 410}:
        yield Finding("the object under its id", f"{again.answer} to the next update", (culprit, again))
    return False
