"""A long run of one process over one operation: neither memory nor descriptors grow, and it doesn't slow down.

20,000 exchanges take a minute. `python -m tests.benchmarks.soak` makes 200,000 in the same way, which takes ten.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.soak import PARTS, soak

EXCHANGES = 20_000
QUARTER = PARTS // 4


@pytest.mark.full
@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="what a process holds is read from Linux's /proc")
def test_a_long_run_is_as_light_and_as_quick_at_its_end_as_before(tmp_path: Path) -> None:
    found = soak(tmp_path, EXCHANGES)
    assert found.code == 0, (tmp_path / "said.txt").read_text()
    assert len(found.samples) == PARTS, f"only {found.exchanges} exchanges"
    assert json.loads((tmp_path / "reports" / "results.json").read_text())["exchanges"] == found.exchanges
    # the first quarter is for what is loaded, learned and filled once
    second, last = found.samples[QUARTER : 2 * QUARTER], found.samples[-QUARTER:]
    assert max(each.memory for each in last) <= 1.1 * max(each.memory for each in second) + 10e6, found.samples
    # a connection of its own for some requests, whenever it is looked
    assert max(each.descriptors for each in last) <= max(each.descriptors for each in second) + 2, found.samples
    assert median(found.rates[-QUARTER:]) >= median(found.rates[QUARTER : 2 * QUARTER]) / 2, found.rates
