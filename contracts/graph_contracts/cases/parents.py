"""What the cases about objects below two parents share."""

from __future__ import annotations

from graph_contracts.operations.create import CreateDriver
from graph_contracts.operations.operation_under_test import OperationUnderTest
from graph_contracts.operations.parents import Parents
from graph_contracts.requirements import (
    NotApplicable,
)

PATH = "Page, HTTP request (both keys are in the path); OData URL Conventions 4.01 §4.3 (a key within a collection)"


COLLECTION = "Page, HTTP request (the parent's key is in the path); OData 4.01 §11.2.7 (related entities), §9.2.1 (404)"


ELSEWHERE = "the object is listed below the other parent as well, or the lists don't tell"


def apart(subject: OperationUnderTest, place: Parents, other: str) -> str:
    """An object that is listed below the run's parent alone: the run's own, else one that is made.

    Raises:
        NotApplicable: the lists show none.
    """
    if place.apart(other, subject.key):
        return subject.key
    maker = subject.sibling(CreateDriver)
    if isinstance(maker, CreateDriver) and maker.able:
        entity = maker.make_own()
        if any(place.apart(other, entity) for _ in subject.looks()):
            return entity
    raise NotApplicable(ELSEWHERE)
