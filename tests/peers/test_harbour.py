"""A server that isn't ours, and has PUT in place of PATCH, is judged by its own document alone."""

from __future__ import annotations

import copy

import pytest

from graph_contracts.library.check import check
from tests.peers.harbour import DOCUMENT, MODES, harbour
from tests.peers.running import by_verdict

SETTINGS = {"auth": "none", "settle": 0.2}


def told(mode: str, *select: str) -> dict[str, dict[str, str]]:
    """What a run says: for each verdict, the message by requirement; the harbour must be as it was."""
    with harbour(mode) as (url, known):
        before = copy.deepcopy((known.boats, known.settings))
        results = check(url, contract=DOCUMENT, select=select, settings=SETTINGS)
        after = (known.boats, known.settings)
    if not mode:
        assert after == before
        assert results.left == ()
    return by_verdict(results)


def test_a_right_server_is_not_accused_and_is_left_as_it_was() -> None:
    found = told("", "replace.*")
    assert {verdict: said for verdict, said in found.items() if verdict in {"fail", "warn", "error"}} == {}
    assert found["pass"].keys() >= {*MODES.values()}


@pytest.mark.full  # in the gate the kill sheet has faults of these kinds
@pytest.mark.parametrize("mode", MODES)
def test_a_wrong_server_fails_the_requirement_that_it_breaks(mode: str) -> None:
    assert MODES[mode] in told(mode, MODES[mode])["fail"]
