"""What is stored is in the answer, also where the request did not name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from graph_contracts.contract import Type
from graph_contracts.http.exchange import Exchange
from graph_contracts.json_types import Json, JsonMapping
from graph_contracts.operations.equality import short, unset
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.operations.write import WriteDriver
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, NotApplicable, Severity, requirement


@requirement(
    "update.body.allproperties",
    Level.MUST,
    basis="page",
    source="Page, Examples (every property is returned)",
    vary="null or absent where nothing is stored; deprecated properties are a warning",
)
def test_every_stored_property_is_in_the_answer(update: UpdateDriver) -> Findings:
    """The answer must show every documented property that has a value, even where the request didn't name it.

    Sent: A full body, then a small one; the second answer must still show everything. Where a 204 comes in its place,
    a read after the full body must.

    Fix: Return the stored object rather than the request's body, and don't drop properties that are null-like or
    large.
    """
    body = update.bodies.full(1)
    first = update.change(body)
    if first.status == 204 and update.documented.success == 200:
        yield from _not_read(update, body, first)
    later = update.patch(update.bodies.mark()) if update.bodies.partial.ok else first
    answered = later.object if later.status == 200 else None
    if answered is None:
        raise NotApplicable(f"the answer shows no object ({later.answer})", later)
    for name, grade in _missing(update, body, answered):
        if not _wiped(update, name):
            yield Finding(
                f"{name} = {short(body[name])}", f"no {name} in the answer", (first, later), grade, place=name
            )


def _not_read(update: UpdateDriver, body: JsonMapping, first: Exchange) -> Findings:
    """What a read after a full body doesn't show, where its answer shows no object, which `status.success` judges."""
    with suppress(Inconclusive):
        _, found, seen = update.observe.wait_until(body)
        for name, grade in _missing(update, body, found):
            exchanges = first, seen
            what = f"no {name} in a read after it"
            yield Finding(f"{name} = {short(body[name])}", what, exchanges, grade, place=name, replay=exchanges)


def _missing(update: UpdateDriver, body: JsonMapping, shown: JsonMapping) -> Iterator[tuple[str, Severity]]:
    """The properties of a full body that an object doesn't show, and how grave that is."""
    for name, value in body.items():
        declared = update.model.type.properties.get(name)
        if declared is None or name in update.computed or unset(value, declared.type) or value == []:
            continue
        if name in update.answer_type.properties and _bare(shown.get(name), declared.type):
            yield name, Severity.WARN if declared.deprecated else Severity.FAIL


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
    shown = operation.patch(operation.bodies.mark()).object
    if operation.observer.means in {None, "neutral"}:
        return False
    found, _ = operation.observe.look()
    return shown is not None and _bare(found.get(name), declared)
