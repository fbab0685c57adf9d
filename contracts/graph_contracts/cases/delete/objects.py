"""Deletions: what is deleted is gone, and nothing else is. Only objects that were made for it are ever deleted."""

from __future__ import annotations

from graph_contracts.cases.update.conditional import BOGUS, TRIES, refused_tag
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.monitors import ACCEPTED
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.other_objects import selects_others
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.validators import Validators, validators
from graph_contracts.requirements import Finding, Findings, Inconclusive, NotApplicable, Phase, Severity, adapted

AGAIN = frozenset({200, 202, 204, 404, 410})


@adapted(
    "delete.persist.read", terms="update.persist.read", vary="404 or 410; reads that lag behind by at most --settle"
)
def test_what_is_deleted_is_gone(delete: DeleteDriver) -> Findings:
    """An object whose deletion was answered 2xx must be gone: no read must show it and no list contain it.

    Sent: A DELETE of an object that was just made; then a GET of it and of the collection, for as long as `--settle`
    allows.

    Fix: Commit before answering, invalidate caches, and filter what is only marked as deleted.
    """
    entity = delete.victim()
    before = delete.read_object(entity)
    if before is None:
        raise Inconclusive("the object that was made is not shown, so nothing tells whether it is gone")
    exchange = delete.remove(entity)
    if not exchange.ok:
        raise Inconclusive(f"the deletion was answered {exchange.answer}", exchange)
    if not delete.gone(entity):
        if exchange.status == ACCEPTED:
            raise Inconclusive("the deletion was only begun (202), and is not done within --settle", exchange)
        left = delete.read_object(entity) or {}
        seen = delete.seen_after(exchange)
        marked = delete.wait_until_unlisted(entity) is None and bool(
            delete.maker.model.changes(before, left) or set(left) - set(before)
        )
        what = f"{exchange.answer}, and it is still shown{', though in no list' if marked else ''}"
        grade = Severity.WARN if marked else Severity.FAIL
        yield Finding(f"object {short(entity)} gone", what, (exchange, *seen), grade)
        return
    if listed := delete.wait_until_unlisted(entity):
        what = f"{exchange.answer}, and it is still listed"
        yield Finding(f"object {short(entity)} gone", what, (exchange, listed))


@adapted("delete.isolation.objects", terms="update.isolation.objects", vary="other writers on a shared target")
def test_nothing_else_is_deleted(delete: DeleteDriver) -> Findings:
    """A deletion must delete and change no other object.

    Sent: A DELETE of one of two objects that were just made; the other is read before and after.

    Fix: Restrict the deletion by the whole key; look for cascades and prefix matches.
    """
    other, entity = delete.victim(1), delete.victim(2)
    before = delete.read_object(other)
    exchange = delete.remove(entity)
    if not exchange.ok:
        raise Inconclusive(f"the deletion was answered {exchange.answer}", exchange)
    after = delete.read_object(other)
    seen = delete.seen_after(exchange)
    if before is not None and after is None:
        yield Finding(f"object {short(other)} unchanged", "it is gone too", (exchange, *seen))
    elif before is not None and after is not None:
        for difference in delete.maker.model.changes(before, after):
            yield Finding(f"object {short(other)} unchanged", f"it changed: {difference}", (exchange, *seen))
            return


@adapted("delete.idempotent", terms="update.idempotent", vary="404 or 410 the second time; 204 again")
def test_deleting_twice_does_no_harm(delete: DeleteDriver) -> Findings:
    """A second deletion of an object should be answered 404 or with success again, never with a server error.

    Sent: The same DELETE twice.

    Fix: Answer 404 where the lookup finds nothing.
    """
    entity = delete.victim()
    first = delete.remove(entity)
    if not first.ok:
        raise Inconclusive(f"the deletion was answered {first.answer}", first)
    again = delete.remove(entity)
    if again.status not in AGAIN:
        yield Finding("404 or 204", f"{again.answer} the second time", (first, again))


