"""What is documented of reads: their path, their status, their methods."""

from __future__ import annotations

from graph_contracts.cases.documented import VARY_405, VARY_ALLOW, allowed, documented, refused_methods, success
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.read import ShowDriver
from graph_contracts.requirements import Aliases, Findings, Phase, adapted


@adapted("read.route.documented", terms="update.route.provisioning", aliases=Aliases.FIRST)
def test_the_first_documented_path_shows_the_object(operation: OperationUnderTest) -> Findings:
    """The page's first path template must reach the read of an existing object.

    Sent: A GET to the page's first path, with the id of an existing object.

    Fix: Route GET on this path to the read; a 404 mostly means a missing version segment.
    """
    yield from documented(operation)


@adapted("read.route.further", terms="update.route.directoryprovisioning", aliases=Aliases.FURTHER)
def test_every_further_documented_path_shows_the_object(operation: OperationUnderTest) -> Findings:
    """Every further path template of the page must reach the read as well.

    Sent: The same GET to every further path of the page.

    Fix: Map each documented path to the same handler.
    """
    yield from documented(operation)


@adapted("read.status.success", terms="update.status.success")
def test_a_read_is_answered_with_the_documented_status(read: ShowDriver) -> Findings:
    """A read must be answered with the status that the page documents: `200 OK`.

    Sent: A GET of an existing object, twice.

    Fix: Answer 200 with the object, each time.
    """
    yield from success(read, 200)


@adapted("read.method.405allow", terms="update.method.405allow", vary=VARY_405, phase=Phase.NEGATIVE)
def test_every_405_at_the_object_says_what_is_allowed(read: ShowDriver) -> Findings:
    """Every 405 at the object's path must carry an Allow header.

    Sent: TRACE and an unknown method to the object.

    Fix: Set Allow wherever 405 is made, best in one place: most routers know the methods of a path.
    """
    yield from refused_methods(read, read.address())


@adapted("read.method.allow", terms="update.method.allow", vary=VARY_ALLOW, phase=Phase.NEGATIVE)
def test_allow_names_the_read(read: ShowDriver) -> Findings:
    """An Allow header at the object's path should name GET.

    Sent: OPTIONS to the object.

    Fix: Derive Allow from the routes that really exist for the path, so that GET is among them.
    """
    yield from allowed(read, read.address())
