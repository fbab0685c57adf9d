"""A registry of requirements for cases that a test declares."""

from __future__ import annotations

import pytest

from graph_contracts.requirements import index


def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be declared until the test ends."""
    for name, nothing in (("_DECLARED", []), ("_BY_ID", {}), ("_REQUIREMENTS", {})):
        monkeypatch.setattr(index, name, nothing)
