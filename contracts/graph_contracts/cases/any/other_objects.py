"""The other objects: creations leave them alone, deletions last, and ids are taken as they are spelled."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from graph_contracts.contract import TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.operations.attempts import holds
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.delete import DeleteDriver
from graph_contracts.operations.equality import GUID, same_json, short
from graph_contracts.operations.observer import identity, same_id
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.read import ReadDriver
from graph_contracts.operations.sample_values import roomy
from graph_contracts.operations.update import UpdateDriver
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
"""Deletions of the run that are looked at."""
HEX = re.compile(r"[0-9a-fA-F]{16,}")


@requirement(
    "create.isolation.others",
    Level.MUST,
    basis="page⇒",
    source="Page, title (“CreateDriver”: a new object, and no change to another)",
    vary="other writers on a shared target; 409 where a value must be unique",
)
def test_a_creation_writes_into_no_object_that_was_there(create: CreateDriver) -> Findings:
    """A creation must write into no object that was there before, also where it has a value in common with one.

    Sent: A creation, then others that repeat one value of it, property by property; the collection and the object are
    read before and after.

    Fix: Insert, and answer 409 where a value must be unique: an upsert by name overwrites somebody's object.
    """
    first = create.bodies.full(1)
    exchange = create.change(first)
    entity = create.key
    for name in create.bodies.markers[:2]:
        before, states = create.observe.state(entity), create.watch.objects.states()
        body = {**create.bodies.full(2), name: first[name]} if name in first else create.bodies.full(2)
        again = create.patch(body)
        if not again.ok:
            continue
        after = create.observe.state(entity)
        for difference in create.model.changes(before, after)[:1]:
            what = f"it changed after a creation with the same {name}: {difference}"
            yield Finding(f"object {short(entity)} as it was", what, (exchange, again))
            return
        yield from _written(create, states, body, again)


def _written(
    create: CreateDriver, before: Mapping[str, Any], body: Mapping[str, Any], sent: Exchange
) -> Iterator[Finding]:
    """What was sent to make an object and now stands on another that was there before."""
    for entity, state in create.watch.objects.states().items():
        if entity not in before or entity in create.objects.created:
            continue
        for name in create.bodies.markers:
            value = body.get(name)
            written = isinstance(value, str) and state.get(name) == value and before[entity].get(name) != value
            if written:
                what = f"{name} = {short(value)}, which was sent to create another"
                yield Finding(f"object {short(entity)} as it was", what, (sent,))
                return


@requirement(
    "create.isolation.nested",
    Level.MUST,
    basis="page⇒",
    source="Page, title (“CreateDriver”: a new object with values of its own)",
    vary="other writers on a shared target",
)
def test_new_objects_share_no_nested_values(create: CreateDriver) -> Findings:
    """Objects that were created alike, or without nested values, must share none of them.

    Sent: Two creations with the same body, and two without nested values; then an update of a nested value of the
    second of each, after which the first is read.

    Fix: Copy default values and templates for each object; don't hand out the same dictionary twice.
    """
    update = create.sibling(UpdateDriver)
    if not isinstance(update, UpdateDriver):
        raise NotApplicable("the document has no update to change a nested value by")
    nested = [name for name in update.bodies.writable if _nested(update, name)]
    if not nested:
        raise NotApplicable("the document declares no nested value that could be shared")
    whole = create.bodies.full(1)
    tried = 0
    for body in (whole, {name: value for name, value in whole.items() if not _nested(update, name)}):
        pair = [create.patch(body), create.patch(body)]
        if not all(each.ok for each in pair):
            continue
        ids = [identity((each.object or {}).get("id")) for each in pair]
        for name in nested:
            if not all(ids) or ids[0] == ids[1]:
                break
            before = create.observe.state(ids[0])
            value = update.values.fresh(update.model.type.properties[name].type)
            exchange = update.patch({name: value}, entity=ids[1])
            tried += exchange.ok
            after = create.observe.state(ids[0])
            if exchange.ok and holds(after.get(name), value) and not holds(before.get(name), value):
                what = f"{name} = {short(after.get(name))} after an update of {short(ids[1])}"
                yield Finding(f"object {short(ids[0])} as it was", what, (*pair, exchange))
                return
    if not tried:
        raise Inconclusive("no nested value could be changed by itself")


def _nested(update: UpdateDriver, name: str) -> bool:
    declared = update.model.type.properties.get(name)
    return (
        declared is not None and declared.type.kind in {TypeKind.COMPLEX, TypeKind.COLLECTION} and roomy(declared.type)
    )


@requirement(
    "delete.persist.stays",
    Level.MUST,
    basis="page⇒",
    source="Page, title (“DeleteDriver”); RFC 9110 §9.3.5",
    vary="objects that others make under the same id",
    phase=Phase.CONCURRENT,
)
def test_what_is_deleted_stays_deleted(delete: DeleteDriver) -> Findings:
    """An object that was gone after its deletion must not come back.

    Sent: A GET of each object that the run has deleted, a second and a half after the first deletion or later.

    Fix: DeleteDriver the row, and not its entry in a cache that is written back; stop jobs that hold a copy.
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
        if shown.ok and same_id((shown.object or {}).get("id"), exchange.entity):
            again = delete.send("GET", _below(delete, exchange))
            if again.ok:
                what = f"{shown.answer}: it is there again"
                yield Finding(f"object {short(exchange.entity)} gone", what, (exchange, shown, again))
                return
    if not seen:
        raise Inconclusive("no deletion was answered 2xx, so nothing could come back")


