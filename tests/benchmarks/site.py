"""How long a site takes to make, how much memory, and how large its pages are.

    python -m tests.benchmarks.site [IMPLEMENTATIONS] [RUNS] [REQUIREMENTS] [OPERATIONS]

By default 40 implementations with 300 runs each of 365 requirements on 30 operations, with a tenth and a half of the
runs beside it to show how time grows. Ends with 1 where the largest site takes over 60 s or 1 GB, or a page 300 kB.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from graph_contracts.report.verdict import Verdict
from graph_contracts.site.record import LETTERS, Record
from tests.report import synthetic

START = datetime(2026, 1, 1, 3, tzinfo=UTC)
MAX_SECONDS, MAX_MB, MAX_PAGE_KB = 60, 1024, 300
VERDICTS = (*[Verdict.PASS] * 12, Verdict.FAIL, Verdict.WARN, Verdict.INCONCLUSIVE, Verdict.NOT_APPLICABLE)


def fill(folder: Path, implementations: int, runs: int, requirements: int, operations: int, seed: int = 1) -> None:
    """A history in which a hundredth of the verdicts changes from one run to the next."""
    chance = random.Random(seed)  # noqa: S311 (made-up data)
    example = synthetic.results(requirements, operations, failing=9)
    evidence = {
        row.id: [
            {
                "verdict": str(row.verdict),
                "operations": list(example.operations),
                "expected": "count = 1",
                "actual": "count = 2",
                "message": "",
                "steps": [
                    {
                        "request": "PATCH /things/1",
                        "answer": "200 OK",
                        "sent": [['{"count": 1}', ""]] * 20,
                        "got": [['"count": 2', "actual"]] * 20,
                    }
                ]
                * 2,
            }
        ]
        for row in example.requirements
        if row.verdict is Verdict.FAIL
    }
    catalogue = {
        row.id: {name: getattr(row, name) for name in ("level", "basis", "statement", "source", "fix")}
        for row in example.requirements
    }
    for name in ("runs", "evidence"):
        (folder / name).mkdir(parents=True)
    (folder / "requirements.json").write_text(json.dumps(catalogue), encoding="utf-8")
    for number in range(implementations):
        letters = {row.id: LETTERS[chance.choice(VERDICTS)] * operations for row in example.requirements}
        with (folder / "runs" / f"server-{number}.jsonl").open("w", encoding="utf-8") as file:
            for at in range(runs):
                for name in chance.sample(list(letters), max(1, requirements // 100)):
                    letters[name] = LETTERS[chance.choice(VERDICTS)] + letters[name][1:]
                record = Record.of(example, f"{number}-{at}", f"1.{at // 10}")
                started = (START + timedelta(days=at)).isoformat()
                data = {**record.to_json(), "started": started, "verdicts": letters, "partial": False}
                file.write(json.dumps(data) + "\n")
        (folder / "evidence" / f"server-{number}.json").write_text(json.dumps(evidence), encoding="utf-8")


def build(history: Path, output: Path) -> tuple[float, float]:
    """Seconds of processor and MB of a build in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    code = (
        "import resource, sys; from graph_contracts.cli import main; code = main(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024); sys.exit(code)"
    )
    command = [sys.executable, "-c", code, "site", "--history", str(history), "-o", str(output)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(" ", said.splitlines()[0])
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, float(said.splitlines()[-1])


def main(implementations: int = 40, runs: int = 300, requirements: int = 365, operations: int = 30) -> int:
    """Build three sites and print a row for each."""
    print(f"{implementations} implementations, {requirements} requirements, {operations} operations")
    for part in (runs // 10, runs // 2, runs):
        with tempfile.TemporaryDirectory() as folder:
            history, output = Path(folder, "history"), Path(folder, "site")
            fill(history, implementations, max(1, part), requirements, operations)
            began = time.monotonic()
            seconds, memory = build(history, output)
            wall = time.monotonic() - began
            again, _ = build(history, output)
            largest = max((path.stat().st_size, path.name) for path in output.rglob("*.html"))
            print(
                f"{part} runs each: {seconds:.1f} s of processor, {wall:.1f} s by the clock, {memory:.0f} MB; "
                f"again {again:.1f} s; largest page {largest[0] / 1000:.0f} kB ({largest[1]})"
            )
    return int(seconds > MAX_SECONDS or memory > MAX_MB or largest[0] > MAX_PAGE_KB * 1000)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
