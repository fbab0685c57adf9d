"""Objects below two parents: each is shown, made, changed and deleted below its own alone."""

from __future__ import annotations

from graph_contracts.cases.parents import COLLECTION
from graph_contracts.contract.collection_shape import same_id
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.parents import parents
from graph_contracts.operations.read import ListDriver
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
    if any(listing.shape.is_of(item, entity) for item in items or ()):
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
    """A list below a parent that doesn't exist must show nothing.

    Sent: A GET of a parent that doesn't exist, which is answered 404, then a GET of the collection below it.

    Fix: Look the parent up first, and answer 404 where it isn't there.
    """
    place = parents(listing)
    control = listing.demand()
    unknown = place.unknown()
    exchange = listing.send("GET", place.collection(unknown))
    if exchange.ok:
        shown = listing.shape.items_in(exchange.json)
        grade = Severity.FAIL if shown else Severity.WARN
        what = (
            f"{exchange.answer} with {len(shown) if isinstance(shown, list) else 'no'} objects below {short(unknown)}"
        )
        yield Finding("404", f"{what}, which doesn't exist", (control, exchange), grade)
