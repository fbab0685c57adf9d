"""What slow answers cost a run: `python -m tests.benchmarks.slow [MILLISECONDS…] [--code FOLDER…] [-- OPTION…]`.

The reference answers that much late, from a process of its own. Each run is a process of its own too, of each checkout
of the project in turn, this one if none is named. Prints the seconds of each run, what it spent of a processor, its
exchanges and judged cases, and the ratio of cases in a second to the first checkout's; and where verdicts differ from
the first's, which. A benchmark, not a test: machines differ.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from graph_contracts.contract import Contract
from graph_contracts.reference.message import Receive, Request, Tokens
from graph_contracts.reference.server import Started
from graph_contracts.reference.serving import build, serve_app
from graph_contracts.reference.tools import override
from tests.benchmarks.workers import verdicts
from tests.support.forked import serving

HERE = Path(__file__).parents[2]
DOCUMENT = HERE / "openapi.yaml"
FORKED = multiprocessing.get_context("fork")


def slow(
    document: Path, delay: float, objects: int = 2, variations: Sequence[str] = ()
) -> AbstractContextManager[Started]:
    """The reference, so many seconds late with every answer."""
    return serving(_serve, document, delay, objects, variations, context=FORKED)


def _serve(told: Connection, document: Path, delay: float, objects: int, variations: Sequence[str]) -> None:
    app = build(Contract.load(document), Tokens(), objects=objects, variations=variations)

    @override(app, "read")
    async def read(inner: Any, request: Request, receive: Receive) -> None:
        await asyncio.sleep(delay)
        await inner(request, receive)

    serve_app(app, announce=told.send)


@dataclass(frozen=True)
class Run:
    """What a run took and what it said."""

    seconds: float
    processor: float
    code: int
    results: dict[str, Any]

    @property
    def judged(self) -> int:
        """How many cases came to a verdict other than inconclusive."""
        return sum(verdict != "inconclusive" for verdict in verdicts(self.results).values())

    @property
    def line(self) -> str:
        counted = Counter(verdicts(self.results).values())
        counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counted.items()))
        exchanges = self.results["exchanges"]
        return f"{self.seconds:8.1f} {self.processor:6.1f} {self.code:4} {exchanges:9} {self.judged:6} ({counts})"


def run(code: Path, target: Started, document: Path, folder: Path, *options: str) -> Run:
    """Test a target with a checkout of the project; its reports go to a folder."""
    reach = ("--openapi", str(document), "--target", target.url, "--token", target.tokens.full)
    command = [sys.executable, "-m", "graph_contracts", "run", *reach, "--report", str(folder), *options]
    environ = {**os.environ, "PYTHONPATH": str(code / "contracts")}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, check=False, cwd=folder, stdout=subprocess.DEVNULL, env=environ)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, spent, done.returncode, json.loads((folder / "results.json").read_text()))


def compare(first: Run, other: Run) -> None:
    """Print how fast a run was beside the first, and where their verdicts differ."""
    ratio = (other.judged / other.seconds) / (first.judged / first.seconds)
    print(f"    cases in a second: {ratio:.2f} times as many")
    old, new = verdicts(first.results), verdicts(other.results)
    for key in sorted(key for key in {*old, *new} if old.get(key) != new.get(key)):
        print(f"    {' on '.join(key)}: {old.get(key)}, now {new.get(key)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("milliseconds", nargs="*", type=float, default=[50.0])
    parser.add_argument("--code", nargs="+", type=Path, default=[HERE])
    parser.add_argument("--openapi", type=Path, default=DOCUMENT)
    parser.add_argument("--variation", nargs="+", default=[])
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    wanted = parser.parse_args(sys.argv[1:split])
    print(" seconds  CPU s code exchanges judged")
    for delay in wanted.milliseconds:
        print(f"{delay:g} ms an answer", flush=True)
        first: Run | None = None
        for code in wanted.code:
            target_of = slow(wanted.openapi, delay / 1000, variations=wanted.variation)
            with tempfile.TemporaryDirectory() as folder, target_of as target:
                done = run(code, target, wanted.openapi, Path(folder), *sys.argv[split + 1 :])
            print(done.line, flush=True)
            if first is not None:
                compare(first, done)
            first = first or done


if __name__ == "__main__":
    main()
