"""Values: enumeration members, and null."""

from __future__ import annotations

from graph_contracts.cases.values import finding_of, kept_at_once, shown_after
from graph_contracts.contract import Type, TypeKind
from graph_contracts.operations.attempts import Attempt
from graph_contracts.operations.equality import short
from graph_contracts.operations.settable_locations import settable_locations
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import (
    Convention,
    Finding,
    Findings,
    Inconclusive,
    Level,
    NotApplicable,
    Phase,
    Severity,
    also,
    requirement,
)

CATCH_ALL = {"unknownfuturevalue", "unknown", "other", "none", "undefined", "unspecified", "default"}
"""Members that a server may take for whatever it does not know."""


@requirement(
    "update.value.enum.invalid",
    Level.MUST,
    basis="page⇒",
    source="Page, Response (the object as it was sent); Graph, evolvable enumerations; OData enumValue",
    vary=(
        "a plain String keeps the text; letter case of members; accepted without effect, and stored as a member that "
        "stands for whatever is unknown, is a warning"
    ),
    phase=Phase.NEGATIVE,
)
@also(
    "create.value.enum.invalid",
    "A creation must refuse an undocumented enumeration member or keep it as it is, and must never map it to another "
    "member.",
)
def test_an_unknown_member_is_never_mapped_to_another(operation: WriteDriver) -> Findings:
    """An undocumented enumeration member must be rejected or kept as it is, never turned into another member.

    Sent: Members that the page doesn't list, one of them `unknownFutureValue`.

    Fix: Refuse what you don't know with 400, or keep the text. A default of the first member is a lie.
    """
    locations = [
        location
        for location in settable_locations(operation, TypeKind.STRING)
        if location.type.members or location.type.placeholder
    ]
    if not locations:
        raise NotApplicable("the document declares no enumeration")
    for location in locations[:3]:
        known = operation.values.make(location.type, location.path[-1], 2)
        control = operation.patch(location.body(known))
        if not control.ok:
            continue
        before, _ = shown_after(operation, control)
        kept = before is not None and location.value(before) == known
        for member in ("bogusMember", "unknownFutureValue"):
            exchange = operation.patch(location.body(member))
            found, evidence = shown_after(operation, exchange)
            if found is None:
                continue
            value = location.value(found)
            fine = {member.lower()} | ({known.lower()} if member == "unknownFutureValue" else set())
            if str(value).lower() not in fine:
                what = f"{exchange.answer}, {location.name} = {short(value)}"
                mapped = kept and another_member(str(value), location.type, known)
                grade = Severity.FAIL if mapped else Severity.WARN
                yield Finding(f"4xx, or {location.name} = {short(member)}", what, evidence, grade)


def another_member(shown: str, type_: Type, known: str) -> bool:
    """Whether a text is a documented member that means something else than a known one, and than "unknown"."""
    return shown.lower() in {member.lower() for member in type_.members} - {known.lower(), *CATCH_ALL}


@requirement(
    "update.value.null.nullable",
    Level.SHOULD,
    basis="odata",
    promoted=True,
    source="Page, Request body (types); Graph API guidelines, nullable; OData 4.01 §11.4.9.2",
    of=Convention.DOCUMENT,
    vary="400 where the server declares the property non-nullable; a complex null shown as {}",
)
@also(
    "create.value.null.nullable",
    "A creation with an explicit null for a nullable property should leave it unset.",
    sent="Creations with a value and with null: for a string, a number and a complex value; each object is read back.",
    fix="Keep a null that was sent; put no default in its place.",
)
def test_null_clears_a_nullable_property(operation: WriteDriver) -> Findings:
    """An explicit null should clear a nullable property.

    Sent: A string, a number and a complex value set, then set to null; each is read back.

    Fix: Tell an explicit null from an absent member: parse into a dictionary or a type that knows the difference.
    """
    operation.bodies.needs_partial()
    types = _nullable(operation)
    if operation.client.together.slow and len(types) > 1:
        operation.patch({name: operation.values.make(declared, name, 1) for name, declared in types.items()})
        if kept_at_once(operation, [dict.fromkeys(types)]):
            return
    cleared = refusals = 0
    for name, declared in types.items():
        operation.change({name: operation.values.make(declared, name, 1)})
        exchange = operation.patch({name: None})
        if exchange.refused:
            refusals += 1
            continue
        if not exchange.ok:
            yield Finding("2xx with null, or 400", exchange.answer, (exchange,))
            continue
        cleared += 1
        if exchange.object is not None and operation.model.is_set(name, exchange.object.get(name)):
            yield Finding(f"{name} to be null", f"{name} = {short(exchange.object.get(name))}", (exchange,), place=name)
            continue
        try:
            left, seen = operation.observe.settle({name: None})
        except Inconclusive:
            continue
        for difference in left:
            yield finding_of(difference, exchange, seen)
    if not cleared and refusals:
        raise Inconclusive("the target declares every property tried as non-nullable (400 to null)")


