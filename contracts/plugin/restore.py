"""Putting every object back as it was found, and taking away those that the run made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contracts.contract import Kind, Type
from contracts.requirements import Inconclusive, Severity
from contracts.subject import ladder
from contracts.subject.create import removed
from contracts.subject.equality import Difference
from contracts.subject.subject import Subject
from contracts.subject.update import Update
from contracts.target.redact import MASK


def put_back(updates: Iterable[Update]) -> list[str]:
    """Send each object's first observed state and look again; returns a line for each that could not be restored."""
    notes: dict[str, str] = {}
    for update in updates:
        for entity, original in update.original.items():
            if entity in notes or entity in update.created:
                continue  # what one path could not put back, its alias can't either; what was made is deleted
            left = _restore(update, entity, original)
            if left:
                notes[entity] = f"{update.path(entity)} could not be put back as it was found: {left}"
    return list(notes.values())


def take_away(update: Subject, path: str) -> str:
    """Delete an object that the run made; returns why it is still there, or nothing."""
    exchange = removed(update.client, path, update.operation.id)
    if exchange.ok or exchange.status in {404, 410}:
        return ""
    return f"{path}, which this run made, could not be deleted: {exchange.answer}"


def _restore(update: Update, entity: str, original: Mapping[str, Any]) -> str:
    """Put one object back; returns what is still not as it was, or why that isn't known."""
    update.requirement = "restore"
    masked = [name for name in update.writable if MASK in json.dumps(original.get(name))]
    names = [name for name in update.writable if name not in masked]
    wanted = {name: original[name] for name in names if name in original}
    try:
        shown = _shown(update, entity, wanted)
        if shown is not None:
            # what the object did not have, it must not keep
            wanted |= {name: None for name in names if name not in original and update.is_set(name, shown.get(name))}
            known = update.type.properties
            wanted = {name: emptied(value, shown.get(name), known[name].type) for name, value in wanted.items()}
        if shown is None or update.changes(wanted, shown):
            left = ", ".join(difference.path for difference in _written(update, entity, wanted))
        else:
            left = ""
    except Inconclusive as reason:
        return reason.reason
    secret = f"{', '.join(masked)} held a secret, which is not kept" if masked else ""
    return "; ".join(part for part in (left, secret) if part)


def emptied(value: Any, shown: Any, type_: Type) -> Any:
    """A value with null for each member that its open parts show and did not have: a merge keeps what isn't named."""
    if type_.kind is not Kind.COMPLEX or not isinstance(value, Mapping) or not isinstance(shown, Mapping):
        return value
    known = type_.properties
    parts = {n: emptied(v, shown.get(n), known[n].type) if n in known else v for n, v in value.items()}
    more = [name for name in shown if name not in known and "@" not in name] if type_.open else []
    return {**dict.fromkeys(more), **parts}


def _shown(update: Update, entity: str, about: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        return update.look(entity, about=about)[0]
    except Inconclusive:
        return None


def _written(update: Update, entity: str, wanted: Mapping[str, Any]) -> list[Difference]:
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
        left, _ = update.settle(wanted, entity, anyway=True)
    except Inconclusive:
        if answer is None or not answer.ok or answer.object is None:
            raise
        left = update.compare(wanted, answer.object)
    return [difference for difference in left if difference.severity is Severity.FAIL]


def _bodies(update: Update, entity: str, wanted: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """One body for the whole state, plain and with what some targets want beside the properties."""
    yield wanted
    annotated = ladder.annotate(dict(wanted), update.type)
    if annotated != wanted:
        yield annotated
    yield {"id": entity, **wanted}
