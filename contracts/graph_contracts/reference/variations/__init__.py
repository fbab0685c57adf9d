"""Everything that the reference can do differently and still be right, a module an area."""

from graph_contracts.reference.variations import (
    actions,
    collections,
    conditions,
    deltas,
    messages,
    moments,
    objects,
    octets,
    references,
    refusals,
    replacements,
    requests,
    timing,
)

__all__ = [
    "actions",
    "collections",
    "conditions",
    "deltas",
    "messages",
    "moments",
    "objects",
    "octets",
    "references",
    "refusals",
    "replacements",
    "requests",
    "timing",
]
