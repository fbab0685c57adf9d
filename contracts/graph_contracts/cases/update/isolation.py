"""An update changes its own object alone, and the same update twice changes nothing more."""

from __future__ import annotations

from graph_contracts.cases.values import finding_of
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Finding, Findings, Level, Severity, requirement


@requirement(
    "update.isolation.objects",
    Level.MUST,
    basis="page⇒",
    source="Page (an update is of one object, by its id)",
    vary="other writers on a shared target",
    keyed=True,
)
def test_no_other_object_changes(update: UpdateDriver) -> Findings:
    """Updating one object must not change a documented property of another object.

    Sent: Two full bodies for one object; another one is read before and after.

    Fix: Restrict the write by the key, and copy values rather than sharing them between cached objects.
    """
    second = update.needs_second()
    others = _listed(update)
    before, looked = update.observe.documented(second)
    for body in (
        update.bodies.full(1),
        update.bodies.full(2),
        *([update.bodies.mark()] if update.bodies.partial.ok else []),
    ):
        exchange = update.change(body)
        update.observe.settle(body)
        after, seen = update.observe.documented(second)
        for difference in update.watch.objects.surprises(second, before, after):
            top = difference.top
            ours = top in body and not update.model.compare({top: body[top]}, after)
            # other writers may be at work on a shared target: certain is only what we sent ourselves
            grade = Severity.FAIL if ours else Severity.WARN
            yield Finding(f"object {second} unchanged", f"it changed: {difference}", (looked, exchange, seen), grade)
        before, looked = after, seen
    for entity, old in others.items():
        new = _listed(update).get(entity)
        if new is not None:
            for difference in update.model.changes(old, new):
                yield Finding(f"object {entity} unchanged", f"it changed: {difference}", at_most=Severity.WARN)


def _listed(update: UpdateDriver) -> dict[str, dict[str, object]]:
    """Up to ten other objects of the collection, by id."""
    if update.observer.collection_status != 200:
        return {}
    items, _ = update.observer.collection()
    ours = {*update.known, *update.neighbours}
    others = [item for item in items or () if not any(update.shape.is_of(item, known) for known in ours)]
    return {
        update.shape.key_of(item): {name: item.get(name) for name in update.answer_type.properties}
        for item in others[:10]
        if update.shape.key_of(item)
    }


@requirement(
    "update.idempotent",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.4.3 (merging the same values again)",
    vary="validators, versions and timestamps",
)
def test_repeating_an_update_changes_nothing_more(update: UpdateDriver) -> Findings:
    """Repeating the same update should succeed again and leave the same state.

    Sent: The same full body twice.

    Fix: Setting a value to what it is must succeed with the same status and leave the same state; appending or
    counting breaks that.
    """
    body = update.bodies.full(2)
    first = update.change(body)
    again = update.patch(body)
    if again.status != first.status:
        yield Finding(first.answer, f"{again.answer} the second time", (first, again))
        return
    left, seen = update.observe.settle(body)
    for difference in left:
        yield finding_of(difference, first, again, seen)
