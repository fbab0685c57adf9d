"""Measures the kill sheet and writes it: `python -m tests.cases.record [NAME…]`; read what changed before a commit."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from contracts.reference import sheet as published
from contracts.reference.behaviours import behaviours
from tests.cases import sheet

ROUNDS = 2
"""Faults with chance in them don't tell the same twice."""


def measure(name: str, kind: str) -> sheet.Row:
    """One row."""
    return sheet.run(name, (name,) if kind == "fault" else (), (name,) if kind == "variation" else ())


def main(names: list[str]) -> int:
    """Measure some rows, or all, and write the sheet; returns how many faults were missed."""
    chosen = [b for b in behaviours() if not names or b.name in names]
    recorded = json.loads(published.FILE.read_text()) if names and published.FILE.exists() else {}
    started = time.monotonic()
    missed = 0
    with ProcessPoolExecutor(os.cpu_count() or 2, mp_context=multiprocessing.get_context("spawn")) as pool:
        jobs = {b.name: [pool.submit(measure, b.name, b.kind) for _ in range(ROUNDS)] for b in chosen}
        for b in chosen:
            rows = [job.result() for job in jobs[b.name]]
            told = set().union(*(row.told() for row in rows))
            lost = [name for name in b.caught_by if not all(name in row.told() for row in rows)]
            missed += bool(lost)
            recorded[b.name] = sorted(told | set(b.caught_by))
            broken = {**rows[0].errors, **({} if b.kind == "fault" else rows[0].failed)}
            print(
                f"{b.name}: {len(told)} told, {rows[0].seconds:.1f} s{f', MISSED {lost}' if lost else ''}", broken or ""
            )
    published.FILE.write_text(json.dumps(dict(sorted(recorded.items())), indent=1) + "\n")
    published.FILE.with_suffix(".md").write_text(published.markdown())
    print(f"{len(chosen)} rows, {missed} missed, {time.monotonic() - started:.0f} s")
    return missed


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
