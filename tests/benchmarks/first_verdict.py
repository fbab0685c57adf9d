"""How long until a run has judged its first case.

    python -m tests.benchmarks.first_verdict [ROUNDS] [CHECKOUT …] [--openapi FILE] [--operation GLOB]

A run of the packaged contract, or of a document or one operation of it, against the embedded reference ends as soon as
its first outcome would be in the outcome stream. Prints processor time since the process started, the median of the
rounds: of the run, of the reference that it started, and the most memory of the run. Other checkouts that are named are
measured in turn with this one. `python -m tests.benchmarks.load_speed --keep FOLDER` makes documents of the whole
reference's size.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parents[2]
ROUNDS = 7
LIBRARIES = "click, pydantic, pytest, requests"
PROGRAM = """
import json, os, resource, sys, time
from graph_contracts.report.outcome_stream import OutcomeStream

def first(self, *arguments):
    own = time.process_time()
    import psutil
    times = [each.cpu_times() for each in psutil.Process().children()]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    reference = sum(each.user + each.system for each in times)
    os.write(int(os.environ["FIGURES"]), json.dumps([own, reference, memory]).encode())
    os._exit(0)

OutcomeStream.outcome = first
from graph_contracts.cli import main
sys.exit(main())
"""
"""The command, which ends itself where it would write its first outcome."""


@dataclass(frozen=True)
class First:
    """What a run took until its first outcome."""

    processor: float
    """Seconds of the run's own process."""
    reference: float
    """Seconds of the processes that it started."""
    memory: int
    """The most octets that the run held."""


def first(folder: Path, bytecode: Path, options: Sequence[str] = (), checkout: Path = HERE) -> First:
    """Run until the first outcome.

    Args:
        folder: an empty folder to run in.
        bytecode: where compiled modules are kept: an installed package has them, whatever this process is told.
        options: the options of the run.
        checkout: whose sources to run.

    Raises:
        ValueError: the run ended without an outcome.
    """
    reading, writing = os.pipe()
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ |= {"PYTHONPATH": str(checkout / "contracts"), "PYTHONPYCACHEPREFIX": str(bytecode)}
    environ["FIGURES"] = str(writing)
    command = [sys.executable, "-c", PROGRAM, "run", "--report", str(folder / "reports"), *options]
    with os.fdopen(reading) as figures:
        subprocess.run(
            command, cwd=folder, env=environ, pass_fds=[writing], stdout=subprocess.DEVNULL, check=True, timeout=600
        )
        os.close(writing)
        return First(*json.loads(figures.read()))


def compared(options: Sequence[str], rounds: int, checkouts: Sequence[Path]) -> Mapping[Path, First]:
    """The medians of several rounds for each checkout, all of them in turn in each round; one before compiles them."""
    taken: dict[Path, list[First]] = {each: [] for each in checkouts}
    with tempfile.TemporaryDirectory() as bytecode:
        for _ in range(rounds + 1):
            for each in checkouts:
                with tempfile.TemporaryDirectory() as folder:
                    taken[each].append(first(Path(folder), Path(bytecode), options, each))
    return {each: middle(found[1:]) for each, found in taken.items()}


def middle(found: Sequence[First]) -> First:
    """The median of each figure."""
    return First(
        statistics.median(each.processor for each in found),
        statistics.median(each.reference for each in found),
        int(statistics.median(each.memory for each in found)),
    )


def yardstick(bytecode: Path) -> float:
    """Processor time of a process that imports the libraries which every run needs, and does nothing."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", f"import {LIBRARIES}, time; print(time.process_time())"]
    environ["PYTHONPYCACHEPREFIX"] = str(bytecode)
    return float(subprocess.run(command, env=environ, capture_output=True, check=True, timeout=600).stdout)


def in_yardsticks(rounds: int = 5) -> float:
    """How many times the yardstick the first verdict takes on the packaged contract."""
    with tempfile.TemporaryDirectory() as bytecode, tempfile.TemporaryDirectory() as folder:
        kept = Path(bytecode)
        pairs = [(first(Path(folder), kept).processor, yardstick(kept)) for _ in range(rounds + 1)]
    verdicts, imports = zip(*pairs[1:], strict=True)  # the first round compiles
    return float(statistics.median(verdicts) / statistics.median(imports))


def tell(title: str, found: Mapping[Path, First]) -> None:
    """Print the figures of each checkout, and the ratio of this one to it."""
    print(title)
    for path, each in found.items():
        ratio = "" if path == HERE else f"; ratio {found[HERE].processor / each.processor:.2f}"
        memory = f"{each.memory / 1e6:.0f} MB"
        print(f"  {path.name}: {each.processor:.2f} s, the reference {each.reference:.2f} s, {memory}{ratio}")


def main(rounds: int, others: Sequence[Path], options: Mapping[str, str | None]) -> None:
    """Print the figures.

    Args:
        rounds: how many runs of each checkout.
        others: checkouts beside this one.
        options: the options of the run; None stands for one that isn't given.
    """
    given = {name: value for name, value in options.items() if value is not None}
    words = [word for name, value in given.items() for word in (f"--{name}", value)]
    tell(" ".join(words) or "the packaged contract", compared(words, rounds, [HERE, *others]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", type=int, nargs="?", default=ROUNDS)
    parser.add_argument("checkouts", type=Path, nargs="*")
    parser.add_argument("--openapi", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--operation")
    told = vars(parser.parse_args())
    main(told.pop("rounds"), [each.resolve() for each in told.pop("checkouts")], told)