@adapted(
    "delete.route.unknownid.status",
    terms="update.route.unknownid.status",
    vary="204 as for one that is gone; any other 4xx",
    phase=Phase.NEGATIVE,
)
def test_an_unknown_id_is_not_deleted(delete: DeleteDriver) -> Findings:
    """A deletion of a well-formed id that doesn't exist should be answered 404.

    Sent: A DELETE of a random GUID that no object has.

    Fix: Answer 404 where the lookup finds nothing, with an error body.
    """
    delete.demand()
    exchange = delete.remove(delete.unknown_id())
    if not exchange.refused and not delete.documented.succeeds(exchange.status):
        yield Finding("404", f"{exchange.answer} for an id that doesn't exist", (exchange,))


@adapted(
    "delete.route.malformedid",
    terms="update.route.malformedid",
    vary="400, 403, 404, 414, 431; 204; the connection closed",
    phase=Phase.NEGATIVE,
)
def test_ids_that_cannot_exist_are_refused_by_deletions(delete: DeleteDriver) -> Findings:
    """A deletion of an id that can't exist should be rejected as an error of the client (4xx).

    Sent: A DELETE of `not-an-id`, a quote and 4,096 characters.

    Fix: Parse the id before it reaches the database, and turn a parse error into 400 or 404.
    """
    delete.demand()
    segments = {"not-an-id": "not-an-id", "a quote": "%27", "4,096 characters": "a" * 4096}
    for note, segment in segments.items():
        exchange = delete.send("DELETE", delete.path_with_key(segment))
        long = len(segment) > 1000 and exchange.response is None
        if not exchange.refused and not delete.documented.succeeds(exchange.status) and not long:
            yield Finding("4xx", f"{exchange.answer} for {note} as id", (exchange,))


@adapted(
    "delete.route.exactid",
    terms="update.route.exactid",
    vary="any 4xx; letter case and braces of GUIDs",
    phase=Phase.NEGATIVE,
)
def test_only_the_whole_key_deletes_the_object(delete: DeleteDriver) -> Findings:
    """A deletion must not reach the object by a part of its key, or by its key with more at the end.

    Sent: A DELETE of the id with a character more, one less, and half of it, unless other ids have that part as well;
    an object that was made is read after each. Where several properties make the key, of keys with another value of
    one, too.

    Fix: Compare the whole key for equality: no LIKE, no prefix search.
    """
    entity = delete.victim()
    # a wildcard is not sent: a server that takes it for one would delete what isn't ours
    parts = {f"{entity}0": "the id and a digit", entity[:-1]: "the id without its last character"}
    parts |= {part[:-1]: "not half of the id" for part in delete.half_of_the_key(entity)}
    parts |= delete.nearly_the_key(entity)
    shared = selects_others(delete, entity, {part: part for part in parts})
    for part, note in parts.items():
        if part in shared:
            continue  # a server that takes a part for the whole would delete what isn't ours
        # an id that is shown, or of which that isn't known, is somebody's
        somebodys = delete.observer.item(part)[1].status not in GONE
        if len(part) < 8 or part in delete.known or somebodys or not delete.there(entity):
            continue
        exchange = delete.send("DELETE", delete.path_with_key(delete.shape.encoded(part)))
        delete.client.lane.writes += 1
        if not delete.there(entity):
            yield Finding(
                "the object unchanged",
                f"{exchange.answer}, and {note} deleted it",
                (exchange, *delete.seen_after(exchange)),
            )
            return


