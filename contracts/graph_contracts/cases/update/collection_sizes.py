"""Collections that updates set are arrays, however many items they have."""

from __future__ import annotations

from graph_contracts.cases.values import shown_after
from graph_contracts.contract import Type, TypeKind
from graph_contracts.operations.equality import short
from graph_contracts.operations.settable_locations import settable_locations
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Finding, Findings, Level, NotApplicable, Severity, requirement


@requirement(
    "update.type.collection",
    Level.MUST,
    basis="page",
    source="Page, Request body (collection) and Examples; OData JSON 4.01 §7.4",
    vary="null or absent for an empty collection is a warning",
)
def test_collections_of_any_size_are_arrays(update: UpdateDriver) -> Findings:
    """Collections must be JSON arrays, whether they hold no item, one or two.

    Sent: Each collection with two items, one and none.

    Fix: Write an array always: one item stays an array of one, and none is `[]`.
    """
    update.bodies.needs_partial()
    names = [
        location.path[0] for location in settable_locations(update, TypeKind.COLLECTION) if len(location.path) == 1
    ]
    if not names:
        raise NotApplicable("the document declares no collection")
    for name in names:
        item = update.model.type.properties[name].type.item or Type(TypeKind.STRING)
        for count in (2, 1, 0):
            sent = [update.values.make(item, name, 30 + n) for n in range(count)]
            answered, evidence = shown_after(update, update.patch({name: sent}))
            if answered is None:
                continue
            value = answered.get(name)
            if value is None:
                if count == 0 or name not in answered:
                    grade = Severity.WARN if count == 0 else Severity.NOTE
                    yield Finding(f"{name} to be []", f"{name} is null or absent", evidence, grade)
            elif not isinstance(value, list):
                yield Finding(f"{name} to be an array", f"{name} = {short(value)} after {count} items", evidence)
