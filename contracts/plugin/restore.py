"""Putting every object back as it was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.requirements import Inconclusive, Severity
from contracts.subject.update import Update


def put_back(updates: Iterable[Update]) -> list[str]:
    """Send each object's first observed state and look again; returns a line for each that could not be restored."""
    notes: dict[str, str] = {}
    for update in updates:
        for entity, original in update.original.items():
            if entity in notes:
                continue  # what one path could not put back, its alias can't either
            left = _restore(update, entity, original)
            if left:
                notes[entity] = f"{update.path(entity)} could not be put back as it was found: {left}"
    return list(notes.values())


def _restore(update: Update, entity: str, original: Mapping[str, Any]) -> str:
    """Put one object back; returns what is still not as it was, or why that isn't known."""
    update.requirement = "restore"
    wanted = {name: original.get(name) for name in update.writable if name in original}
    try:
        shown, _ = update.look(entity, about=wanted)
        if not update.changes(wanted, shown):
            return ""
        if not update.patch(wanted, entity=entity).ok:
            for name, value in wanted.items():
                update.patch({name: value}, entity=entity)
        left, _ = update.settle(wanted, entity, anyway=True)
    except Inconclusive as reason:
        return reason.reason
    return ", ".join(difference.path for difference in left if difference.severity is Severity.FAIL)
