"""Restores every object as the run found it, and deletes the objects that the run made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from graph_contracts.contract import Type, TypeKind
from graph_contracts.engine.recovery.mend import mend
from graph_contracts.http.redact import MASK
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.accepted_body import annotate
from graph_contracts.operations.creations import delete
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.leftovers import Leftover
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.update import UpdateDriver
from graph_contracts.report.left import Left, named
from graph_contracts.requirements import Inconclusive, Severity


def put_back(updates: Iterable[UpdateDriver]) -> list[Left]:
    """Send each object's first observed state and look again; returns what could not be restored."""
    found: dict[str, Left] = {}
    for update in updates:
        for entity, original in update.objects.original.items():
            if entity in found or entity in update.objects.created:
                continue  # what one path could not put back, its alias can't either; what was made is deleted
            members, reason = _restore(update, entity, original)
            if members or reason:
                left = "; ".join(part for part in (named(members), reason) if part)
                path = update.path(entity)
                found[entity] = Left(path, f"{path} could not be put back as it was found: {left}", members)
    return list(found.values())


def take_away(update: OperationUnderTest, path: str) -> Left | None:
    """Delete an object that the run made; returns it with the reason where it is still there."""
    exchange = delete(update.client, path, update.documented.id)
    if exchange.ok or exchange.status in {404, 410}:
        return None
    return Left(path, f"{path}, which this run made, could not be deleted: {exchange.answer}")


def _restore(update: UpdateDriver, entity: str, original: JsonMapping) -> tuple[tuple[str, ...], str]:
    """Put one object back; returns the members that are still not as they were, and why more isn't known."""
    update.requirement = "restore"
    masked = [name for name in original if MASK in json.dumps(original[name])]
    names = [name for name in update.bodies.writable if name not in masked]
    wanted = {name: original[name] for name in names if name in original}
    left: list[Difference] = []
    try:
        shown = _shown(update, entity, wanted)
        if shown is not None:
            # what the object did not have, it must not keep
            wanted |= {
                name: None for name in names if name not in original and update.model.is_set(name, shown.get(name))
            }
            known = update.model.type.properties
            wanted = {name: emptied(value, shown.get(name), known[name].type) for name, value in wanted.items()}
        if shown is None or update.model.changes(wanted, shown):
            left = _written(update, entity, wanted)
        more = mend(update, entity, original, masked)
    except Inconclusive as reason:
        return (), reason.reason
    secret = ", ".join(name for name in masked if name in update.bodies.writable)
    paths = dict.fromkeys((*(each.path for each in more), *(each.path for each in left if not _told(each, more))))
    return tuple(paths), f"{secret} held a secret, which is not kept" if secret else ""


def _told(difference: Difference, more: Iterable[Leftover]) -> bool:
    return any(each.steps[0] == difference.top for each in more)


def emptied(value: Json, shown: Json, type_: Type) -> Json:
    """A value with null for each member that its open parts show and did not have: a merge keeps what isn't named."""
    if type_.kind is not TypeKind.COMPLEX or not isinstance(value, Mapping) or not isinstance(shown, Mapping):
        return value
    known = type_.properties
    parts = {n: emptied(v, shown.get(n), known[n].type) if n in known else v for n, v in value.items()}
    more = [name for name in shown if name not in known and "@" not in name] if type_.open else []
    return {**dict.fromkeys(more), **parts}


def _shown(update: UpdateDriver, entity: str, about: JsonMapping) -> JsonObject | None:
    try:
        return update.observe.look(entity, about=about)[0]
    except Inconclusive:
        return None


def _written(update: UpdateDriver, entity: str, wanted: JsonMapping) -> list[Difference]:
    """Send the wanted state in the spellings that targets take; what is not so afterwards.

    Raises:
        Inconclusive: nothing shows the object afterwards, not even the answer.
    """
    answer = None
    for body in _bodies(update, entity, wanted):
        answer = update.patch(body, entity=entity)
        if answer.ok:
            break
    else:
        for name, value in wanted.items():
            answer = update.patch({name: value}, entity=entity)
    try:
        left, _ = update.observe.settle(wanted, entity, anyway=True)
    except Inconclusive:
        if answer is None or not answer.ok or answer.object is None:
            raise
        left = update.model.compare(wanted, answer.object)
    return [difference for difference in left if difference.severity is Severity.FAIL]


def _bodies(update: UpdateDriver, entity: str, wanted: JsonMapping) -> Iterator[JsonMapping]:
    """One body for the whole state, plain and with what some targets want beside the properties."""
    yield wanted
    annotated = annotate(dict(wanted), update.model.type)
    if annotated != wanted:
        yield annotated
    yield {"id": entity, **wanted}
