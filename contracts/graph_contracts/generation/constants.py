"""What Hypothesis may draw beside random values: constants of its own, and none that stand in the code of modules.

It would read the source of each imported module that isn't in `site-packages`. So the requests of a seed would depend
on how the suite is installed and on what else is imported, and to parse all that takes seconds in each process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def of_no_module() -> Iterator[None]:
    """Have Hypothesis draw no constant of a module during the block; what others draw stays as it is."""
    try:
        from hypothesis.internal.conjecture import providers  # noqa: PLC0415 (slow to import)
    except ImportError:  # a version that keeps them elsewhere is slower and less steady, but draws all the same
        yield
        return
    import pytest  # noqa: PLC0415 (who only replays traffic needs none)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(providers, "_get_local_constants", _none, raising=False)
        patch.setattr(providers, "CONSTANTS_CACHE", _permitted(), raising=False)
        yield


@cache
def _none() -> Any:
    from hypothesis.internal.constants_ast import Constants  # noqa: PLC0415

    return Constants()


@cache
def _permitted() -> Any:
    """A cache of its own for the constants that a place may take: the usual one is filled with those of modules."""
    from hypothesis.internal.cache import LRUCache  # noqa: PLC0415

    return LRUCache(1024)
