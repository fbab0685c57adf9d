"""The other objects of a collection: none changes, shows or goes in place of the one that is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from graph_contracts.contract import TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonMapping
from graph_contracts.operations.attempts import holds
from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.equality import short
from graph_contracts.operations.sample_values import roomy
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import (
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    requirement,
)


@requirement(
    "create.isolation.others",
    Level.MUST,
    basis="page⇒",
    source="Page, title (“Create”: a new object, and no change to another)",
    vary="other writers on a shared target; 409 where a value must be unique",
)
def test_a_creation_writes_into_no_object_that_was_there(create: CreateDriver) -> Findings:
    """A creation must not write into an object that was there before, even if they have a value in common.

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
        after, seen = create.observe.documented(entity)
        for difference in create.model.changes(before, after)[:1]:
            what = f"it changed after a creation with the same {name}: {difference}"
            yield Finding(f"object {short(entity)} unchanged", what, (exchange, again, seen))
            return
        yield from _written(create, states, body, again)


def _written(create: CreateDriver, before: JsonMapping, body: JsonMapping, sent: Exchange) -> Iterator[Finding]:
    """What was sent to make an object and now stands on another that was there before."""
    states = create.watch.objects.states()
    looks = create.seen_after(sent)
    for entity, state in states.items():
        if entity not in before or entity in create.objects.created:
            continue
        for name in create.bodies.markers:
            value = body.get(name)
            written = isinstance(value, str) and state.get(name) == value and before[entity].get(name) != value
            if written:
                what = f"{name} = {short(value)}, which was sent to create another"
                yield Finding(f"object {short(entity)} unchanged", what, (sent, *looks))
                return


@requirement(
    "create.isolation.nested",
    Level.MUST,
    basis="page⇒",
    source="Page, title (“Create”: a new object with values of its own)",
    vary="other writers on a shared target",
)
def test_new_objects_share_no_nested_values(create: CreateDriver) -> Findings:
    """Objects created alike, or without nested values, must not share nested values.

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
        ids = [create.shape.key_of(each.object) for each in pair]
        for name in nested:
            if not all(ids) or ids[0] == ids[1]:
                break
            before = create.observe.state(ids[0])
            value = update.values.fresh(update.model.type.properties[name].type)
            exchange = update.patch({name: value}, entity=ids[1])
            tried += exchange.ok
            after, seen = create.observe.documented(ids[0])
            if exchange.ok and holds(after.get(name), value) and not holds(before.get(name), value):
                what = f"{name} = {short(after.get(name))} after an update of {short(ids[1])}"
                yield Finding(f"object {short(ids[0])} unchanged", what, (*pair, exchange, seen))
                return
    if not tried:
        raise Inconclusive("no nested value could be changed by itself")


def _nested(update: UpdateDriver, name: str) -> bool:
    declared = update.model.type.properties.get(name)
    return (
        declared is not None and declared.type.kind in {TypeKind.COMPLEX, TypeKind.COLLECTION} and roomy(declared.type)
    )
