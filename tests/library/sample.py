"""The sample project of `docs/examples/python`, as somebody has it who copied it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.command import ROOT

SAMPLE = ROOT / "docs" / "examples" / "python"


def copy(folder: Path) -> Path:
    """The project in a folder of its own, without what runs have left in it."""
    return shutil.copytree(
        SAMPLE, folder / "python", ignore=shutil.ignore_patterns("reports", "__pycache__", ".*", "*.egg-info")
    )
