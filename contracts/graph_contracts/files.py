"""Files that a user names, read within limits: any of them may be the wrong one."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

from graph_contracts.system import is_readable

LARGEST = 64 * 1024 * 1024
"""Octets of a page, a settings file and the like."""
LARGEST_DOCUMENT = 256 * 1024 * 1024
"""Octets of an OpenAPI document; the whole API reference makes one of 62 MiB in JSON and of 87 MiB in YAML."""
WAIT = 10.0
"""Seconds that a pipe is waited for."""
SPARE = 1 << 14
"""Octets that are asked for where no more are expected: memory is put by for as many as are asked for."""
NOTHING = "a pipe that nothing comes out of"
NONBLOCKING = getattr(os, "O_NONBLOCK", 0)
"""Opens a pipe without waiting for whoever writes to it."""


def read(path: Path, most: int = LARGEST) -> bytes:
    """What is in a file, or comes out of a pipe.

    Raises:
        OSError: it can't be read, is larger than that, or is a pipe that nothing comes out of.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | NONBLOCKING | getattr(os, "O_BINARY", 0)), "rb", buffering=0) as file:
        state = os.fstat(file.fileno())
        if stat.S_ISDIR(state.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        octets: bytes | None = None
        if stat.S_ISFIFO(state.st_mode):
            octets = _from_pipe(file, path, most)
        elif state.st_size <= most:
            octets = b"".join(_pieces(file, state.st_size, most))
    if octets is None or len(octets) > most:
        raise OSError(errno.EFBIG, f"larger than {most // (1024 * 1024)} MiB", str(path))
    return octets


def _pieces(file: RawIOBase, size: int, most: int) -> Iterator[bytes]:
    """What is in a file, up to one octet more than allowed; it may have grown since it had that size."""
    left = most + 1
    while left > 0 and (piece := file.read(min(left, max(size, SPARE)))):
        left -= len(piece)
        size = 0
        yield piece


def _from_pipe(file: RawIOBase, path: Path, most: int) -> bytes:
    found = bytearray()
    while len(found) <= most:
        piece = file.read(1 << 20) if is_readable(file.fileno(), WAIT) else None
        if piece is None:
            why = "a pipe that nothing more comes out of, and that stays open" if found else NOTHING
            raise OSError(errno.ETIMEDOUT, why, str(path))
        if not piece:
            break
        found += piece
    if not found:
        raise OSError(errno.ENODATA, NOTHING, str(path))
    return bytes(found)
