"""What is documented of deletions: their path, their status, their methods."""

from __future__ import annotations

from graph_contracts.cases.documented import VARY_405, VARY_ALLOW, allowed, documented, refused_methods, success
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.requirements import Aliases, Findings, Phase, adapted


@adapted("delete.route.documented", terms="update.route.provisioning", aliases=Aliases.FIRST)
def test_the_first_documented_path_deletes(operation: OperationUnderTest) -> Findings:
    """The page's first path template must reach the deletion of an existing object.

    Sent: A DELETE to the page's first path, of an object that was just made.

    Fix: Route DELETE on this path to the deletion.
    """
    yield from documented(operation)


@adapted("delete.route.further", terms="update.route.directoryprovisioning", aliases=Aliases.FURTHER)
def test_every_further_documented_path_deletes(operation: OperationUnderTest) -> Findings:
    """Every further path template of the page must reach the deletion as well.

    Sent: The same DELETE to every further path of the page.

    Fix: Map each documented path to the same handler.
    """
    yield from documented(operation)


@adapted("delete.status.success", terms="update.status.success")
def test_a_deletion_is_answered_with_the_documented_status(delete: DeleteDriver) -> Findings:
    """A deletion must be answered with the status that the page documents, mostly `204 No Content`.

    Sent: Two DELETEs, each of an object that was just made.

    Fix: Answer with the documented status, each time; frameworks often default to 200.
    """
    yield from success(delete, 204)


@adapted("delete.method.405allow", terms="update.method.405allow", vary=VARY_405, phase=Phase.NEGATIVE)
def test_every_405_where_objects_are_deleted_says_what_is_allowed(delete: DeleteDriver) -> Findings:
    """Every 405 at the path where an object is deleted must carry an Allow header.

    Sent: TRACE and an unknown method to an object that was made for it.

    Fix: Set Allow wherever 405 is made, best in one place: most routers know the methods of a path.
    """
    yield from refused_methods(delete, delete.path(delete.victim()))


@adapted("delete.method.allow", terms="update.method.allow", vary=VARY_ALLOW, phase=Phase.NEGATIVE)
def test_allow_names_the_deletion(delete: DeleteDriver) -> Findings:
    """An Allow header at the path where an object is deleted should name DELETE.

    Sent: OPTIONS to an object that was made for it.

    Fix: Derive Allow from the routes that really exist for the path, so that DELETE is among them.
    """
    yield from allowed(delete, delete.path(delete.victim()))
