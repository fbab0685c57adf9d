"""Merging: an update changes what it names and nothing else, all of it or nothing."""

from __future__ import annotations

from contextlib import suppress

from graph_contracts.cases.values import finding_of, shown_after
from graph_contracts.contract import Type, TypeKind
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import JsonObject
from graph_contracts.operations.equality import short
from graph_contracts.operations.sample_values import settable
from graph_contracts.operations.settable_locations import open_locations, settable_locations
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, NotApplicable, Severity, requirement


@requirement(
    "update.merge.siblings",
    Level.MUST,
    basis="rfc-def",
    source="RFC 5789 §2 with RFC 9110 §2.4; OData 4.01 §11.4.3",
    vary="properties that the server itself maintains; date-times that move to now are a warning",
)
def test_properties_not_named_in_the_body_keep_their_values(update: UpdateDriver) -> Findings:
    """Top-level properties that an update doesn't name must keep their values.

    Sent: A body with one property, two with every second one, and an empty one; every other property is read
    afterwards.

    Fix: Load the object, set what the body names, save. Replacing it by the body, or by a type with defaults, wipes
    the rest.
    """
    update.bodies.needs_partial()
    for name, evidence in update.moving.items():
        what = f"{name} has a new value after each update, which nobody sent: taken as maintained by the server"
        yield Finding(f"{name} unchanged", what, evidence, Severity.NOTE)
    second = list(update.bodies.full(2).items())
    for body in (update.bodies.marker(), dict(second[::2]), dict(second[1::2]), {}):
        before = update.observe.establish(1)
        exchange = update.patch(body)
        if not exchange.ok:
            continue
        expected = update.model.merge(before, body)
        left, found, seen = update.observe.wait_until(expected)
        moved = update.model.moved_to_now(found, body)
        for difference in left:
            name = difference.top
            if name in moved:
                update.computed.add(name)
                what = f"{name} moved to now without being sent: taken as maintained by the server"
                yield Finding(f"{name} unchanged", what, (exchange, seen), Severity.WARN)
            elif name not in body:
                yield finding_of(difference, exchange, seen)


@requirement(
    "update.merge.nested",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="OData 4.01 §11.4.3, §11.4.9.3; RFC 7396 §1",
    vary="a complex value replaced as a whole: widespread, a warning",
)
def test_a_partial_complex_value_is_merged(update: UpdateDriver) -> Findings:
    """A partial complex value should be merged: members that it doesn't name stay. Where the value was null, the
    update creates it.

    Sent: One sub-property of a complex value whose others are set; the same after the value was null; members of an
    open value.

    Fix: Merge complex values member by member, recursively, as for the root.
    """
    update.bodies.needs_partial()
    found = [
        (name, declared.type)
        for name in update.bodies.accepted.names
        if (declared := update.model.type.properties[name]).type.kind is TypeKind.COMPLEX
        and name not in update.computed
    ]
    tried = 0
    for name, type_ in found:
        leaves = [m for m in type_.properties.values() if m.type.kind is not TypeKind.COMPLEX and not m.read_only]
        if len(leaves) < 2:
            continue
        tried += 1
        first = update.values.make(type_, name, 1)
        update.change({name: first})
        changed = leaves[-1].name
        body = {name: {changed: update.values.make(leaves[-1].type, changed, 2)}}
        exchange = update.patch(body)
        if not exchange.ok:
            yield from _refused(update, name, first, body, exchange)
            continue
        expected = update.model.merge({name: first}, body)
        yield from _holds(update, expected, body, exchange)
        break
    yield from _bag(update)
    for name, type_ in found:
        leaf = next((m for m in type_.properties.values() if m.type.kind is TypeKind.STRING and not m.read_only), None)
        if leaf is None:
            continue
        cleared = update.patch({name: None})
        if not cleared.ok:
            break
        tried += 1
        body = {name: {leaf.name: update.values.make(leaf.type, leaf.name, 2)}}
        exchange = update.patch(body)
        if not exchange.ok:
            whole = update.values.make(type_, name, 1)
            yield from _refused(update, name, whole, body, exchange, f" after {name} was null")
            break
        yield from _holds(update, body, body, exchange)
        break
    if not tried:
        raise NotApplicable("the document declares no complex property with two plain members")


def _refused(
    update: UpdateDriver, name: str, whole: JsonObject, part: JsonObject, exchange: Exchange, when: str = ""
) -> Findings:
    """A part of a value was refused: for its being a part, where the whole is accepted with the same member."""
    same = update.patch({name: {**whole, **part[name]}})
    if same.ok or not exchange.refused:
        yield Finding("2xx with the rest kept", f"{exchange.answer} to a part of {name}{when}", (same, exchange))


