"""Taking away from an object what a run has added to it beside the documented properties, as far as the target lets it.

An update can't remove a member in OData. Many servers take a member away that is sent as null; some keep the null, and
lose it with the property around it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from graph_contracts.json_types import JsonMapping, JsonObject
from graph_contracts.operations.leftovers import ABSENT, Leftover, leftovers
from graph_contracts.operations.observation import GRACE_S
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.requirements import Inconclusive

READS = frozenset({"item", "collection"})


def mend(update: UpdateDriver, entity: str, original: JsonMapping, skip: Collection[str]) -> list[Leftover]:
    """Put right what all the JSON of an object shows otherwise than before the run; returns what stays.

    Where nothing but answers to updates shows the object, there is nothing to compare.

    Raises:
        Inconclusive: reads showed the object before, and don't any more.
    """
    ignored = {*skip, *update.computed, *update.options.readonly, *update.shape.keys}

    state: JsonMapping = {}

    def stays() -> list[Leftover]:
        nonlocal state
        state, _ = update.observe.look(entity)
        return list(leftovers(original, state, update.model.type, update.sent_members, ignored))

    def settled() -> list[Leftover]:
        late = update.lag.seen or not update.bodies.searched
        for _ in update.looks(update.options.settle if late else GRACE_S):
            if not (left := stays()):
                break
        return left

    try:
        left = stays()
    except Inconclusive:
        if update.observer.means in READS:
            raise
        return []
    if left and _ask_for(update, entity, left):
        left = settled()
    around = dict.fromkeys(each.steps[0] for each in left if len(each.steps) > 1)
    renewed = [_renewed(update, entity, name, original) for name in around if name in update.bodies.writable]
    if any(renewed):
        left = settled()
    update.changed_by_server |= set(_moved(update, original, state, {*skip, *(each.steps[0] for each in left)}))
    return left


def _moved(update: UpdateDriver, original: JsonMapping, state: JsonMapping, skip: Collection[str]) -> Iterator[str]:
    """The members that have changed though no update sets them."""
    known = update.model.type.properties
    for name in {**original, **state}:
        declared = known.get(name)
        theirs = declared is None or declared.read_only or name in {*update.computed, *update.options.readonly}
        if theirs and name not in skip and original.get(name, ABSENT) != state.get(name, ABSENT):
            yield name


def _ask_for(update: UpdateDriver, entity: str, left: Sequence[Leftover]) -> bool:
    """Ask for what was there before, in one body, else member by member; returns whether any was accepted."""
    together: JsonObject = {}
    for each in left:
        _merge(together, each.mending)
    if _sent(update, entity, together):
        return True
    accepted = [_sent(update, entity, each.mending) for each in left] if len(left) > 1 else []
    return any(accepted)


def _renewed(update: UpdateDriver, entity: str, name: str, original: JsonMapping) -> bool:
    """Set a whole property to null and then to what it was; returns whether the target took the null."""
    taken = _sent(update, entity, {name: None})
    if taken and original.get(name) is not None:
        _sent(update, entity, {name: original[name]})
    return taken


def _sent(update: UpdateDriver, entity: str, body: JsonMapping) -> bool:
    """Send an update, with the object's id where it isn't taken without; returns whether it was accepted."""
    return update.patch(body, entity=entity).ok or update.patch(update.keyed(body, entity), entity=entity).ok


def _merge(into: JsonObject, body: JsonMapping) -> None:
    for name, value in body.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = dict(value) if isinstance(value, dict) else value