def _below(delete: DeleteDriver, exchange: Exchange) -> str:
    """The path of a request below the target's base."""
    return urlsplit(exchange.request.url).path.removeprefix(urlsplit(delete.client.base).path)


def lettered(entity: str) -> bool:
    """Whether the letter case of an id tells something: GUIDs and hexadecimal numbers are the same in both."""
    return bool(re.search("[A-Za-z]", entity)) and not GUID.fullmatch(entity) and not HEX.fullmatch(entity)


def _lettered(subject: OperationUnderTest, maker: CreateDriver | None) -> str:
    """The id of an object whose letters count.

    Raises:
        NotApplicable: ids have no letters that do.
    """
    known = [each for each in (subject.key,) if each and lettered(each)]
    if known:
        return known[0]
    entity = maker.make() if maker is not None and maker.able else ""
    if not lettered(entity):
        raise NotApplicable("ids are GUIDs or numbers: their letter case doesn't count")
    return entity


@requirement(
    "read.route.idcase",
    Level.SHOULD,
    basis="graph",
    source="Graph, traverse the graph (ids are case-sensitive); RFC 3986 §6.2.2.1",
    vary="GUIDs and hexadecimal ids, whose letter case doesn't count",
    phase=Phase.NEGATIVE,
    keyed=True,
)
def test_an_id_in_other_letters_shows_no_object(read: ReadDriver) -> Findings:
    """An id with its letters in the other case is another id, and should not show the object.

    Sent: A GET of an id with capitals for small letters and the other way round, where ids are no GUIDs.

    Fix: Compare ids octet by octet: give the key column a binary collation.
    """
    maker = read.sibling(CreateDriver)
    entity = _lettered(read, maker if isinstance(maker, CreateDriver) else None)
    shown, control = read.shown(entity)
    other = read.get(entity.swapcase())
    found = other.object or {}
    if other.ok and (identity(found.get("id")) == entity or ("id" not in found and same_json(found, shown))):
        what = f"{other.answer} with object {short(entity)}"
        yield Finding(f"404 for {short(entity.swapcase())}", what, (control, other))


@requirement(
    "delete.route.idcase",
    Level.SHOULD,
    basis="graph",
    source="Graph, traverse the graph (ids are case-sensitive); RFC 3986 §6.2.2.1",
    vary="GUIDs and hexadecimal ids, whose letter case doesn't count",
    phase=Phase.NEGATIVE,
)
def test_an_id_in_other_letters_deletes_no_object(delete: DeleteDriver) -> Findings:
    """An id with its letters in the other case is another id, and a deletion under it should not delete the object.

    Sent: A DELETE of the id of an object that was made, with capitals for small letters and the other way round, where
    ids are no GUIDs and nothing is shown under that one that isn't this object.

    Fix: Compare ids octet by octet: give the key column a binary collation.
    """
    entity = delete.victim()
    other = entity.swapcase()
    if not lettered(entity):
        raise NotApplicable("ids are GUIDs or numbers: their letter case doesn't count")
    shown = delete.send("GET", delete.path(other))
    if shown.ok and identity((shown.object or {}).get("id")) != entity:
        raise Inconclusive("an object is shown under the other spelling that isn't the run's", shown)
    exchange = delete.send("DELETE", delete.path(other))
    delete.client.writes += 1
    if not delete.there(entity):
        grade = Severity.WARN
        yield Finding(f"object {short(entity)} as it was", f"{exchange.answer}, and it is gone", (exchange,), grade)
