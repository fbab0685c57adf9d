"""Lists that are asked for several times at once."""

from __future__ import annotations

from functools import partial

from graph_contracts.cases.update.concurrency import parallel, rounds
from graph_contracts.contract import CollectionShape
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.read import ListDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Phase, adapted

AT_ONCE = 4
OFTEN = 2
"""Rounds in which a list is empty only among others, for that to be no accident."""


@adapted(
    "list.conc.same",
    terms="update.conc.same",
    vary="429 or 503; another order or number of objects on a page; other writers on a shared target",
    phase=Phase.CONCURRENT,
)
def test_parallel_lists_are_not_empty(listing: ListDriver) -> Findings:
    """Parallel list requests must show the objects that the lists before and after them show.

    Sent: Four parallel GETs of the collection, many times; where one shows no object, as many one after the other.

    Fix: Keep no cursor, page or buffer of a request where another request finds it.
    """
    shows = partial(_shows, listing.shape)
    if not shows(listing.demand()):
        raise Inconclusive("the list shows no object")
    found = 0
    for _ in rounds():
        answers: list[Exchange] = parallel(*[listing.get] * AT_ONCE)
        empty = [answer for answer in answers if answer.ok and not shows(answer)]
        if not empty:
            continue
        alone = [listing.get() for _ in range(AT_ONCE)]
        found += all(map(shows, alone))  # not so where a replica lags behind
        if found == OFTEN:
            yield Finding("the objects in the list", f"{empty[0].answer} without any of them", (empty[0], alone[0]))
            return


def _shows(shape: CollectionShape, exchange: Exchange) -> bool:
    """Whether a page shows any object, or says that there is another page."""
    items = shape.items_in(exchange.json) or ()
    return any(map(shape.key_of, items)) or any(name in (exchange.object or {}) for name in shape.links)
