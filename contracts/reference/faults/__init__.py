"""Everything that the reference can be made to do wrong, a module a subject."""

from contracts.reference.faults import (
    accepting,
    access,
    answers,
    bodies,
    concurrency,
    conditional,
    errors,
    merging,
    moments,
    narrow,
    routing,
    seldom,
    shapes,
    text,
    values,
    wire,
)

__all__ = [
    "accepting",
    "access",
    "answers",
    "bodies",
    "concurrency",
    "conditional",
    "errors",
    "merging",
    "moments",
    "narrow",
    "routing",
    "seldom",
    "shapes",
    "text",
    "values",
    "wire",
]
