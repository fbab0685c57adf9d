"""The other objects of a collection: none changes, shows or goes in place of the one that is asked for."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from graph_contracts.cases.other_objects import lettered
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.equality import short
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    requirement,
)

RETURNS = 1.5
"""Seconds after which a deleted object that something writes back is back."""


MOST_DELETED = 20
"""Deletions of the run that are checked."""


@requirement(
    "delete.persist.stays",
    Level.MUST,
    basis="page⇒",
    source="Page, title (“Delete”); RFC 9110 §9.3.5",
    vary="objects that others make under the same id",
    phase=Phase.CONCURRENT,
)
def test_what_is_deleted_stays_deleted(delete: DeleteDriver) -> Findings:
    """An object that was gone after its deletion must not come back.

    Sent: A GET of each object that the run has deleted, a second and a half after the first deletion or later.

    Fix: Delete the row, and not its entry in a cache that is written back; stop jobs that hold a copy.
    """
    deleted = [each for each in delete.traffic() if each.request.method == "DELETE" and each.ok and each.entity]
    if not deleted:
        entity = delete.victim()
        deleted = [delete.remove(entity)]
    wait = RETURNS - (time.time() - deleted[0].started)
    if wait > 0:
        time.sleep(min(wait, max(delete.client.left, 0)))
    seen = 0
    for exchange in deleted[:MOST_DELETED]:
        if not exchange.ok or exchange.entity in delete.maker.objects.created:
            continue
        shown = delete.send("GET", _below(delete, exchange))
        seen += 1
        if shown.ok and delete.shape.is_of(shown.object or {}, exchange.entity):
            again = delete.send("GET", _below(delete, exchange))
            if again.ok:
                what = f"{shown.answer}: it is there again"
                evidence = (exchange, shown, again)
                yield Finding(f"object {short(exchange.entity)} gone", what, evidence, pause=RETURNS)
                return
    if not seen:
        raise Inconclusive("no deletion was answered 2xx, so nothing could come back")


def _below(delete: DeleteDriver, exchange: Exchange) -> str:
    """The path of a request below the target's base."""
    return urlsplit(exchange.request.url).path.removeprefix(urlsplit(delete.client.base).path)


@requirement(
    "delete.route.idcase",
    Level.SHOULD,
    basis="graph",
    source="Graph, traverse the graph (ids are case-sensitive); RFC 3986 §6.2.2.1",
    vary="GUIDs and hexadecimal ids, whose letter case doesn't count",
    phase=Phase.NEGATIVE,
)
def test_an_id_in_other_letters_deletes_no_object(delete: DeleteDriver) -> Findings:
    """A deletion under the id in another letter case should not delete the object: it is another id.

    Sent: A DELETE of the id of an object that was made, with capitals for small letters and the other way round, where
    ids are no GUIDs and nothing is shown under that one that isn't this object.

    Fix: Compare ids octet by octet: give the key column a binary collation.
    """
    entity = delete.victim()
    other = entity.swapcase()
    if not lettered(entity):
        raise NotApplicable("ids are GUIDs or numbers: their letter case doesn't count")
    shown = delete.send("GET", delete.path(other))
    if shown.ok and delete.shape.key_of(shown.object) != entity:
        raise Inconclusive("an object is shown under the other spelling that isn't the run's", shown)
    exchange = delete.send("DELETE", delete.path(other))
    delete.client.lane.writes += 1
    if not delete.there(entity):
        grade = Severity.WARN
        evidence = (exchange, *delete.seen_after(exchange))
        yield Finding(f"object {short(entity)} unchanged", f"{exchange.answer}, and it is gone", evidence, grade)
