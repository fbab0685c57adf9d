"""Nested collections: an object is where its parent is, below no other parent and below none that doesn't exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph_contracts.http import jsontext
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.creations import made, removed
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.observer import same_id
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.parents import Parents, parents
from graph_contracts.operations.read import ListDriver, ReadDriver
from graph_contracts.operations.update import UpdateDriver
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

PATH = "Page, HTTP request (both keys are in the path); OData 4.01 Part 2 §4.3 (a key within a collection)"
COLLECTION = "Page, HTTP request (the parent's key is in the path); OData 4.01 §11.2.7 (related entities), §9.2.1 (404)"
ELSEWHERE = "the object is listed below the other parent as well, or the lists don't tell"


def _apart(subject: OperationUnderTest, place: Parents, other: str) -> str:
    """An object that is listed below the run's parent alone: the run's own, else one that is made.

    Raises:
        NotApplicable: the lists show none.
    """
    if place.apart(other, subject.key):
        return subject.key
    maker = subject.sibling(CreateDriver)
    if isinstance(maker, CreateDriver) and maker.able:
        entity = maker.make()
        if any(place.apart(other, entity) for _ in subject.looks()):
            return entity
    raise NotApplicable(ELSEWHERE)


@requirement(
    "read.parents.other",
    Level.MUST,
    basis="page⇒",
    source=PATH,
    vary="any 4xx; objects that are listed below both parents",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_object_is_not_shown_below_another_parent(read: ReadDriver) -> Findings:
    """An object must not be shown below a parent whose collection it isn't in.

    Sent: A GET of an object below another parent, whose list doesn't have it.

    Fix: Look the object up by both keys.
    """
    place = parents(read)
    other = place.second()
    entity = _apart(read, place, other)
    _, control = read.shown(entity)
    exchange = read.send("GET", place.path(other, entity))
    if exchange.ok and same_id((exchange.object or {}).get("id", entity), entity):
        what = f"{exchange.answer} below {short(other)}, whose list doesn't have it"
        yield Finding("404", what, (control, exchange))


@requirement(
    "read.parents.unknown",
    Level.MUST,
    basis="page⇒",
    source=PATH,
    vary="any 4xx",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_object_is_not_shown_below_a_parent_that_does_not_exist(read: ReadDriver) -> Findings:
    """An object must not be shown below a parent that doesn't exist.

    Sent: A GET of a parent that doesn't exist, which is answered 404, then a GET of an object below it.

    Fix: Look the object up by both keys.
    """
    place = parents(read)
    _, control = read.shown()
    unknown = place.unknown()
    exchange = read.send("GET", place.path(unknown, read.key))
    if exchange.ok:
        yield Finding("404", f"{exchange.answer} below {short(unknown)}, which doesn't exist", (control, exchange))


@requirement(
    "list.parents.other",
    Level.MUST,
    basis="page⇒",
    source=COLLECTION,
    vary="objects that others make meanwhile",
    phase=Phase.NEGATIVE,
)
def test_what_is_made_below_one_parent_is_not_listed_below_another(listing: ListDriver) -> Findings:
    """An object that was created below one parent must not be listed below another.

    Sent: A creation, then a GET of the collection below another parent.

    Fix: Filter the list by the parent's key.
    """
    place = parents(listing)
    other = place.second()
    maker = listing.sibling(CreateDriver)
    if not isinstance(maker, CreateDriver):
        raise NotApplicable("the document has no operation that makes objects")
    entity = maker.make()
    for _ in listing.looks():
        if any(same_id(each, entity) for each in place.listed(place.first) or ()):
            break
    items, exchange = place.below(other).collection()
    if any(same_id(item.get("id"), entity) for item in items or ()):
        what = f"it is listed below {short(other)} as well"
        yield Finding(f"object {short(entity)} below {short(place.first)} alone", what, (exchange,))


@requirement(
    "list.parents.unknown",
    Level.MUST,
    basis="page⇒",
    source=COLLECTION,
    vary="any 4xx; an empty list is a warning",
    phase=Phase.NEGATIVE,
)
def test_nothing_is_listed_below_a_parent_that_does_not_exist(listing: ListDriver) -> Findings:
    """Nothing must be listed below a parent that doesn't exist.

    Sent: A GET of a parent that doesn't exist, which is answered 404, then a GET of the collection below it.

    Fix: Look the parent up first, and answer 404 where it isn't there.
    """
    place = parents(listing)
    control = listing.demand()
    unknown = place.unknown()
    exchange = listing.send("GET", place.collection(unknown))
    if exchange.ok:
        shown = (exchange.object or {}).get("value")
        grade = Severity.FAIL if shown else Severity.WARN
        what = (
            f"{exchange.answer} with {len(shown) if isinstance(shown, list) else 'no'} objects below {short(unknown)}"
        )
        yield Finding("404", f"{what}, which doesn't exist", (control, exchange), grade)


@requirement(
    "create.parents.unknown",
    Level.MUST,
    basis="page⇒",
    source="Page, HTTP request (the parent's key is in the path); OData 4.01 §11.4.2 (into the collection of the URL)",
    vary="any 4xx",
    phase=Phase.NEGATIVE,
)
def test_nothing_is_made_below_a_parent_that_does_not_exist(create: CreateDriver) -> Findings:
    """Nothing must be created below a parent that doesn't exist.

    Sent: A GET of a parent that doesn't exist, which is answered 404, then a creation below it.

    Fix: Look the parent up first, and answer 404 where it isn't there: use a foreign key.
    """
    place = parents(create)
    control = create.change(create.bodies.full(1))
    unknown = place.unknown()
    path = place.collection(unknown)
    exchange = create.patch(create.bodies.full(2), path=path)
    if exchange.ok:
        if entity := made(exchange):
            removed(create.client, place.path(unknown, entity), create.documented.id)
        yield Finding("404", f"{exchange.answer} below {short(unknown)}, which doesn't exist", (control, exchange))


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
            entity = _apart(update, place, parent) if find == place.second else update.key
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
            yield Finding("404, and the object as it was", f"{said}, and it is updated", (control, exchange))
        elif exchange.ok:
            yield Finding("404", said, (control, exchange), Severity.WARN)


def _written(update: UpdateDriver, entity: str, body: Mapping[str, Any], exchange: Exchange) -> bool:
    """Whether an object shows a new body, now or within the time that reads may lag where it was accepted."""
    name = update.bodies.markers[0]
    for _ in update.looks():
        found, _ = update.observer.look(entity)
        if found is not None and found.get(name) == body.get(name):
            return True
        if not exchange.ok:
            break
    return False


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
    delete.client.writes += 1
    if not delete.there(entity):
        what = f"{exchange.answer} below {short(other)}, and it is gone"
        yield Finding(f"object {short(entity)} as it was", what, (exchange,))


@requirement(
    "delete.parents.gone",
    Level.MUST,
    basis="page⇒",
    source=COLLECTION,
    vary="any 4xx; an empty list is a warning; what was below moved elsewhere",
)
def test_nothing_is_shown_below_a_deleted_object(delete: DeleteDriver) -> Findings:
    """What was below an object must not be shown below its path once the object is deleted.

    Sent: A creation of an object, with `--destructive` of the documented example in each collection below it, and a GET
    of these; then the DELETE, and the GETs again.

    Fix: DeleteDriver what is below with its parent, or refuse the deletion; look the parent up before the list.
    """
    below = sorted(delete.below, key=lambda operation: operation.method, reverse=True)
    if not below:
        raise NotApplicable("the document has no collection below these objects")
    entity = delete.victim()
    head = delete.path(entity)
    paths = []
    for operation in below:
        path = f"{head}/{operation.path.rpartition('/')[2]}"
        if operation.method == "POST" and operation.request_example and delete.options.destructive:
            octets = jsontext.dump(operation.request_example.body)
            delete.send("POST", path, octets=octets, headers={"Content-Type": "application/json"})
        elif operation.method == "GET" and (seen := delete.send("GET", path)).ok and seen.object is not None:
            paths += [path] if isinstance(seen.object.get("value"), list) else []
    if not paths:
        raise Inconclusive("no collection below an object that was made could be listed")
    exchange = delete.remove(entity)
    if not exchange.ok or not delete.gone(entity):
        raise Inconclusive(f"the deletion was answered {exchange.answer}, and did not take it away", exchange)
    for path in paths:
        seen = delete.send("GET", path)
        shown = (seen.object or {}).get("value")
        if seen.ok:
            grade = Severity.FAIL if shown else Severity.WARN
            what = f"{seen.answer} with {len(shown) if isinstance(shown, list) else 'no'} objects below it"
            yield Finding("404 below what is deleted", what, (exchange, seen), grade)
