"""Bodies that recordings and mocks have in files of their own: none outside of their folder is read."""

from __future__ import annotations

from pathlib import Path

from graph_contracts import files
from graph_contracts.engine.replay.left_out import Reason


def in_file(name: str, folder: Path, within: Path | None = None) -> bytes | Reason:
    """The body in a file of a folder; why it can't be had.

    Args:
        name: the path below the folder.
        folder: nothing outside of it is read.
        within: a folder that it may not lead out of by a link; by default it may.
    """
    try:
        whole = folder.resolve()
        path = (folder / name.replace("\\", "/")).resolve()
        if not path.is_relative_to(whole) or (within and not whole.is_relative_to(within.resolve())):
            return Reason.FILE_OUTSIDE
        return files.read(path)
    except (OSError, ValueError):
        return Reason.NO_FILE
