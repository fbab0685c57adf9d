"""Likely causes name requirements that there are."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from graph_contracts import cases
from graph_contracts.requirements import CAUSES, Cause, registry


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: cause.shown_by)
def test_a_cause_names_requirements(cause: Cause) -> None:
    cases.load()
    names = {each.id.partition(".")[2] for each in registry()}
    assert cause.shown_by in names
    for pattern in cause.follows:
        assert any(fnmatchcase(name, pattern) for name in names), f"{pattern} names no requirement"
    assert cause.says.endswith(".")
