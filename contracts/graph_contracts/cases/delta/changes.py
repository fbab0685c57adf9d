"""What a delta query tells after an object was made, updated or deleted, and after nothing was."""

from __future__ import annotations

from graph_contracts.contract import Convention
from graph_contracts.operations.delta import DeltaDriver
from graph_contracts.operations.equality import same_json, short
from graph_contracts.operations.object_model import failures
from graph_contracts.operations.rounds import REMOVED, Round, is_removed, own_sign, values
from graph_contracts.requirements import Finding, Findings, Inconclusive, Level, NotApplicable, Severity, requirement

REASONS = frozenset({"deleted", "changed"})
QUIET = 3
"""Rounds in a row that tell an object with the same values before it counts as told again and again."""


@requirement(
    "delta.changes.created",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, title (newly created objects); OData 4.01 §11.3 and JSON §15.1 (added entities)",
    vary="told late, as late as reads are; beside other changes; with more properties",
)
def test_an_object_that_was_made_is_told(delta: DeltaDriver) -> Findings:
    """An object that was made since the last round must be told in the next one, with its values.

    Sent: A creation, and the delta link of the round before it, for as long as reads may lag (`--settle`).

    Fix: Note each creation for all states that were given out before it, and show the object as a GET shows it.
    """
    url, maker = delta.link(), delta.maker()
    entity = delta.own_object()
    shown, read = maker.appears(entity)
    names = [name for name in maker.bodies.accepted.names if (shown or {}).get(name) is not None]
    wanted = {name: (shown or {})[name] for name in names}
    found = delta.until(
        url, lambda each: (item := each.present(entity)) is not None and not failures(maker.model.compare(wanted, item))
    )
    told = found.told(entity)
    if told is None:
        what = f"a round of {len(found.items)} others" if found.pages.whole else found.pages.last.answer
        yield Finding(f"object {short(entity)}", what, (found.pages.last,))
    elif is_removed(told):
        yield Finding(f"object {short(entity)}", f"that it was removed: {short(told)}", (found.pages.last,))
    else:
        for each in failures(maker.model.compare(wanted, told))[:1]:
            # which properties a round shows of all, Graph's resources decide each for itself
            grade = Severity.FAIL if each.top in told else Severity.WARN
            what = f"{each.path}: {short(told.get(each.top))}"
            yield Finding(f"{each.path}: {short(wanted[each.top])}", what, (read, found.pages.last), grade)


@requirement(
    "delta.changes.updated",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, title (updated objects); OData 4.01 §11.3 and JSON §15.1 (changed entities)",
    vary="told late, as late as reads are; the whole object, or what changed alone",
)
def test_an_object_that_was_updated_is_told(delta: DeltaDriver) -> Findings:
    """An object that was updated since the last round must be told in the next one, with its new values.

    Sent: A creation; once a round tells it, an update of one property, and the delta link of that round.

    Fix: Note each update for all states that were given out before it, and show the properties that changed.
    """
    entity, url = delta.told_object()
    mark, _ = delta.update(entity)
    model = delta.maker().model
    found = delta.until(
        url, lambda each: (item := each.present(entity)) is not None and not failures(model.compare(mark, item))
    )
    told = found.told(entity)
    name, value = next(iter(mark.items()))
    if told is None:
        yield Finding(f"object {short(entity)}", f"a round of {len(found.items)} others", (found.pages.last,))
    elif is_removed(told):
        yield Finding(f"object {short(entity)}", f"that it was removed: {short(told)}", (found.pages.last,))
    elif failures(model.compare(mark, told)):
        yield Finding(f"{name}: {short(value)}", f"{name}: {short(told.get(name))}", (found.pages.last,))


