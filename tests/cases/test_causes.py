"""Likely causes name requirements that there are."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from graph_contracts import cases
from graph_contracts.requirements import CAUSES, Cause, causes_of, registry
from graph_contracts.requirements.signs import Sign


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.shown_by)
def test_a_cause_names_requirements(cause: Cause) -> None:
    cases.load()
    names = {each.id.partition(".")[2] for each in registry()}
    assert cause.shown_by in names
    for pattern in cause.follows:
        assert any(fnmatchcase(name, pattern) for name in names), f"{pattern} names no requirement"
    assert cause.says.endswith(".")


@pytest.mark.parametrize(
    ("cause", "others"),
    [
        ("list.idempotent", ("paging.complete", "options.skip", "options.filter")),
        ("list.paging.complete", ("options.skip", "options.count", "options.filter")),
        ("create.body.id", ("isolation.objects", "isolation.others", "req.id.mismatch", "conc.disjoint")),
        ("create.isolation.objects", ("isolation.others", "persist.once", "req.id.mismatch", "conc.disjoint")),
    ],
)
def test_what_one_fault_of_lists_or_of_several_objects_trips_is_put_down_to_one_cause(
    cause: str, others: tuple[str, ...]
) -> None:
    (found,) = [each for each in causes_of(cause) if Sign.SUCCESS in each.by]
    for other in others:
        assert any(fnmatchcase(other, pattern) for pattern in found.follows)
    assert Sign.SUCCESS in found.signs
