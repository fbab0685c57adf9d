"""Files that a user names, read within limits: any of them may be the wrong one."""

from __future__ import annotations

import errno
from pathlib import Path

LARGEST = 64 * 1024 * 1024
"""Octets; the whole API reference makes a document of half that size."""


def read(path: Path, most: int = LARGEST) -> bytes:
    """What is in a file.

    Raises:
        OSError: it can't be read, or is larger than that.
    """
    with path.open("rb") as file:
        octets = file.read(most + 1)
    if len(octets) > most:
        raise OSError(errno.EFBIG, f"larger than {most // (1024 * 1024)} MiB", str(path))
    return octets
