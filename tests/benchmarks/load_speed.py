"""How long a document takes to load: `python -m tests.benchmarks.load_speed [TIMES]`.

Documents are derived from the samples at TIMES of the whole reference's size (0.33 and 1 unless told), as YAML and as
JSON, and each is loaded in a process of its own. Prints seconds of one core, and memory, for what a run does in turn.
"""

from __future__ import annotations

import gc
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from graph_contracts.contract import Contract
from graph_contracts.derive import derive, pieces
from tests.benchmarks.derive_speed import multiplied, put, timed


def make(times: float, paths: Iterable[Path]) -> None:
    """Write documents of that size."""
    gc.disable()  # as the command does
    with tempfile.TemporaryDirectory() as pages:
        multiplied(Path(pages), times)
        document = derive([Path(pages)])
    for path in paths:
        put(path, pieces(document, path.suffix[1:]))


def load(path: Path) -> None:
    """Load a document and read of it what a run does."""
    print(f"{path.name}, {path.stat().st_size / 1e6:.1f} MB")
    contract = timed("load", lambda: Contract.load(path))
    middle = len(contract.operations) // 2
    print(f"{len(contract.operations)} operations")
    chosen = timed("choose three", lambda: contract.only([contract.operations[middle + n].id for n in range(3)]))
    timed("read them", lambda: [each.body for each in chosen.operations])
    timed("find their resources", lambda: [chosen.resource(each) for each in chosen.operations])
    timed("read all updates", lambda: contract.updates)
    timed("read all", lambda: contract.unread)


def main(sizes: list[float]) -> None:
    alone = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        for times in sizes:
            paths = [Path(folder, f"{times}.{form}") for form in ("yaml", "json")]
            steps: list[Callable[[], None]] = [partial(make, times, paths), *(partial(load, path) for path in paths)]
            for step in steps:
                process = alone.Process(target=step)
                process.start()
                process.join()


if __name__ == "__main__":
    main([float(each) for each in sys.argv[1:]] or [0.33, 1])
