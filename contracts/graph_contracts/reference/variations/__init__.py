"""Everything that the reference can do differently and still be right, a module an area."""

from graph_contracts.reference.variations import (
    actions,
    batches,
    calls,
    collections,
    conditions,
    deltas,
    documented_options,
    long_running,
    messages,
    moments,
    objects,
    octets,
    references,
    refusals,
    requests,
    timing,
)

__all__ = [
    "actions",
    "batches",
    "calls",
    "collections",
    "conditions",
    "deltas",
    "documented_options",
    "long_running",
    "messages",
    "moments",
    "objects",
    "octets",
    "references",
    "refusals",
    "requests",
    "timing",
]
