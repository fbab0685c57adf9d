"""Putting every object back as it was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.requirements import Inconclusive, Severity
from contracts.subject.update import Update


def put_back(updates: Iterable[Update]) -> list[str]:
    """Send each object's first observed state and look again; returns a line for each that could not be restored."""
    notes: list[str] = []
    restored: set[str] = set()
    for update in updates:
        for entity, original in update.original.items():
            if entity in restored:
                continue
            problem = _restore(update, entity, original)
            if problem is None:
                restored.add(entity)
            elif update.twin is None or entity not in restored:
                notes.append(f"{update.path(entity)} could not be put back as it was found: {problem}")
    return notes


def _restore(update: Update, entity: str, original: Mapping[str, Any]) -> str | None:
    update.requirement = "restore"
    wanted = {name: original.get(name) for name in update.writable if name in original}
    try:
        shown, _ = update.look(entity, about=wanted)
        if not update.changes(wanted, shown):
            return None
        body = {name: value for name, value in wanted.items() if value is not None or name in original}
        exchange = update.patch(body, entity=entity)
        if not exchange.ok:
            for name, value in body.items():
                update.patch({name: value}, entity=entity)
        left, _ = update.settle(wanted, entity, anyway=True)
    except Inconclusive as reason:
        return reason.reason
    return "; ".join(str(difference) for difference in left if difference.severity is Severity.FAIL) or None
