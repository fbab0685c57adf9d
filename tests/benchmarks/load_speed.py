"""How long a document takes to load: `python -m tests.benchmarks.load_speed [TIMES] [--keep FOLDER]`.

Documents are derived from the samples at TIMES of the whole reference's size (0.33 and 1 unless told), as YAML and as
JSON, and each is loaded in a process of its own. Prints seconds of one core, and memory, for what a run does in turn.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import re
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from graph_contracts.contract import Contract, Operation
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


def load_one(path: Path) -> None:
    """Load a document and one operation of it, which is what a run with `--operation` does."""
    name = last_update(path)

    def work() -> Operation:
        (operation,) = Contract.load(path).only([name]).updates
        return operation

    timed(f"{path.suffix[1:]}, one operation", work)


UPDATE = re.compile(rb"""["']?patch["']?\s*:\s*\{?\s*["']?operationId["']?\s*:\s*["']?([\w.-]+)""")


def last_update(path: Path) -> str:
    """The id of the last PATCH in a document, found in its text: to parse it would take memory."""
    return str(UPDATE.findall(path.read_bytes())[-1].decode())


def main(sizes: list[float], folder: Path) -> None:
    alone = multiprocessing.get_context("spawn")
    for times in sizes:
        paths = [folder / f"{times}.{form}" for form in ("yaml", "json")]
        steps = [partial(work, path) for work in (load, load_one) for path in paths]
        for step in steps if all(path.exists() for path in paths) else [partial(make, times, paths), *steps]:
            process = alone.Process(target=step)
            process.start()
            process.join()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", type=float, nargs="*", default=[0.33, 1])
    parser.add_argument("--keep", type=Path, help="a folder whose documents are made once")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        main(told.sizes, told.keep or Path(temporary))
