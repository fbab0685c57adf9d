"""Objects below two parents: each is shown, made, changed and deleted below its own alone."""

from __future__ import annotations

from graph_contracts.cases.parents import COLLECTION, ELSEWHERE, PATH
from graph_contracts.contract import CollectionShape
from graph_contracts.http import jsontext
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.parents import parents
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)


@requirement(
    "delete.parents.other",
    Level.MUST,
    basis="page⇒",
    source=PATH,
    vary="any 4xx; 204 as for what is gone; objects that are listed below both parents",
    phase=Phase.NEGATIVE,
)
def test_an_object_is_not_deleted_below_another_parent(delete: DeleteDriver) -> Findings:
    """An object must not be deleted below a parent whose collection it isn't in.

    Sent: A DELETE of an object that was made, below another parent, whose list doesn't have it.

    Fix: DeleteDriver by both keys.
    """
    place = parents(delete)
    other = place.second()
    entity = delete.victim()
    if not place.apart(other, entity):
        raise NotApplicable(ELSEWHERE)
    exchange = delete.send("DELETE", place.path(other, entity))
    delete.client.lane.writes += 1
    if not delete.there(entity):
        what = f"{exchange.answer} below {short(other)}, and it is gone"
        yield Finding(f"object {short(entity)} unchanged", what, (exchange, *delete.seen_after(exchange)))


@requirement(
    "delete.parents.gone",
    Level.MUST,
    basis="page⇒",
    source=COLLECTION,
    vary="any 4xx; an empty list is a warning; what was below moved elsewhere",
)
def test_nothing_is_shown_below_a_deleted_object(delete: DeleteDriver) -> Findings:
    """Once an object is deleted, the objects below it must no longer be shown below its path.

    Sent: A creation of an object, with `--destructive` of the documented example in each collection below it, and a GET
    of these; then the DELETE, and the GETs again.

    Fix: DeleteDriver what is below with its parent, or refuse the deletion; look the parent up before the list.
    """
    below = sorted(delete.below, key=lambda operation: operation.method, reverse=True)
    if not below:
        raise NotApplicable("the document has no collection below these objects")
    entity = delete.victim()
    head = delete.path(entity)
    shapes: dict[str, CollectionShape] = {}
    made = []
    for operation in below:
        path = f"{head}/{operation.path.rpartition('/')[2]}"
        if operation.method == "POST" and operation.request_example and delete.options.destructive:
            octets = jsontext.dump(operation.request_example.body)
            made.append(delete.send("POST", path, octets=octets, headers={"Content-Type": "application/json"}))
        elif operation.method == "GET" and (seen := delete.send("GET", path)).ok:
            shapes |= {path: operation.shape} if operation.shape.items_in(seen.json) is not None else {}
    if not shapes:
        raise Inconclusive("no collection below an object that was made could be listed")
    exchange = delete.remove(entity)
    if not exchange.ok or not delete.gone(entity):
        raise Inconclusive(f"the deletion was answered {exchange.answer}, and did not take it away", exchange)
    for path, shape in shapes.items():
        seen = delete.send("GET", path)
        shown = shape.items_in(seen.json)
        if seen.ok:
            grade = Severity.FAIL if shown else Severity.WARN
            what = f"{seen.answer} with {len(shown) if isinstance(shown, list) else 'no'} objects below it"
            yield Finding("404 below what is deleted", what, (*made, exchange, seen), grade)
