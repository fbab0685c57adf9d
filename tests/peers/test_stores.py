"""Stores that others wrote are as they were after a run by default options, or the run tells the exact difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers import stores
from tests.peers.stores import STORES


@pytest.mark.full
@pytest.mark.parametrize("name", STORES)
def test_what_was_there_is_as_it_was_where_the_run_can_make_objects(name: str, tmp_path: Path) -> None:
    done = stores.run(name, "all", tmp_path)
    assert done.after == done.before or set(done.after.values()) == {""}, "it is as it was, or the store hangs for good"
    assert done.told == done.changed


@pytest.mark.full
@pytest.mark.parametrize("name", STORES)
def test_what_stays_of_updates_is_told_to_the_member(name: str, tmp_path: Path) -> None:
    done = stores.run(name, "updates", tmp_path)
    assert done.told == done.changed
