"""What a long run holds: `python -m tests.benchmarks.soak [EXCHANGES] [--resources N]`, by default 200,000 and one.

One process runs against a reference in another, over one resource with very many generated examples or over many
resources. Each time that the reference has been asked a twentieth of them, the run's memory, its open descriptors and
the time that it took are taken down. It prints a line for each and one for the whole.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.benchmarks.scale import DEADLINE, document
from tests.endurance.witness import witness

PARTS = 20
EXAMPLE = 20
"""Exchanges that an example costs at least."""


@dataclass(frozen=True)
class Sample:
    """A run at one moment."""

    exchanges: int
    seconds: float
    processor: float
    """Seconds of the run's own processor time: other processes slow it down less."""
    memory: int
    """Octets that it holds."""
    descriptors: int


@dataclass(frozen=True)
class Soak:
    """A run from beginning to end."""

    samples: tuple[Sample, ...]
    exchanges: int
    seconds: float
    code: int

    @property
    def rates(self) -> list[float]:
        """Exchanges in a second of processor time, up to each sample from the one before."""
        pairs = pairwise((Sample(0, 0, 0, 0, 0), *self.samples))
        return [(late.exchanges - early.exchanges) / (late.processor - early.processor) for early, late in pairs]


def soak(
    folder: Path,
    exchanges: int,
    *options: str,
    resources: int = 1,
    tell: Callable[[Sample], object] = lambda _: None,
) -> Soak:
    """Run until a target was asked so often and the run has come to its end; `tell` is told of each sample."""
    path = folder / "things.json"
    path.write_text(json.dumps(document(resources)))
    samples: list[Sample] = []
    with witness(path) as server:
        command = [sys.executable, "-m", "graph_contracts", "run", "--openapi", str(path), "--target", server.url]
        command += [
            "--token",
            server.tokens.full,
            "--report",
            str(folder / "reports"),
            "--deadline",
            DEADLINE,
            *options,
        ]
        command += ["--max-examples", str(exchanges // resources // EXAMPLE)]
        moments = [exchanges * part // PARTS for part in range(1, PARTS + 1)]
        server.hold(*((moment, "answered") for moment in moments))
        started = time.perf_counter()
        with (folder / "said.txt").open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output)
        sentinel = os.pidfd_open(process.pid)
        try:
            for moment in moments:
                if not server.held(sentinel, None):
                    break
                samples.append(sample(process.pid, moment, time.perf_counter() - started))
                tell(samples[-1])
                server.go()
            process.wait()
        finally:
            os.close(sentinel)
            process.kill()
        return Soak(tuple(samples), server.count, time.perf_counter() - started, process.returncode)


def sample(pid: int, exchanges: int, seconds: float) -> Sample:
    """What a process holds now."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found, status
    # the program's name, which may hold anything, ends with the last parenthesis
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    processor = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return Sample(exchanges, seconds, processor, int(found[1]) * 1024, len(list(Path(f"/proc/{pid}/fd").iterdir())))


def show(found: Sample) -> None:
    """Print what a run holds."""
    held = f"{found.memory / 1e6:6.1f} MB {found.descriptors:3} open"
    print(f"{found.exchanges:>8} {found.seconds:7.1f} s {found.processor:7.1f} s of processor {held}", flush=True)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exchanges", type=int, nargs="?", default=200_000)
    parser.add_argument("--resources", type=int, default=1)
    mine, rest = sys.argv[1:], []
    if "--" in mine:
        mine, rest = mine[: mine.index("--")], mine[mine.index("--") + 1 :]
    chosen = parser.parse_args(mine)
    with tempfile.TemporaryDirectory() as folder:
        found = soak(Path(folder), chosen.exchanges, *rest, resources=chosen.resources, tell=show)
    print(f"{found.exchanges} exchanges in {found.seconds:.1f} s, exit code {found.code}")


if __name__ == "__main__":
    main()
