"""The garbage collector, which finds nothing in what is read or imported once and stays."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_rest(*, keep: bool) -> Iterator[None]:
    """Collect nothing during the block: looking through what is read, again and again, can take most of the time.

    Args:
        keep: whether what is there after the block is never looked through: it stays, or has no circles.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if keep:
            gc.freeze()
        if enabled:
            gc.enable()
