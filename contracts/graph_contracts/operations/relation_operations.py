"""What a document has on one relation of an object."""

from __future__ import annotations

from dataclasses import dataclass

from graph_contracts.contract import Contract, Operation, Relation


@dataclass(frozen=True)
class RelationOperations:
    """The operations that a document has on one relation of an object; each None where it has none."""

    relation: Relation
    listing: Operation | None = None
    """Lists the references, or shows the one that there is: GET."""
    adding: Operation | None = None
    """Adds a reference to others: POST."""
    setting: Operation | None = None
    """Sets the one reference: PUT."""
    removing: Operation | None = None
    """Removes a reference, whose object its path names: DELETE."""
    clearing: Operation | None = None
    """Removes the one reference: DELETE."""
    showing: Operation | None = None
    """Shows the objects referred to, or the one: GET of the relation itself."""
    bases: tuple[str, ...] = ()
    """The document's base URLs."""


def relation_of(contract: Contract, operation: Operation) -> RelationOperations:
    """The operations on the relation that an operation on references is about."""
    found = contract.relation(operation)
    assert found is not None  # noqa: S101 (it is one on references)
    here = contract.at_path(found.references)
    removing = contract.at_path(found.reference("{}")).get("DELETE")
    other = contract.relation(removing) if removing is not None else None
    return RelationOperations(
        found,
        listing=here.get("GET"),
        adding=here.get("POST"),
        setting=here.get("PUT"),
        removing=removing if other is not None and other.key else None,
        clearing=here.get("DELETE"),
        showing=contract.at_path(found.path).get("GET"),
        bases=contract.bases,
    )
