"""What the pytest plugin costs where nobody asks for it: `python -m tests.benchmarks.plugin_start [ROUNDS]`.

Collects an empty suite with the plugin and without it, in turn, and prints processor time and how the two compare.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

PLUGINS = {"with the plugin": (), "without it": ("-p", "no:graph_contracts")}
BARE = ("-p", "graph_contracts.pytest_plugin")


def seconds(folder: Path, options: tuple[str, ...], environ: dict[str, str] | None = None) -> float:
    """Processor time of collecting an empty suite."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env=environ,
        stdout=subprocess.DEVNULL,
        check=False,  # pytest says that there are no tests
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(title: str, ways: dict[str, tuple[str, ...]], rounds: int, environ: dict[str, str] | None = None) -> None:
    """Measure ways in turn, and print the median of each and the ratio of the first to the last."""
    with tempfile.TemporaryDirectory() as name:
        taken = [[seconds(Path(name), options, environ) for options in ways.values()] for _ in range(rounds)]
    medians = [statistics.median(column) for column in zip(*taken, strict=True)]
    said = ", ".join(f"{way} {median:.3f} s" for way, median in zip(ways, medians, strict=True))
    print(f"{title}: {said}; ratio {medians[0] / medians[-1]:.3f}")


def main(rounds: int) -> None:
    compare("with every plugin that is installed", dict(PLUGINS), rounds)
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    compare("with no other plugin", {"with the plugin": BARE, "without it": ()}, rounds, alone)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
