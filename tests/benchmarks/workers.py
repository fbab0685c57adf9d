"""What workers gain against a slow target: `python -m tests.benchmarks.workers [WORKERS…] [-- OPTION…]`.

The reference answers 20 ms late, from a process of its own. Each run is a process of its own too, one after the other,
first without workers. Prints the seconds of each, what it spent of a processor, and the ratio to the first; and where
verdicts differ from the first's, which. A benchmark, not a test: the reference and all workers share the processors.
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
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from graph_contracts.contract import Contract
from graph_contracts.reference.message import Receive, Request, Tokens
from graph_contracts.reference.server import Started
from graph_contracts.reference.serving import build, serve_app
from graph_contracts.reference.tools import override
from tests.cases.sheet import DOCUMENT
from tests.support.forked import serving

DELAY = 0.02
"""Seconds that each answer is late."""
FORKED = multiprocessing.get_context("fork")


def slow(document: Path, objects: int) -> AbstractContextManager[Started]:
    """The reference, late with every answer."""
    return serving(_serve, document, objects, context=FORKED)


def _serve(told: Connection, document: Path, objects: int) -> None:
    app = build(Contract.load(document), Tokens(), objects=objects)

    @override(app, "read")
    async def read(inner: Any, request: Request, receive: Receive) -> None:
        await asyncio.sleep(DELAY)
        await inner(request, receive)

    serve_app(app, announce=told.send)


def measured(target: Started, document: Path, folder: Path, *options: str) -> tuple[float, float, dict[str, Any]]:
    """Wall seconds of a run, the processor's seconds, and its results."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    reach = ("--openapi", str(document), "--target", target.url, "--token", target.tokens.full)
    command = [sys.executable, "-m", "graph_contracts", "run", *reach, "--report", str(folder), "--deadline", "3600"]
    subprocess.run([*command, *options], check=False, stdout=subprocess.DEVNULL, env=os.environ)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, spent, json.loads((folder / "results.json").read_text())


def verdicts(results: dict[str, Any]) -> dict[tuple[str, str], str]:
    rows = results["requirements"]
    return {(row["id"], each["operation"]): each["verdict"] for row in rows for each in row["outcomes"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("workers", nargs="*", type=int, default=[2])
    parser.add_argument("--openapi", type=Path, default=DOCUMENT)
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    wanted = parser.parse_args(sys.argv[1:split])
    options = sys.argv[split + 1 :]
    with tempfile.TemporaryDirectory() as folder, slow(wanted.openapi, 2 * max(wanted.workers)) as target:
        print(f"{'workers':>7} {'seconds':>8} {'CPU s':>6} {'exchanges':>9} {'times as fast':>13}")
        first: tuple[float, dict[str, Any]] | None = None
        for workers in (1, *wanted.workers):
            at = Path(folder) / str(workers)
            seconds, spent, results = measured(target, wanted.openapi, at, "-n", str(workers), *options)
            first = first or (seconds, results)
            ratio = first[0] / seconds
            print(f"{workers:>7} {seconds:>8.1f} {spent:>6.1f} {results['exchanges']:>9} {ratio:>13.2f}", flush=True)
            mine, theirs = verdicts(results), verdicts(first[1])
            for key in sorted(k for k in {*mine, *theirs} if mine.get(k) != theirs.get(k)):
                print(f"  {' on '.join(key)}: {theirs.get(key)}, with workers {mine.get(key)}")


if __name__ == "__main__":
    main()
