"""Everything that the reference can do differently and still be right, a module an area."""

from graph_contracts.reference.variations import (
    octets,
    references,
)

__all__ = [
    "octets",
    "references",
]