def _nullable(operation: WriteDriver) -> dict[str, Type]:
    """The plain texts, numbers and complex values that may be null, with their types.

    Raises:
        NotApplicable: the document declares none.
    """
    names = [
        location.path[0]
        for kind in (TypeKind.STRING, TypeKind.INT32, TypeKind.COMPLEX)
        for location in settable_locations(operation, kind)
        if len(location.path) == 1 and location.nullable
    ]
    if not names:
        raise NotApplicable("the document declares no nullable property")
    types = {name: operation.model.type.properties[name].type for name in names}
    return {
        name: each
        for name, each in types.items()
        if each.kind is not TypeKind.COMPLEX or any(True for _ in each.leaves())
    }


@requirement(
    "update.value.null.nonnullable",
    Level.SHOULD,
    basis="graph",
    source="Page, Request body (types); Graph API guidelines, nullable; OData JSON 4.01 §7.4",
    of=Convention.DOCUMENT,
    vary="200 with null or ignored; [] for a collection",
    phase=Phase.SPOILING,
)
@also(
    "create.value.null.nonnullable",
    "Null in a creation for a property that can't be null, or for a collection, should be refused or do no harm.",
    vary="201 with null or ignored; [] for a collection",
    fix="Answer 400, or leave the property unset; don't turn null into an empty string or an epoch.",
)
def test_null_where_there_can_be_none_is_refused_or_harmless(operation: WriteDriver) -> Findings:
    """Null for a collection, or for a property that can't be null, should be rejected or do no harm.

    Sent: Null for a date-time and a collection; an id that no object has, and null for the id where that was not kept.

    Fix: Answer 400, or leave the value as it was; don't turn null into an empty string or an epoch.
    """
    operation.bodies.needs_partial()
    names = [
        location.path[0]
        for kind in (TypeKind.DATETIMEOFFSET, TypeKind.COLLECTION)
        for location in settable_locations(operation, kind)[:1]
    ]
    for name in dict.fromkeys(names):
        declared = operation.model.type.properties[name].type
        if declared.kind is TypeKind.COMPLEX:
            continue
        value = operation.values.make(declared, name, 1)
        before = (operation.change({name: value}).object or {}).get(name, value)
        exchange = operation.patch({name: None})
        found, evidence = shown_after(operation, exchange)
        if found is None:
            continue
        stored = found.get(name)
        harmless = stored is None or stored == [] or not operation.model.compare({name: before}, {name: stored})
        if not harmless:
            yield Finding(f"400, or {name} null or unchanged", f"{name} = {short(stored)}", evidence)
    if _keeps_ids(operation):
        return  # with null for an id nobody could address the object any more
    name = operation.shape.key
    (trial,) = operation.watch.attempt([Attempt(f"{name} = null", {name: None})])
    found, evidence = shown_after(operation, trial.exchange)
    lost = trial.exchange.object is not None or any(effect.difference.path == name for effect in trial.effects)
    if lost and found is not None and found.get(name) is None:
        where = "" if trial.exchange.object is not None else " in a later read"
        yield Finding("400, or the id unchanged", f"{trial.exchange.status} without an id{where}", evidence)


def _keeps_ids(operation: WriteDriver) -> bool:
    """Whether the target keeps an id from a body, as the answer or a read of the object shows."""
    given = operation.unknown_id()
    exchange = operation.patch(operation.keyed(operation.bodies.small(), given))
    if exchange.ok and exchange.object is not None and operation.shape.is_of(exchange.object, given):
        return True
    observer = operation.observer
    moves = exchange.ok and operation.changes_objects and observer.means == "item"
    return moves and observer.item(operation.key)[0] is None
