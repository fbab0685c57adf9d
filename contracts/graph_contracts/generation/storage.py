"""Where Hypothesis keeps files: nowhere, since a run leaves nothing in its user's folder but its reports."""

from __future__ import annotations

import gzip
import json
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

VARIABLE = "HYPOTHESIS_STORAGE_DIRECTORY"
NOWHERE = os.path.join(os.devnull, "hypothesis")  # noqa: PTH118 (it is no place, only a name for one)
"""No folder can be made there, and Hypothesis does without."""
UTF_8: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([(0, 0xD7FF), (0xE000, 0x10FFFF)], [])
"""The ranges of code points that UTF-8 encodes, and those that it decodes as others."""
TABLE = Path("unicode_data", unicodedata.unidata_version, "codec-v2-utf-8.json.gz")
"""Where Hypothesis looks for them in its folder; one that looks elsewhere finds them out."""


def keep_nothing() -> None:
    """Have Hypothesis write no file in this process or those that it starts, unless its user has named a folder."""
    os.environ.setdefault(VARIABLE, NOWHERE)


@contextmanager
def kept_aside() -> Iterator[Path]:
    """Have Hypothesis write its files where they are gone after the block, though its user's own tests keep theirs."""
    from hypothesis import configuration  # noqa: PLC0415 (most cases need none of it)

    before: Any = configuration.storage_directory(intent_to_write=False)
    with TemporaryDirectory(prefix="graph-contracts-") as folder:
        configuration.set_hypothesis_home_dir(folder)
        try:
            yield Path(folder)
        finally:
            configuration.set_hypothesis_home_dir(getattr(before, "home_directory", before))


@cache
def know_utf_8() -> None:
    """Tell Hypothesis what UTF-8 encodes: it keeps no file, and in each process it would try every code point."""
    from hypothesis import strategies  # noqa: PLC0415 (slow to import)

    with kept_aside() as folder:
        table = folder / TABLE
        table.parent.mkdir(parents=True)
        table.write_bytes(gzip.compress(json.dumps(UTF_8).encode()))
        strategies.characters(codec="utf-8").validate()
