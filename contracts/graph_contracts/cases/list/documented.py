"""What is documented of lists: their path, their status, their methods."""

from __future__ import annotations

from graph_contracts.cases.documented import (
    VARY_405,
    VARY_ALLOW,
    allowed,
    documented,
    otherwise,
    refused_methods,
    success,
)
from graph_contracts.operations.list_questions import query
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.read import ListDriver
from graph_contracts.requirements import Aliases, Finding, Findings, Phase, adapted


@adapted("list.route.documented", terms="update.route.provisioning", aliases=Aliases.FIRST)
def test_the_first_documented_path_lists(operation: OperationUnderTest) -> Findings:
    """The page's first path template must reach the list.

    Sent: A GET to the page's first path.

    Fix: Route GET on the collection to the list.
    """
    yield from documented(operation)


@adapted("list.route.further", terms="update.route.directoryprovisioning", aliases=Aliases.FURTHER)
def test_every_further_documented_path_lists(operation: OperationUnderTest) -> Findings:
    """Every further path template of the page must reach the list as well.

    Sent: The same GET to every further path of the page.

    Fix: Map each documented path to the same handler.
    """
    yield from documented(operation)


@adapted("list.status.success", terms="update.status.success")
def test_a_list_is_answered_with_the_documented_status(listing: ListDriver) -> Findings:
    """A list request must be answered with the status that the page documents: `200 OK`, also where the list is empty.

    Sent: A GET of the collection, twice, and one with `$top=1`.

    Fix: Answer 200 with an array, an empty one where there is nothing, and a page of it too: 206 is for ranges.
    """
    found = list(success(listing, 200))
    yield from found
    part = listing.get(query=query(listing, top=1))
    if not found and otherwise(listing, 200, part):
        yield Finding(f"{listing.documented.success or 200}", f"{part.answer} with $top=1", (part,))


@adapted("list.method.405allow", terms="update.method.405allow", vary=VARY_405, phase=Phase.NEGATIVE)
def test_every_405_at_the_collection_says_what_is_allowed(listing: ListDriver) -> Findings:
    """Every 405 at the path of the list must carry an Allow header.

    Sent: TRACE and an unknown method to the collection.

    Fix: Set Allow wherever 405 is made, best in one place: most routers know the methods of a path.
    """
    yield from refused_methods(listing, listing.address())


@adapted("list.method.allow", terms="update.method.allow", vary=VARY_ALLOW, phase=Phase.NEGATIVE)
def test_allow_names_the_list(listing: ListDriver) -> Findings:
    """An Allow header at the path of the list should name GET.

    Sent: OPTIONS to the collection.

    Fix: Derive Allow from the routes that really exist for the path, so that GET is among them.
    """
    yield from allowed(listing, listing.address())
