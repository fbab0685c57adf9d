"""A server that isn't ours is judged about octets and references by its own document alone."""

from __future__ import annotations

from collections import defaultdict

import pytest

from graph_contracts.engine import judge
from graph_contracts.library.check import check
from tests.peers.lockers import DOCUMENT, MODES, lockers

SETTINGS = {"auth": "none", "settle": 0.2, "conventions": "odata"}


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "TIMES", 1)


def told(mode: str, *select: str) -> dict[str, dict[str, str]]:
    """What a run says: for each verdict, the message by requirement."""
    with lockers(mode) as url:
        results = check(url, contract=DOCUMENT, select=select, settings=SETTINGS)
    assert results.left == ()
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for each in results:
        for outcome in each.outcomes:
            found[outcome.verdict][each.id] = outcome.message
    return found


def test_a_right_server_is_not_accused() -> None:
    found = told("", "media.*", "reference.*")
    assert {verdict: said for verdict, said in found.items() if verdict in {"fail", "warn", "error"}} == {}
    assert found["pass"].keys() >= {*MODES.values()}


@pytest.mark.parametrize("mode", MODES)
def test_a_wrong_server_fails_the_requirement_that_it_breaks(mode: str) -> None:
    assert MODES[mode] in told(mode, MODES[mode])["fail"]
