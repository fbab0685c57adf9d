"""Every requirement of the packaged cases, known without importing them.

`catalogue.json` beside this file is written by `python -m tests.docs` from what stands at the cases; the project's
tests hold it equal to that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from graph_contracts.contract import Convention
from graph_contracts.requirements.model import Level, Requirement

FILE = Path(__file__).with_name("catalogue.json")


@cache
def catalogue() -> tuple[Requirement, ...]:
    """The requirements in the order of `registry()`, as it is once all cases are loaded."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Requirement(
            **row | {"level": Level(row["level"]), "of": row["of"] and Convention(row["of"]), "cases": (*row["cases"],)}
        )
        for row in rows
    )


def written(requirements: Iterable[Requirement]) -> str:
    """The text of the file for some requirements, a line each."""
    lines = [json.dumps(vars(each), ensure_ascii=False) for each in requirements]
    return "[\n" + ",\n".join(lines) + "\n]\n"
