"""What Hypothesis is told so that it need not find it out."""

from __future__ import annotations

import subprocess
import sys

from hypothesis.internal import charmap

from graph_contracts.generation import storage

TOLD = """
from hypothesis.internal import charmap
from graph_contracts.generation import storage

storage.UTF_8 = ([(65, 90)], [])
storage.know_utf_8()
print(charmap.intervals_from_codec("utf-8")[0].intervals)
"""


def test_hypothesis_believes_what_it_is_told() -> None:
    # in a process of its own, since Hypothesis would go on believing it
    done = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "((65, 90),)"


def test_it_is_told_what_it_would_find_out() -> None:
    with storage.kept_aside():
        encodable, others = charmap.intervals_from_codec.__wrapped__("utf-8")
    assert ([*encodable.intervals], [*others.intervals]) == storage.UTF_8
