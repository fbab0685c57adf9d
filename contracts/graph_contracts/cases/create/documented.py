"""What is documented of creations: their path, their status, their methods."""

from __future__ import annotations

from graph_contracts.cases.documented import UNROUTED, VARY_405, VARY_ALLOW, allowed, refused_methods
from graph_contracts.operations.create import CreateDriver
from graph_contracts.requirements import Aliases, Finding, Findings, Inconclusive, Phase, adapted


@adapted("create.route.documented", terms="update.route.provisioning", aliases=Aliases.FIRST)
def test_the_first_documented_path_creates(create: CreateDriver) -> Findings:
    """The page's first path template must reach the creation.

    Sent: A POST with every documented property to the page's first path; where that is refused, smaller bodies.

    Fix: Route POST on the collection to the creation.
    """
    yield from _created(create)


@adapted("create.route.further", terms="update.route.directoryprovisioning", aliases=Aliases.FURTHER)
def test_every_further_documented_path_creates(create: CreateDriver) -> Findings:
    """Every further path template of the page must reach the creation as well.

    Sent: The same POST to every further path of the page.

    Fix: Map each documented path to the same handler.
    """
    yield from _created(create)


def _created(create: CreateDriver) -> Findings:
    try:
        _ = create.bodies.accepted  # a 404 to a body before the accepted one may be about what that refers to
    except Inconclusive as reason:
        refused = [exchange for exchange in reason.exchanges if exchange.status in UNROUTED]
        if not refused:
            raise
        yield Finding("the object is created", f"{refused[0].answer} to POST", tuple(refused))


@adapted("create.method.405allow", terms="update.method.405allow", vary=VARY_405, phase=Phase.NEGATIVE)
def test_every_405_where_objects_are_created_says_what_is_allowed(create: CreateDriver) -> Findings:
    """Every 405 at the path where objects are created must carry an Allow header.

    Sent: TRACE and an unknown method to the collection.

    Fix: Set Allow wherever 405 is made, best in one place: most routers know the methods of a path.
    """
    yield from refused_methods(create, create.address())


@adapted("create.method.allow", terms="update.method.allow", vary=VARY_ALLOW, phase=Phase.NEGATIVE)
def test_allow_names_the_creation(create: CreateDriver) -> Findings:
    """An Allow header at the path where objects are created should name POST.

    Sent: OPTIONS to the collection.

    Fix: Derive Allow from the routes that really exist for the path, so that POST is among them.
    """
    yield from allowed(create, create.address())
