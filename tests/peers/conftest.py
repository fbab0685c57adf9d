"""What the tests have in common whose runs are in the process of pytest."""

from __future__ import annotations

import pytest

from graph_contracts.engine import judge


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge a failure once: how often it comes again changes its words alone."""
    monkeypatch.setattr(judge, "TIMES", 1)
