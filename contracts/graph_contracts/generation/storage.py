"""Where Hypothesis keeps files: nowhere, since a run leaves nothing in its user's folder but its reports."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

VARIABLE = "HYPOTHESIS_STORAGE_DIRECTORY"
NOWHERE = os.path.join(os.devnull, "hypothesis")  # noqa: PTH118 (it is no place, only a name for one)
"""No folder can be made there, and Hypothesis does without."""


def keep_nothing() -> None:
    """Have Hypothesis write no file in this process or those that it starts, unless its user has named a folder."""
    os.environ.setdefault(VARIABLE, NOWHERE)


@contextmanager
def kept_aside() -> Iterator[None]:
    """Have Hypothesis write its files where they are gone after the block, though its user's own tests keep theirs."""
    from hypothesis import configuration  # noqa: PLC0415 (most cases need none of it)

    before = configuration.storage_directory(intent_to_write=False)
    with TemporaryDirectory(prefix="graph-contracts-") as folder:
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(getattr(before, "home_directory", before))
