"""What Hypothesis draws depends on the seed, and on no module that is imported beside."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from graph_contracts.generation.constants import of_no_module
from graph_contracts.generation.explore import draw

CONSTANT = 271_828_182_845


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of a user's own that holds a constant."""
    made = ModuleType("of_a_user")
    made.__file__ = str(tmp_path / "of_a_user.py")
    Path(made.__file__).write_text(f"NUMBER = {CONSTANT}\n")
    monkeypatch.setitem(sys.modules, made.__name__, made)


def drawn() -> list[int]:
    from hypothesis import strategies as st  # noqa: PLC0415 (slow to import)

    return list(draw(st.integers(CONSTANT - 1000, CONSTANT + 10**6), 300, "salt"))


@pytest.mark.usefixtures("module")
def test_no_constant_of_a_module_is_drawn() -> None:
    assert CONSTANT not in drawn()


def test_the_same_is_drawn_whatever_is_imported(request: pytest.FixtureRequest) -> None:
    before = drawn()
    request.getfixturevalue("module")
    assert drawn() == before


@pytest.mark.usefixtures("module")
def test_a_user_s_own_tests_draw_them_all_the_same() -> None:
    from hypothesis.internal.conjecture import providers  # noqa: PLC0415

    with of_no_module():
        assert CONSTANT not in providers._get_local_constants()
    assert CONSTANT in providers._get_local_constants()
