"""Where the time of a run goes: `python -m tests.benchmarks.profile [--rate HZ] [COUNT…]`.

Looks at the stack of a run in a process of its own (py-spy) against a reference in another, and prints a table of what
the run was doing: of the default run with all its cases where no COUNT is given, else of a narrow one over so many
operations (`NARROW`; the documents are those of `tests.benchmarks.scale`). A benchmark, not a test: machines differ.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from graph_contracts.reference.server import start
from tests.benchmarks.replay import DOCUMENT, command
from tests.benchmarks.scale import document

SELECTED = ("update.route.*", "update.status.*", "update.req.*")
NARROW = ("--max-examples", "0", *(word for glob in SELECTED for word in ("--select", glob)))
WAITS = frozenset({"readinto", "_receive", "_more", "wait", "_wait_for_tstate_lock", "create_connection", "sleep"})
"""Functions whose own time is time that nothing is done in."""
AREAS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("imports", ("<frozen importlib",)),
    ("generation", ("contracts/graph_contracts/generation/", "hypothesis/", "schemathesis/")),
    ("sending", ("contracts/graph_contracts/http/",)),
    ("recording", ("contracts/graph_contracts/engine/recorder.py", "contracts/graph_contracts/engine/outcome.py")),
    ("reports", ("contracts/graph_contracts/report/", "contracts/graph_contracts/gate/")),
    (
        "judging",
        (
            "contracts/graph_contracts/cases/",
            "contracts/graph_contracts/operations/",
            "contracts/graph_contracts/engine/judge.py",
        ),
    ),
    (
        "reading the document",
        ("contracts/graph_contracts/contract/contract.py", "contracts/graph_contracts/contract/loading.py"),
    ),
    ("pytest", ("_pytest/", "pluggy/", "pytest_html/")),
)
"""What a run does, by the file of the frame that is nearest to where the time is spent."""
ORDER = ("waiting", *(name for name, _ in AREAS), "other")


def area(stack: Sequence[str]) -> str:
    """What a run is doing, from its frames as `function (file:line)`, the innermost last."""
    if stack[-1].partition(" ")[0].rpartition(".")[2] in WAITS:
        return "waiting"
    for frame in reversed(stack):
        for name, files in AREAS:
            if any(part in frame for part in files):
                return name
    return "other"


def sampled(lines: Sequence[str]) -> Counter[str]:
    """How often each area was met, from stacks that each have their number behind them."""
    found: Counter[str] = Counter()
    for line in lines:
        stack, _, count = line.rpartition(" ")
        thread, *frames = stack.split(";")
        if "MainThread" in thread and frames:
            found[area(frames)] += int(count)
    return found


def profiled(path: Path, options: Sequence[str], folder: Path, rate: int) -> tuple[Counter[str], int]:
    """How often each area was met in a run, and its exchanges."""
    stacks = folder / "stacks.txt"
    sampler = [str(Path(sys.executable).with_name("py-spy")), "record", "--format", "raw", "--output", str(stacks)]
    sampler += ["--rate", str(rate), "--idle", "--threads", "--function", "--nonblocking", "--"]
    with start(path) as server:
        run = command(server, "--report", str(folder / "reports"), "--deadline", "7200", *options, document=path)
        subprocess.run([*sampler, *run], cwd=folder, check=False, capture_output=True)
    results = json.loads((folder / "reports" / "results.json").read_text())
    return sampled(stacks.read_text().splitlines()), int(results["exchanges"])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=100, metavar="HZ", help="looks in a second")
    parser.add_argument("counts", type=int, nargs="*", help="how many operations; 0 for the default run")
    chosen = parser.parse_args()
    columns: dict[str, tuple[Counter[str], int]] = {}
    for count in chosen.counts or [0]:
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            path = DOCUMENT
            if count:
                path = folder / "things.json"
                path.write_text(json.dumps(document(count)))
            name = f"{count} operations" if count else "default run"
            columns[name] = profiled(path, NARROW if count else (), folder, chosen.rate)
    print(f"| | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}")
    for row in ORDER:
        cells = [f"{found[row] / found.total():.0%}" for found, _ in columns.values()]
        print(f"| {row} | {' | '.join(cells)} |")
    totals = [f"{found.total() / chosen.rate:.1f} s, {exchanges} exchanges" for found, exchanges in columns.values()]
    print(f"| all | {' | '.join(totals)} |")


if __name__ == "__main__":
    main()
