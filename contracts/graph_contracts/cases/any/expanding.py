"""Related objects that `$expand` shows inline, in a list and in one object, where the document names the option."""

from __future__ import annotations

from graph_contracts.contract import Operation
from graph_contracts.contract.object_path import fill, last_segment
from graph_contracts.operations.equality import short
from graph_contracts.operations.read import ListDriver, ReadDriver, ShowDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    also,
    requirement,
)

MAX_EXPANDED = 3
"""Objects whose relations are looked at."""


def related(listing: ShowDriver) -> list[Operation]:
    """The documented lists right below the objects whose names may be expanded.

    Raises:
        NotApplicable: the document names no `$expand`, or no such list.
    """
    options = listing.documented.options
    if not {"$expand", "expand"} & options:
        raise NotApplicable("the document names no $expand")
    read = listing if isinstance(listing, ReadDriver) else listing.sibling(ReadDriver)
    below = [each for each in (read.below if read is not None else ()) if each.method == "GET" and not each.key]
    if not below:
        raise NotApplicable("the document has no list below the objects")
    return below


@requirement(
    "list.options.expand",
    Level.MUST,
    basis="page⇒",
    source="Page, Optional query parameters ($expand); OData 4.01 §11.2.5.2 (related items inline)",
    vary="4xx or 501 to some relations; the first page of many related objects; a link beside nothing for the rest",
    phase=Phase.NEGATIVE,
)
@also(
    "read.options.expand",
    "A documented `$expand` must show the related objects in the object that is read, or be rejected.",
    sent="A GET of an object with `$expand` for each list below it, and GETs of these.",
)
def test_expand_shows_related_objects(operation: ShowDriver) -> Findings:
    """A documented `$expand` must show the related objects in each object, or be rejected.

    Sent: A GET of the collection with `$expand` for each list that the document has below its objects, and GETs of that
    list for three of them.

    Fix: Show under the relation's name what a GET of its own path shows, or answer 400 or 501.
    """
    judged = 0
    for relation in related(operation):
        name = last_segment(relation.path)
        exchange = operation.get(query=f"$expand={name}")
        if not exchange.ok:
            yield Finding("200", f"{exchange.answer} to $expand={name}", (exchange,), Severity.NOTE)
            continue
        items = operation.shape.items_in(exchange.json) if isinstance(operation, ListDriver) else [exchange.object]
        for item in [each for each in items or () if isinstance(each, dict)][:MAX_EXPANDED]:
            entity = operation.shape.key_of(item) or operation.key
            path = fill(relation.path, operation.observer.path_ids(entity))
            alone = operation.send("GET", path)
            shown = operation.shape.items_in(alone.json) if alone.ok else None
            if not shown:
                continue
            judged += 1
            if not _inline(item.get(name), shown):
                what = f"{name} = {short(item.get(name))} in {short(entity)}"
                yield Finding(f"{len(shown)} objects in {name}, or 4xx", what, (exchange, alone))
                return
    if not judged:
        raise Inconclusive("no object has related objects that could be expanded")


def _inline(value: object, shown: list[object]) -> bool:
    """Whether a member has some of the objects that the list of the relation has, and no others."""
    if not isinstance(value, list) or not value:
        return False
    known = [each.get("id") for each in shown if isinstance(each, dict)]
    return not all(known) or all(isinstance(each, dict) and each.get("id") in known for each in value)
