"""Where Hypothesis keeps files: nowhere, since a run leaves nothing in its user's folder but its reports."""

from __future__ import annotations

import os

VARIABLE = "HYPOTHESIS_STORAGE_DIRECTORY"
NOWHERE = os.path.join(os.devnull, "hypothesis")  # noqa: PTH118 (it is no place, only a name for one)
"""No folder can be made there, and Hypothesis does without."""


def keep_nothing() -> None:
    """Have Hypothesis write no file in this process or those that it starts, unless its user has named a folder."""
    os.environ.setdefault(VARIABLE, NOWHERE)
