"""Measures the kill sheet and writes it: `python -m tests.cases.record [NAME…]`; read what changed before a commit."""

from __future__ import annotations

import json
import sys
import time

from contracts.reference import sheet as published
from contracts.reference.behaviours import behaviours
from tests.cases import sheet


def measure(name: str, kind: str) -> sheet.Row:
    """One row."""
    return sheet.run(name, (name,) if kind == "fault" else (), (name,) if kind == "variation" else ())


def main(names: list[str]) -> int:
    """Measure some rows, or all, and add what they told to the sheet; returns how many faults were missed.

    Faults with chance in them don't tell the same twice: what was recorded before stays. Delete the file to begin anew.
    """
    known = {b.name: b for b in behaviours() if not b.about}
    chosen = [b for b in known.values() if not names or b.name in names]
    recorded = json.loads(published.FILE.read_text()) if published.FILE.exists() else {}
    recorded = {name: told for name, told in recorded.items() if name in known}
    started = time.monotonic()
    missed = 0
    with sheet.pool() as pool:
        jobs = {b.name: pool.submit(measure, b.name, b.kind) for b in chosen}
        for b in chosen:
            row = jobs[b.name].result()
            lost = set(b.caught_by) - row.told()
            missed += bool(lost)
            recorded[b.name] = sorted({*recorded.get(b.name, ()), *row.told(), *b.caught_by})
            broken = {**row.errors, **({} if b.kind == "fault" else row.failed)}
            flags = [f"MISSED {sorted(lost)}"] * bool(lost) + ["QUIET"] * (b.gates and not row.failed)
            print(f"{b.name} ({row.seconds:.1f} s):", *sorted(row.told()), *flags, broken or "", flush=True)
    published.FILE.write_text(json.dumps(dict(sorted(recorded.items())), indent=1) + "\n")
    published.FILE.with_suffix(".md").write_text(published.markdown())
    print(f"{len(chosen)} rows, {missed} missed, {time.monotonic() - started:.0f} s")
    return missed


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
