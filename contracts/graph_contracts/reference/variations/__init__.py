"""Everything that the reference can do differently and still be right, a module an area."""

from graph_contracts.reference.variations import (
    calls,
    collections,
    conditions,
    messages,
    moments,
    objects,
    refusals,
    requests,
    timing,
)

__all__ = ["calls", "collections", "conditions", "messages", "moments", "objects", "refusals", "requests", "timing"]