@adapted("delete.route.nokey", terms="update.route.nokey", vary="400, 404, 405, 501", phase=Phase.NEGATIVE)
def test_the_collection_path_deletes_nothing(delete: DeleteDriver) -> Findings:
    """A deletion addressed to the collection must delete no object.

    Sent: With `--destructive` alone, a DELETE of the collection; an object that was made is read afterwards.

    Fix: Don't map DELETE on the collection, or answer 405 there.
    """
    if not delete.options.destructive:
        raise Inconclusive("not tested: it could delete objects that the run did not make (--destructive allows it)")
    entity = delete.victim()
    trial = delete.attempt("a DELETE of the collection", path=delete.head)
    if trial.effects or not delete.there(entity):
        yield Finding(
            "no object deleted",
            f"{trial.exchange.answer}, and the objects are gone",
            (trial.exchange, *delete.seen_after(trial.exchange)),
        )
    elif trial.exchange.ok:
        yield Finding("4xx", f"{trial.exchange.answer} without an effect", (trial.exchange,), Severity.WARN)


def _tagged(delete: DeleteDriver) -> tuple[str, Exchange, Validators]:
    """An object that was made, a read of it, and the tags that the read shows.

    Raises:
        NotApplicable: the target sends no validators.
    """
    entity = delete.victim()
    found, exchange = delete.observer.item(entity)
    tags = validators(delete, exchange)
    if found is None or not tags.any:
        raise NotApplicable("the target sends no ETags, neither as a header nor as @odata.etag")
    return entity, exchange, tags


@adapted("delete.cond.stale", terms="update.cond.stale", vary="weak header tags alone", phase=Phase.CONDITIONAL)
def test_a_superseded_tag_stops_the_deletion(delete: DeleteDriver) -> Findings:
    """A deletion with an outdated ETag in If-Match must be rejected (412).

    Sent: A change to an object that was made, then a DELETE under the tag from before it.

    Fix: Compare If-Match with the current tag in the same transaction as the deletion, and answer 412.
    """
    update = delete.sibling(UpdateDriver)
    if update is None:
        raise NotApplicable("the document has no update to change an object by")
    entity, _, before = _tagged(delete)
    update.change(update.bodies.small(), entity=entity)
    trial = delete.attempt("a superseded tag", headers={"If-Match": str(before.any)}, entity=entity)
    exchange = trial.exchange
    if exchange.ok and (trial.effects or not trial.watched):
        grade = Severity.FAIL if before.in_use else Severity.WARN
        yield Finding("412 and nothing deleted", f"{exchange.answer}, and the object is gone", trial.proof, grade)


@adapted(
    "delete.cond.notag", terms="update.cond.notag", vary="204 by servers without validators", phase=Phase.CONDITIONAL
)
def test_a_tag_that_no_object_has_stops_the_deletion(delete: DeleteDriver) -> Findings:
    """A deletion with an ETag in If-Match that the object never had should be rejected (412).

    Sent: A DELETE under a tag that the object never had.

    Fix: Evaluate If-Match wherever tags are given out.
    """
    entity = delete.victim()
    found, shown = delete.observer.item(entity)
    known = found is not None and validators(delete, shown).any is not None
    trial = delete.attempt("a bogus tag", headers={"If-Match": BOGUS}, entity=entity)
    exchange = trial.exchange
    if exchange.ok and (trial.effects or not trial.watched):
        grade = Severity.WARN if known else Severity.NOTE
        yield Finding("412 and nothing deleted", f"{exchange.answer} to If-Match: {BOGUS}", trial.proof, grade)


@adapted(
    "delete.cond.match",
    terms="update.cond.match",
    vary="412 to a weak tag, which RFC 9110 compares strongly and OData doesn't, is a warning",
    phase=Phase.CONDITIONAL,
)
def test_the_current_tag_lets_the_deletion_through(delete: DeleteDriver) -> Findings:
    """A deletion with the current ETag in If-Match must succeed.

    Sent: A DELETE under the current tag of an object that was made.

    Fix: Compare the tag as it was sent out, quotes and `W/` included.
    """
    for _ in range(TRIES):
        entity, seen, now = _tagged(delete)
        exchange = delete.remove(entity, headers={"If-Match": str(now.any)})
        if exchange.ok:
            return
    yield refused_tag(now, seen, exchange)
