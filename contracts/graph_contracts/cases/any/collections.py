"""Collections keep what they are given: each item, as often as it was sent."""

from __future__ import annotations

from graph_contracts.cases.any.texts import PAGE
from graph_contracts.cases.values import shown_anywhere
from graph_contracts.contract import Type, TypeKind
from graph_contracts.contract.value_limits import within
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import short
from graph_contracts.operations.settable_locations import settable_locations
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Level, NotApplicable, Severity, also, requirement


@requirement(
    "update.value.reflects",
    Level.MUST,
    basis="page",
    source=PAGE,
    vary="equal items refused with 4xx, or kept once where the document says that items are unique or gives them an id",
)
@also(
    "create.value.reflects",
    "A collection in an accepted creation must keep each item as often as it was sent.",
    vary="equal items refused with 4xx, or kept once where the document says that items are unique or gives them an id",
)
def test_equal_items_of_a_collection_are_all_kept(operation: WriteDriver) -> Findings:
    """A collection keeps each item as often as it was sent: nothing but the document makes a set of it."""
    names = [each.path[0] for each in settable_locations(operation, TypeKind.COLLECTION) if len(each.path) == 1]
    names = [name for name in names if name in operation.bodies.accepted.names]
    if not names:
        raise NotApplicable("the document declares no collection")
    for name in names:
        yield from _collapsed(operation, name, operation.model.type.properties[name].type)


def _collapsed(operation: WriteDriver, name: str, declared: Type) -> Findings:
    item = declared.item or Type(TypeKind.STRING)
    one, other = (operation.values.make(item, name, n) for n in (50, 51))
    if one == other:
        return
    sent, once = [one, one, other], [one, other]
    exchange = operation.patch(_among(operation, name, sent))
    for found, evidence in shown_anywhere(operation, exchange):
        if _differs(operation, name, sent, found.get(name)) and not _differs(operation, name, once, found.get(name)):
            grade = Severity.NOTE if _is_set(operation, name, sent) else Severity.FAIL
            if grade is Severity.FAIL and "id" in item.properties:
                grade = Severity.WARN  # two items with one id may be one thing
            what = f"{name} = {short(found.get(name))}: of two equal items one"
            yield Finding(f"{name} = {short(sent)}", what, evidence, grade, place=name)
            return


def _is_set(operation: WriteDriver, name: str, equal: list[Json]) -> bool:
    """Whether the document says, of what is sent or of what is shown, that a collection holds no equal items."""
    declared = (operation.model.type.properties.get(name), operation.answer_type.properties.get(name))
    return not all(within(equal, each.type.limits) for each in declared if each is not None)


def _among(operation: WriteDriver, name: str, value: Json) -> dict[str, Json]:
    return {name: value} if operation.bodies.partial.ok else {**operation.bodies.full(1), name: value}


def _differs(operation: WriteDriver, name: str, wanted: Json, shown: Json) -> bool:
    found = operation.model.compare({name: wanted}, {name: shown})
    return any(difference.severity is Severity.FAIL for difference in found)