@requirement(
    "delta.changes.deleted",
    Level.MUST,
    basis="page⇒",
    of=Convention.ODATA,
    source="Page, title (deleted objects); OData 4.01 §11.3 and JSON §15.3 (deleted entities)",
    vary="told late, as late as reads are; as OData 4.0 or 4.01 has it, or by a property of the object",
)
def test_an_object_that_was_deleted_is_told_as_removed(delta: DeltaDriver) -> Findings:
    """An object that was deleted since the last round must be told as removed in the next one.

    Sent: A creation; once a round tells it, its deletion, and the delta link of that round.

    Fix: Keep the key of what is deleted, and tell it with `@removed` for all states that were given out before.
    """
    entity, url = delta.told_object()
    delta.delete(entity)
    found = delta.until(url, lambda each: (item := each.told(entity)) is not None and is_removed(item))
    told = found.told(entity)
    if told is None:
        yield Finding(f"object {short(entity)} as removed", f"{len(found.items)} others", (found.pages.last,))
    elif not is_removed(told):
        yield Finding(f"object {short(entity)} as removed", short(told), (found.pages.last,))


@requirement(
    "delta.changes.removed",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 JSON §15.3 (`@removed` with a reason); Graph, Delta query overview",
    vary="`@odata.removed`; the key or `@id`; `changed` for what no longer belongs to the collection",
    promoted=True,
)
def test_what_was_removed_has_a_reason(delta: DeltaDriver) -> Findings:
    """What was removed should be told with `@removed`, an object whose `reason` is `deleted` or `changed`.

    Sent: A creation; once a round tells it, its deletion, and the delta link of that round.

    Fix: Write `"@removed": {"reason": "deleted"}` beside the key.
    """
    entity, url = delta.told_object()
    delta.delete(entity)
    found = delta.until(url, lambda each: (item := each.told(entity)) is not None and is_removed(item))
    told = found.told(entity)
    if told is None or not is_removed(told):
        raise Inconclusive("the deletion is not told as such; see delta.changes.deleted", found.pages.last)
    sign = next((name for name in REMOVED if name in told), None)
    declared = delta.documented.item_type
    if sign is None and declared is not None and own_sign(told) in declared.properties:
        raise NotApplicable(f"the document has a property for it: {own_sign(told)}", found.pages.last)
    if sign is None:
        yield Finding("@removed", short(told), (found.pages.last,))
        return
    reason = told[sign].get("reason") if isinstance(told[sign], dict) else None
    if reason not in REASONS:
        yield Finding('{"reason": "deleted"}', f"{sign}: {short(told[sign])}", (found.pages.last,))


@requirement(
    "delta.changes.none",
    Level.SHOULD,
    basis="odata",
    source="OData 4.01 §11.3 (changes since the link was made); Graph has an empty list where there are none",
    vary="replays for a while; what others change meanwhile",
    promoted=True,
)
def test_a_round_after_no_change_tells_nothing_again(delta: DeltaDriver) -> Findings:
    """A round after which nothing changed should tell no object again.

    Sent: A delta request, and at least three rounds, each by the link of the one before, until one tells no object
    with the values of the one before.

    Fix: Let each round end with a link to a state of its own, and tell what changed since that state alone.
    """
    rounds = [delta.first_round()]
    if not rounds[0].ids:
        raise Inconclusive("there is no object that could be told again", rounds[0].pages.last)
    repeated: list[str] = []
    for _ in range(QUIET):
        rounds.append(delta.next_round(delta.following(rounds[-1])))
        repeated = _again(rounds)
        if not repeated:
            return
    for _ in delta.looks():
        rounds.append(delta.next_round(delta.following(rounds[-1])))
        repeated = _again(rounds)
        if not repeated:
            return
    last = rounds[-2:]
    yield Finding("nothing", f"{short(repeated[0])} as before", tuple(each.pages.last for each in last))


def _again(rounds: list[Round]) -> list[str]:
    """The objects that the last two rounds tell with the same values."""
    before, after = rounds[-2:]
    pairs = ((key, before.present(key), after.present(key)) for key in dict.fromkeys(after.ids))
    return [key for key, one, other in pairs if one and other and same_json({**values(one)}, {**values(other)})]
