"""The kill sheet: which requirements tell of which fault, as measured, and what a variation may be warned of.

`kill-sheet.json` beside this file is written by `python -m tests.cases.record` and held true by the project's tests;
`kill-sheet.md` is the same for people.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from graph_contracts.reference.behaviours import behaviours

FILE = Path(__file__).with_name("kill-sheet.json")


@cache
def _recorded() -> Mapping[str, list[str]]:
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def related(name: str) -> frozenset[str]:
    """Every requirement that may tell of a behaviour: those named for it, and those that follow from it."""
    return frozenset(_recorded().get(name, ()))


def markdown() -> str:
    """The sheet for people."""
    faults = [b for b in behaviours() if b.kind == "fault"]
    variations = [b for b in behaviours() if b.kind == "variation"]
    lines = [
        "# Kill sheet",
        "",
        f"{len(faults)} faults and {len(variations)} variations of the reference, and which requirements tell of them.",
        "Written by `python -m tests.cases.record`; the tests hold it true.",
        "",
        "## Faults",
        "",
        "| Fault | What is wrong | Gates | Caught by | Also told by |",
        "|---|---|---|---|---|",
    ]
    for b in faults:
        also = sorted(related(b.name) - set(b.caught_by))
        lines.append(
            f"| `{b.name}` | {b.text} | {'yes' if b.gates else 'no'} | {_short(b.caught_by)} | {_short(also)} |"
        )
    lines += ["", "## Variations", "", "| Variation | What is different | May be warned of under |", "|---|---|---|"]
    lines += [f"| `{b.name}` | {b.text} | {_short(sorted(related(b.name)))} |" for b in variations]
    return "\n".join(lines) + "\n"


def _short(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(name.removeprefix("update.") for name in names) or "–"