def _bag(operation: WriteDriver) -> Findings:
    """An open value keeps the members that an update doesn't name."""
    for location in open_locations(operation)[:1]:
        one, two = location.body({"suiteOne": "1"}), location.body({"suiteTwo": "2"})
        first = operation.patch(one)
        shown = location.value(shown_after(operation, first)[0])
        second = operation.patch(two)
        if not (first.ok and second.ok) or not isinstance(shown, dict) or shown.get("suiteOne") != "1":
            return  # judged by update.merge.open
        both = location.body({"suiteOne": "1", "suiteTwo": "2"})
        yield from _holds(operation, both, two, second)


def _holds(operation: WriteDriver, expected: JsonObject, body: JsonObject, exchange: Exchange) -> Findings:
    """The merged value stands on the object, and in the answer where that shows what was sent."""
    try:
        left, seen = operation.observe.settle(expected)
    except Inconclusive:
        if exchange.object is None:
            raise
        left, seen = operation.model.compare(expected, exchange.object), exchange
    if not left and exchange.object is not None and not operation.model.compare(body, exchange.object):
        left, seen = operation.model.compare(expected, exchange.object), exchange
    for difference in left:
        yield finding_of(difference, exchange, seen)


@requirement(
    "update.merge.collection",
    Level.MUST,
    basis="page⇒",
    source="Page, Request body (collection); OData 4.01 §11.4.3 (collections are replaced)",
    vary="order; members that the server adds to items; [] shown as null, or refused, is a warning",
)
def test_a_collection_in_the_body_becomes_the_collection(update: UpdateDriver) -> Findings:
    """A collection in the body must replace the stored one: exactly the items sent, neither appended nor merged.

    Sent: Two items, then one, then three, then none.

    Fix: Replace the collection by what was sent: neither append nor match items by position or key.
    """
    update.bodies.needs_partial()
    names = [
        location.path[0] for location in settable_locations(update, TypeKind.COLLECTION) if len(location.path) == 1
    ]
    if not names:
        raise NotApplicable("the document declares no collection")
    for name in names:
        item = update.model.type.properties[name].type.item or Type(TypeKind.STRING)
        items = [update.values.make(item, name, 20 + n) for n in range(6)]
        for sent in (items[:2], items[2:3], items[3:6], []):
            exchange = update.patch({name: sent})
            if not exchange.ok:
                if not sent:
                    yield Finding(f"2xx: {name} empty", f"{exchange.answer} to []", (exchange,), Severity.WARN)
                    continue
                raise Inconclusive(f"{name} with {len(sent)} items was answered {exchange.answer}", exchange)
            if exchange.object is not None:
                for difference in update.model.compare({name: sent}, exchange.object):
                    yield finding_of(difference, exchange)
            try:
                left, seen = update.observe.settle({name: sent})
            except Inconclusive:
                continue
            for difference in left:
                yield finding_of(difference, exchange, seen)
        yield from _leftovers(update, name, item)
        yield from _namesakes(update, name, item)


def _namesakes(operation: WriteDriver, name: str, item: Type) -> Findings:
    """Items that share one member but differ in the rest are different items: none is taken for another."""
    one = operation.values.make(item, name, 40)
    if not isinstance(one, dict) or len(one) < 2:
        return
    sent = [one, *({**operation.values.make(item, name, 41 + n), key: one[key]} for n, key in enumerate(one))]
    found, evidence = shown_after(operation, operation.patch({name: sent}))
    shown = (found or {}).get(name)
    if isinstance(shown, list) and len(shown) < len(sent):
        yield Finding(f"{name} with all {len(sent)} different items", f"{name} with {len(shown)}", evidence, place=name)


def _leftovers(operation: WriteDriver, name: str, item: Type) -> Findings:
    """An item that names fewer members than the one it replaces takes nothing over from it."""
    members = [m for m in settable(item) if m.type.kind is TypeKind.STRING and not m.type.members]
    if len(members) < 2:
        return
    before = operation.values.make(item, name, 30)
    gone = members[0].name if not members[0].type.placeholder else members[1].name
    after = {key: value for key, value in operation.values.make(item, name, 31).items() if key != gone}
    if not operation.patch({name: [before]}).ok:
        return
    exchange = operation.patch({name: [after]})
    if not exchange.ok:
        return
    with suppress(Inconclusive):
        _, found, _ = operation.observe.wait_until({name: [after]})
        for entity in (exchange.object or {}, found):
            shown = entity.get(name)
            first = shown[0] if isinstance(shown, list) and shown else None
            if isinstance(first, dict) and first.get(gone) == before[gone]:
                old = f"{name}[0].{gone} = {short(before[gone])}, as in the item before"
                yield Finding(f"{name} with just the item sent", old, (exchange,), place=name)
                return
