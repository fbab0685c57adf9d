"""Everything that the reference can do differently and still be right, a module a subject."""

from contracts.reference.variations import messages, moments, objects, refusals, requests, timing

__all__ = ["messages", "moments", "objects", "refusals", "requests", "timing"]
