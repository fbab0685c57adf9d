"""A better server never scores worse: mending one of two faults of the reference adds no failure."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache

import pytest

from graph_contracts.reference.behaviours import behaviours
from tests.cases import sheet
from tests.cases.sheet import Row

TRIED = (
    ("status-204-default", "request-echo"),
    ("not-persisted", "replace-not-merge"),
)
"""Pairs in which one fault could hide the other."""
SAMPLE, SEED = 24, 14
HIDES: Mapping[str, str] = {
    "status-204-default": "the answer shows no object (204 No Content)",
    "not-persisted": "later reads show no update at all; see update.persist.read",
    "first-path-refuses-updates": "the target accepted no body for this operation (405 ",
    "merge-patch-demanded": "the target accepted no body for this operation (415 ",
}
"""Faults that leave nothing to judge another one by, each with the beginning of the reason that the suite gives.

Only a requirement that it left undecided for this reason is let pass; one that it passed, or warned of, is not.

- A 204 has no body, so what the other fault would do to the body isn't there.
- Reads that show no update show no wrong one either; `persist.read` alone tells of that.
- Where every update is refused, no value is stored, right or wrong.
"""
FAULTS = [
    behaviour.name
    for behaviour in behaviours()
    if behaviour.kind == "fault"
    and not behaviour.about
    and all(name.startswith("update.") for name in behaviour.caught_by)
    and behaviour.name not in sheet.SELDOM  # which requests those hit differs from run to run
]


def sampled() -> list[tuple[str, str]]:
    draw = random.Random(SEED)  # noqa: S311 (reproducible)
    return [(one, other) for one, other in (draw.sample(FAULTS, 2) for _ in range(SAMPLE))]


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, value in sheet.BRISK:
        monkeypatch.setattr(module, name, value)


@cache
def row(faults: frozenset[str]) -> Row:
    return sheet.run(" and ".join(faults), faults=tuple(sorted(faults)), brief=True)


def said(found: Row, name: str) -> str:
    """What a run says of a requirement that didn't fail."""
    if name in found.warned:
        return f"warn: {found.warned[name]}"
    return found.undecided.get(name) or found.inapplicable.get(name) or "pass"


def added_by_mending(kept: str, mended: str) -> dict[str, str]:
    """What fails of a server with one fault and not of one with both, and what is said of it there."""
    both, alone = row(frozenset({kept, mended})), row(frozenset({kept}))
    more = {name: said(both, name) for name in alone.failed if name not in both.failed}
    return {name: what for name, what in more.items() if mended not in HIDES or not what.startswith(HIDES[mended])}


@pytest.mark.full
@pytest.mark.parametrize(("kept", "mended"), [(one, other) for other, one in TRIED])
def test_mending_a_fault_that_could_hide_another_adds_no_failure(kept: str, mended: str) -> None:
    assert added_by_mending(kept, mended) == {}


@pytest.mark.full
@pytest.mark.parametrize(("one", "other"), [*TRIED, *sampled()])
def test_mending_either_of_two_faults_adds_no_failure(one: str, other: str) -> None:
    assert added_by_mending(one, other) == {}
    assert added_by_mending(other, one) == {}
