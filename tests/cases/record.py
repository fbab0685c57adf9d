"""Measures the kill sheet and writes it: `python -m tests.cases.record [--shelf] [NAME…]`; read what changed then."""

from __future__ import annotations

import json
import sys
import time

from graph_contracts.reference import sheet as published
from graph_contracts.reference.behaviours import Behaviour, behaviours
from tests.cases import sheet


def measure(behaviour: Behaviour) -> list[sheet.Row]:
    """The rows of one behaviour: of updates, of the other operations, or both."""
    rows = [] if behaviour.about else [sheet.update_row(behaviour)]
    rows += [sheet.shelf_row(behaviour)] if sheet.on_the_shelf(behaviour) else []
    return [*rows, *(sheet.kind_row(each, kind) for each, kind in sheet.common_of_kinds() if each == behaviour)]


def only_shelf(behaviour: Behaviour) -> list[sheet.Row]:
    """The row that reads, lists, creations and deletions have of it."""
    return [sheet.shelf_row(behaviour)]


def main(names: list[str]) -> int:
    """Measure some rows, or all, and add what they told to the sheet; returns how many faults were missed.

    With `--shelf` only those of reads, lists, creations and deletions.

    Faults with chance in them don't tell the same twice: what was recorded before stays. Delete the file to begin anew.
    """
    shelf = "--shelf" in names
    names = [name for name in names if name != "--shelf"]
    known = {b.name: b for b in behaviours()}
    chosen = [b for b in known.values() if (not names or b.name in names) and (not shelf or sheet.on_the_shelf(b))]
    recorded = json.loads(published.FILE.read_text()) if published.FILE.exists() else {}
    recorded = {name: told for name, told in recorded.items() if name in known}
    started = time.monotonic()
    sheets = only_shelf if shelf else measure
    missed = 0
    with sheet.pool() as pool:
        jobs = {b.name: pool.submit(sheets, b) for b in chosen}
        for b in chosen:
            rows = jobs[b.name].result()
            told = {name for row in rows for name in row.told()}
            lost = {name for name in b.caught_by if not shelf or b.about} - told
            missed += bool(lost)
            recorded[b.name] = sorted({*recorded.get(b.name, ()), *told, *b.caught_by})
            broken = {k: v for row in rows for k, v in (row.errors | ({} if b.kind == "fault" else row.failed)).items()}
            quiet = b.gates and (not shelf or b.about is not None) and not any(row.failed for row in rows)
            flags = [f"MISSED {sorted(lost)}"] * bool(lost) + ["QUIET"] * quiet
            took = sum(row.seconds for row in rows)
            print(f"{b.name} ({took:.1f} s):", *sorted(told), *flags, broken or "", flush=True)
    published.FILE.write_text(json.dumps(dict(sorted(recorded.items())), indent=1) + "\n")
    published.FILE.with_suffix(".md").write_text(published.markdown())
    print(f"{len(chosen)} rows, {missed} missed, {time.monotonic() - started:.0f} s")
    return missed


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
