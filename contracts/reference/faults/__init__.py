"""Everything that the reference can be made to do wrong, a module a subject."""

from contracts.reference.faults import access, bodies, concurrency, conditional, errors, merging, routing, values, wire

__all__ = ["access", "bodies", "concurrency", "conditional", "errors", "merging", "routing", "values", "wire"]
