"""Files that a user names, read within limits: any of them may be the wrong one."""

from __future__ import annotations

import errno
import os
from pathlib import Path

LARGEST = 64 * 1024 * 1024
"""Octets of a page, a settings file and the like."""
LARGEST_DOCUMENT = 256 * 1024 * 1024
"""Octets of an OpenAPI document; the whole API reference makes one of 62 MiB in JSON and of 87 MiB in YAML."""


def read(path: Path, most: int = LARGEST) -> bytes:
    """What is in a file.

    Raises:
        OSError: it can't be read, or is larger than that.
    """
    with path.open("rb") as file:
        octets = file.read(most + 1) if os.fstat(file.fileno()).st_size <= most else None
    if octets is None or len(octets) > most:
        raise OSError(errno.EFBIG, f"larger than {most // (1024 * 1024)} MiB", str(path))
    return octets
