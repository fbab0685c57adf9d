"""What reads, lists, creations and deletions are held to alike, where it is tested in another way than for updates."""

from __future__ import annotations

from contracts.requirements import (
    Aliases,
    Finding,
    Findings,
    Inconclusive,
    NotApplicable,
    Phase,
    Severity,
    adapted,
)
from contracts.subject.create import Create
from contracts.subject.delete import Delete
from contracts.subject.read import Listing, Reading
from contracts.subject.subject import Subject

UNROUTED = frozenset({404, 405, 410, 501})


def _documented(subject: Subject) -> Findings:
    """Whether the documented path reaches the operation."""
    exchange = subject.ask()
    if exchange.status in UNROUTED:
        yield Finding("the operation is performed", f"{exchange.answer} to {exchange.request.method}", (exchange,))
    elif not exchange.ok:
        raise Inconclusive(f"the documented request was answered {exchange.answer}", exchange)


@adapted("read.route.documented", terms="update.route.provisioning", aliases=Aliases.FIRST)
def test_the_first_documented_path_shows_the_object(subject: Subject) -> Findings:
    """The page's first path template must reach the read of an existing object.

    Sent: A GET to the page's first path, with the id of an existing object.

    Fix: Route GET on this path to the read; a 404 mostly means a missing version segment.
    """
    yield from _documented(subject)


@adapted("read.route.further", terms="update.route.directoryprovisioning", aliases=Aliases.FURTHER)
def test_every_further_documented_path_shows_the_object(subject: Subject) -> Findings:
    """Every further path template of the page must reach the read as well.

    Sent: The same GET to every further path of the page.

    Fix: Map each documented path to the same handler.
    """
    yield from _documented(subject)


@adapted("list.route.documented", terms="update.route.provisioning", aliases=Aliases.FIRST)
def test_the_first_documented_path_lists(subject: Subject) -> Findings:
    """The page's first path template must reach the list.

    Sent: A GET to the page's first path.

    Fix: Route GET on the collection to the list.
    """
    yield from _documented(subject)


@adapted("list.route.further", terms="update.route.directoryprovisioning", aliases=Aliases.FURTHER)
def test_every_further_documented_path_lists(subject: Subject) -> Findings:
    """Every further path template of the page must reach the list as well.

    Sent: The same GET to every further path of the page.

    Fix: Map each documented path to the same handler.
    """
    yield from _documented(subject)


@adapted("create.route.documented", terms="update.route.provisioning", aliases=Aliases.FIRST)
def test_the_first_documented_path_creates(create: Create) -> Findings:
    """The page's first path template must reach the creation.

    Sent: A POST with every documented property to the page's first path; where that is refused, smaller bodies.

    Fix: Route POST on the collection to the creation.
    """
    yield from _created(create)


@adapted("create.route.further", terms="update.route.directoryprovisioning", aliases=Aliases.FURTHER)
def test_every_further_documented_path_creates(create: Create) -> Findings:
    """Every further path template of the page must reach the creation as well.

    Sent: The same POST to every further path of the page.

    Fix: Map each documented path to the same handler.
    """
    yield from _created(create)


def _created(create: Create) -> Findings:
    try:
        _ = create.baseline  # a 404 to a body before the accepted one may be about what that refers to
    except Inconclusive as reason:
        refused = [exchange for exchange in reason.exchanges if exchange.status in UNROUTED]
        if not refused:
            raise
        yield Finding("the object is created", f"{refused[0].answer} to POST", tuple(refused))


@adapted("delete.route.documented", terms="update.route.provisioning", aliases=Aliases.FIRST)
def test_the_first_documented_path_deletes(subject: Subject) -> Findings:
    """The page's first path template must reach the deletion of an existing object.

    Sent: A DELETE to the page's first path, of an object that was just made.

    Fix: Route DELETE on this path to the deletion.
    """
    yield from _documented(subject)


@adapted("delete.route.further", terms="update.route.directoryprovisioning", aliases=Aliases.FURTHER)
def test_every_further_documented_path_deletes(subject: Subject) -> Findings:
    """Every further path template of the page must reach the deletion as well.

    Sent: The same DELETE to every further path of the page.

    Fix: Map each documented path to the same handler.
    """
    yield from _documented(subject)


def _success(subject: Subject, usual: int) -> Findings:
    """Whether the documented request is answered with the documented status, or with the usual one if none is."""
    wanted = subject.operation.success or usual
    exchange = subject.ask()
    if exchange.status in {401, 403, 404, 405, 410, 429, 501} or exchange.response is None:
        raise Inconclusive(f"the documented request was answered {exchange.answer}", exchange)
    if exchange.status != wanted and not subject.operation.succeeds(exchange.status):
        yield Finding(f"{wanted}", exchange.answer, (exchange,))


@adapted("read.status.success", terms="update.status.success")
def test_a_read_is_answered_with_the_documented_status(read: Reading) -> Findings:
    """A read must be answered with the status that the page documents: `200 OK`.

    Sent: A GET of an existing object.

    Fix: Answer 200 with the object.
    """
    yield from _success(read, 200)


@adapted("list.status.success", terms="update.status.success")
def test_a_list_is_answered_with_the_documented_status(listing: Listing) -> Findings:
    """A list request must be answered with the status that the page documents: `200 OK`, also where the list is empty.

    Sent: A GET of the collection.

    Fix: Answer 200 with an array, an empty one where there is nothing.
    """
    yield from _success(listing, 200)


