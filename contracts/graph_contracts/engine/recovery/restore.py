"""Restores every object as the run found it, and deletes the objects that the run made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from graph_contracts.contract import Type, TypeKind
from graph_contracts.engine.recovery.mend import mend
from graph_contracts.http.exchange import Exchange
from graph_contracts.http.redact import MASK
from graph_contracts.json_types import Json, JsonMapping, JsonObject
from graph_contracts.operations.accepted_body import annotate
from graph_contracts.operations.changing import ChangingDriver
from graph_contracts.operations.creations import delete
from graph_contracts.operations.equality import Difference
from graph_contracts.operations.leftovers import ABSENT, Leftover
from graph_contracts.operations.object_views import GONE
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.sender import SERVER_FAILURES
from graph_contracts.operations.spare_objects import SPREAD
from graph_contracts.operations.undo_requests import UndoRequest
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
            members, state = _restore(update, entity, original)
            if state:
                path = update.path(entity)
                found[entity] = Left(path, f"{path} {state}", members)
    return list(found.values())


def take_away(update: OperationUnderTest, path: str) -> Left | None:
    """Delete an object that the run made; returns it with the reason where it is still there."""
    exchange = delete(update.client, path, update.documented.id)
    if exchange.ok or exchange.status in {404, 410}:
        return None
    return Left(path, f"{path}, which this run made, could not be deleted: {exchange.answer}")


def take_back(driver: ChangingDriver) -> Iterator[Left]:
    """Take back what a driver changed on what was there before the run; yields what the target refuses."""
    for undo, answer in driver.undo.follow():
        yield not_taken_back(undo, answer)
    for path, what in driver.not_restored():
        yield Left(path, f"{path} is not as it was: {what}")


def not_taken_back(undo: UndoRequest, answer: Exchange) -> Left:
    """What is left where a request that puts something back is refused."""
    return Left(undo.path, f"{undo.path} is not as it was: {undo.method}, which puts it back, got {answer.answer}")


def _restore(update: UpdateDriver, entity: str, original: JsonMapping) -> tuple[tuple[str, ...], str]:
    """Put one object back; returns the members that are still not as they were, and what became of it in words."""
    update.requirement = "restore"
    count = len(update.client.exchanges)
    update.give_back(entity)
    masked = [name for name in original if MASK in json.dumps(original[name])]
    names = [name for name in update.bodies.writable if name not in masked]
    wanted = {name: original[name] for name in names if name in original}
    left: list[Difference] = []
    try:
        shown = _shown(update, entity, wanted)
        if shown is None and _mend_unreadable(update, entity, original):
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
        return (), f"could not be put back as it was found: {_why(reason)}"
    secret = ", ".join(name for name in masked if name in update.bodies.writable)
    others = [each.path for each in left if not _told(each, more)]
    paths = tuple(dict.fromkeys((*(each.path for each in more), *others)))
    method = update.documented.method
    sent = [each for each in update.client.since(count) if each.request.method == method]
    if paths and sent and not any(each.ok for each in sent):
        return paths, f"could not be put back as it was found: {named(paths)} ({method}: {sent[-1].answer})"
    parts = [f"{named(paths)}: {_failed(method, more, others)}"] if paths else []
    parts += [f"{secret}, which held a secret: secrets are not kept"] if secret else []
    return paths, f"is put back, except {'; '.join(parts)}" if parts else ""


def _failed(method: str, more: Iterable[Leftover], others: Iterable[str]) -> str:
    """What an update did not do to members that are not as they were."""
    added = {each.saved is ABSENT for each in more} | {False for _ in others}
    if added == {True}:
        return f"{method} with null does not remove what the run added"
    return f"{method} does not bring back what was there{' or remove what the run added' if True in added else ''}"


def _why(reason: Inconclusive) -> str:
    """Why it isn't known whether an object is as it was."""
    last = reason.exchanges[-1] if reason.exchanges else None
    gone = last is not None and last.request.method == "GET" and last.status in GONE
    if last is None or last.request.method != "GET" or last.ok:
        return reason.reason
    return f"nothing is there under its id (GET: {last.answer})" if gone else f"it can't be read (GET: {last.answer})"


def _mend_unreadable(update: UpdateDriver, entity: str, original: JsonMapping) -> bool:
    """Take back what the run has added to an object that the target fails to show; returns whether it shows it now."""
    added = sorted({name for name, _ in update.sent_members.members} - set(original))
    for body in (SPREAD, dict.fromkeys(added)) if added else ():
        found, exchange = update.observer.item(entity)
        if found is not None or exchange.status not in SERVER_FAILURES:
            return found is not None
        update.patch(body, entity=entity)
    return bool(added) and update.observer.item(entity)[0] is not None


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
    yield update.keyed(wanted, entity)
