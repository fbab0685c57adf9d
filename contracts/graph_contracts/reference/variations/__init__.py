"""Everything that the reference can do differently and still be right, a module an area."""

from graph_contracts.reference.variations import (
    actions,
    calls,
    collections,
    conditions,
    deltas,
    documented_options,
    messages,
    moments,
    objects,
    refusals,
    requests,
    timing,
)

__all__ = [
    "actions",
    "calls",
    "collections",
    "conditions",
    "deltas",
    "documented_options",
    "messages",
    "moments",
    "objects",
    "refusals",
    "requests",
    "timing",
]
