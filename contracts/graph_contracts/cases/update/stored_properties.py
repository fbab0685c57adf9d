"""What is stored is in the answer, also where the request did not name it."""

from __future__ import annotations

from graph_contracts.contract import Type
from graph_contracts.json_types import Json
from graph_contracts.operations.equality import short, unset
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Level, NotApplicable, Severity, requirement


@requirement(
    "update.body.allproperties",
    Level.MUST,
    basis="page",
    source="Page, Examples (every property is returned)",
    vary="null or absent where nothing is stored; deprecated properties are a warning",
)
def test_every_stored_property_is_in_the_answer(update: UpdateDriver) -> Findings:
    """Every documented property with a stored value is returned, also where the request didn't name it.

    Sent: A full body, then a small one; the second answer must still show everything.

    Fix: Return the stored object rather than the request's body, and don't drop properties that are null-like or
    large.
    """
    body = update.bodies.full(1)
    first = update.change(body)
    stored = dict(body)
    later = update.patch(update.bodies.mark()) if update.bodies.partial.ok else first
    if not later.ok or later.object is None or later.status != 200:
        raise NotApplicable(f"the answer shows no object ({later.answer})", later)
    for name, value in stored.items():
        declared = update.model.type.properties.get(name)
        if declared is None or name in update.computed or unset(value, declared.type) or value == []:
            continue
        if name not in update.answer_type.properties or not _bare(later.object.get(name), declared.type):
            continue
        grade = Severity.WARN if declared.deprecated else Severity.FAIL
        if _wiped(update, name):
            continue
        yield Finding(f"{name} = {short(value)}", f"no {name} in the answer", (first, later), grade, place=name)


def _bare(value: Json, type_: Type) -> bool:
    """Whether a value says nothing, where something is stored."""
    return unset(value, type_) or value == []


def _wiped(operation: WriteDriver, name: str) -> bool:
    """Whether a read shows the property unset too after it was shown set: merging is at fault, not the answer."""
    declared = operation.model.type.properties[name].type
    body = {name: operation.values.make(declared, name, 2)}
    exchange = operation.patch(body)
    shown_when_sent = exchange.object is not None and not _bare(exchange.object.get(name), declared)
    if not shown_when_sent:
        return False
    later = operation.patch(operation.bodies.mark())
    if operation.observer.means in {None, "neutral"}:
        return False
    found, _ = operation.observe.look()
    return later.object is not None and _bare(found.get(name), declared)