@adapted("delete.status.success", terms="update.status.success")
def test_a_deletion_is_answered_with_the_documented_status(delete: Delete) -> Findings:
    """A deletion must be answered with the status that the page documents: mostly `204 No Content`.

    Sent: A DELETE of an object that was just made.

    Fix: Answer with the documented status; frameworks often default to 200.
    """
    yield from _success(delete, 204)


def _refused_methods(subject: Subject, path: str) -> Findings:
    """A 405 without Allow, to methods that nobody has."""
    for method in ("TRACE", "FROB"):
        exchange = subject.send(method, path)
        if method == "FROB" and exchange.status in {200, 204, 500, 502}:
            what = f"{exchange.answer} to an unknown method"
            yield Finding("501 or 405", what, (exchange,), Severity.WARN)
    seen = [exchange for exchange in subject.traffic() if exchange.status == 405]
    if not seen:
        raise NotApplicable("no response of this run is a 405")
    for exchange in seen:
        if exchange.response and exchange.response.header("Allow") is None:
            grade = Severity.WARN if exchange.request.method == "TRACE" else Severity.FAIL
            what = f"405 to {exchange.request.method} without Allow"
            yield Finding("405 with Allow", what, (exchange,), grade)


VARY_405 = (
    "an empty Allow; methods that are implemented; 400, 403, 404, 501 instead of 405; TRACE without it is a warning"
)


@adapted("read.method.405allow", terms="update.method.405allow", vary=VARY_405, phase=Phase.NEGATIVE)
def test_every_405_at_the_object_says_what_is_allowed(read: Reading) -> Findings:
    """Every 405 at the object's path must carry an Allow header.

    Sent: TRACE and an unknown method to the object.

    Fix: Set Allow wherever 405 is made, best in one place: most routers know the methods of a path.
    """
    yield from _refused_methods(read, read.address())


@adapted("list.method.405allow", terms="update.method.405allow", vary=VARY_405, phase=Phase.NEGATIVE)
def test_every_405_at_the_collection_says_what_is_allowed(listing: Listing) -> Findings:
    """Every 405 at the path of the list must carry an Allow header.

    Sent: TRACE and an unknown method to the collection.

    Fix: Set Allow wherever 405 is made, best in one place: most routers know the methods of a path.
    """
    yield from _refused_methods(listing, listing.address())


@adapted("create.method.405allow", terms="update.method.405allow", vary=VARY_405, phase=Phase.NEGATIVE)
def test_every_405_where_objects_are_created_says_what_is_allowed(create: Create) -> Findings:
    """Every 405 at the path where objects are created must carry an Allow header.

    Sent: TRACE and an unknown method to the collection.

    Fix: Set Allow wherever 405 is made, best in one place: most routers know the methods of a path.
    """
    yield from _refused_methods(create, create.address())


@adapted("delete.method.405allow", terms="update.method.405allow", vary=VARY_405, phase=Phase.NEGATIVE)
def test_every_405_where_objects_are_deleted_says_what_is_allowed(delete: Delete) -> Findings:
    """Every 405 at the path where an object is deleted must carry an Allow header.

    Sent: TRACE and an unknown method to an object that was made for it.

    Fix: Set Allow wherever 405 is made, best in one place: most routers know the methods of a path.
    """
    yield from _refused_methods(delete, delete.path(delete.victim()))


def _allowed(subject: Subject, path: str) -> Findings:
    """An Allow list without the documented method."""
    options = subject.client.send("OPTIONS", path, operation=subject.operation.id, requirement=subject.requirement)
    allow = options.response.header("Allow") if options.response else None
    if allow is None:
        raise NotApplicable("the target sends no Allow header for this URL")
    method = subject.operation.method
    if method not in {word.strip().upper() for word in allow.split(",")} and options.ok:
        yield Finding(f"Allow with {method}", f"Allow: {allow}", (options,))


VARY_ALLOW = "OPTIONS not supported, for CORS only, or refused"


@adapted("read.method.allow", terms="update.method.allow", vary=VARY_ALLOW, phase=Phase.NEGATIVE)
def test_allow_names_the_read(read: Reading) -> Findings:
    """An Allow header at the object's path should name GET.

    Sent: OPTIONS to the object.

    Fix: Derive Allow from the routes that really exist for the path, so that GET is among them.
    """
    yield from _allowed(read, read.address())


@adapted("list.method.allow", terms="update.method.allow", vary=VARY_ALLOW, phase=Phase.NEGATIVE)
def test_allow_names_the_list(listing: Listing) -> Findings:
    """An Allow header at the path of the list should name GET.

    Sent: OPTIONS to the collection.

    Fix: Derive Allow from the routes that really exist for the path, so that GET is among them.
    """
    yield from _allowed(listing, listing.address())


@adapted("create.method.allow", terms="update.method.allow", vary=VARY_ALLOW, phase=Phase.NEGATIVE)
def test_allow_names_the_creation(create: Create) -> Findings:
    """An Allow header at the path where objects are created should name POST.

    Sent: OPTIONS to the collection.

    Fix: Derive Allow from the routes that really exist for the path, so that POST is among them.
    """
    yield from _allowed(create, create.address())


@adapted("delete.method.allow", terms="update.method.allow", vary=VARY_ALLOW, phase=Phase.NEGATIVE)
def test_allow_names_the_deletion(delete: Delete) -> Findings:
    """An Allow header at the path where an object is deleted should name DELETE.

    Sent: OPTIONS to an object that was made for it.

    Fix: Derive Allow from the routes that really exist for the path, so that DELETE is among them.
    """
    yield from _allowed(delete, delete.path(delete.victim()))
