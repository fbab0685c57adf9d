"""Lists after a change: what is accepted shows in the list as it does in a read."""

from __future__ import annotations

from graph_contracts.operations.equality import short
from graph_contracts.operations.read import ListDriver
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, NotApplicable, requirement


@requirement(
    "list.persist.update",
    Level.MUST,
    basis="page⇒",
    source="Page, title (“List”: the objects as they are); title of the update's page (“Update”)",
    vary="lists that lag behind by at most --settle; a property that lists don't show",
)
def test_an_update_shows_in_the_list(listing: ListDriver) -> Findings:
    """An accepted update must show in the list.

    Sent: A GET of the collection, an update of an object in it, and the GET again, for as long as `--settle` allows.

    Fix: Make lists from the rows that updates write to, and drop cached lists when an object changes.
    """
    update = listing.sibling(UpdateDriver)
    if update is None:
        raise NotApplicable("the document has no update of these objects")
    if not update.observe.persists:
        raise Inconclusive("later reads show no update at all; see update.persist.read")
    body = update.bodies.small()
    name = update.bodies.markers[0]
    items, before = listing.items()
    shown = next((each for each in items if listing.shape.is_of(each, update.key)), None)
    if shown is None or shown.get(name) is None:
        raise NotApplicable(f"the list doesn't show {name} of the object", before)
    exchange = update.change(body)
    left, _ = update.observe.settle(body)
    if left:
        raise Inconclusive("a read doesn't show the update either; see update.persist.read", exchange)
    for _ in listing.looks():
        items, after = listing.items()
        found = next((each for each in items if listing.shape.is_of(each, update.key)), {})
        if not found or not update.model.changes({name: body[name]}, found):
            return
    what = f"{name} = {short(found.get(name))} in the list"
    yield Finding(f"{name} = {short(body[name])}", what, (before, exchange, after))
