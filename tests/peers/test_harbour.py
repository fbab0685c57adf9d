"""A server that isn't ours, and has PUT in place of PATCH, is judged by its own document alone."""

from __future__ import annotations

import copy
from collections import defaultdict

import pytest

from graph_contracts.engine import judge
from graph_contracts.library.check import check
from tests.peers.harbour import DOCUMENT, MODES, harbour

SETTINGS = {"auth": "none", "settle": 0.2}


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "TIMES", 1)


def told(mode: str, *select: str) -> dict[str, dict[str, str]]:
    """What a run says: for each verdict, the message by requirement; the harbour must be as it was."""
    with harbour(mode) as (url, known):
        before = copy.deepcopy((known.boats, known.settings))
        results = check(url, contract=DOCUMENT, select=select, settings=SETTINGS)
        after = (known.boats, known.settings)
    if not mode:
        assert after == before
        assert results.left == ()
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for each in results:
        for outcome in each.outcomes:
            found[outcome.verdict][each.id] = outcome.message
    return found


def test_a_right_server_is_not_accused_and_is_left_as_it_was() -> None:
    found = told("", "replace.*")
    assert {verdict: said for verdict, said in found.items() if verdict in {"fail", "warn", "error"}} == {}
    assert found["pass"].keys() >= {*MODES.values()}


@pytest.mark.full  # in the gate the kill sheet has faults of these kinds
@pytest.mark.parametrize("mode", MODES)
def test_a_wrong_server_fails_the_requirement_that_it_breaks(mode: str) -> None:
    assert MODES[mode] in told(mode, MODES[mode])["fail"]
