"""How soon faults are found, beside Schemathesis' own command: `python -m tests.benchmarks.peer [FAULT…] [OPTIONS]`.

Both get the same document, the same token and a server of their own with the same fault, one after the other, each in a
process of its own, until they tell of it: we by a requirement in the fault's row of the kill sheet, Schemathesis by a
failure that it doesn't report of the server without a fault. All its checks and phases are on. Prints what it took
each, and the ratio of theirs to ours. `--odd` takes faults that were chosen by what Schemathesis generates, `--clean`
prints what either says of a server without a fault, and how fast it is. A benchmark, not a test: machines differ.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import repeat
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from graph_contracts.contract import Contract
from graph_contracts.reference.behaviours import behaviours
from graph_contracts.reference.server import Started
from graph_contracts.reference.serving import serve
from graph_contracts.reference.sheet import related
from tests.benchmarks import peer_faults
from tests.cases.sheet import SHELF
from tests.support.forked import serving

SHARED = """
 unknown-property-500 nonobject-body-500 empty-creation-500 malformed-id-500 unknown-id-read-500 second-delete-500
 serialised-exception-500 status-202 read-answers-202 create-answers-200 delete-answers-200 resp-ct-textplain
 response-invalid-json success-is-a-page int-as-string read-number-as-text list-is-a-bare-array noauth-accepted
 deleted-still-read created-not-kept
"""
"""Faults of the kill sheet that Schemathesis' checks could find: failures of the server, statuses, media types and
bodies that the document doesn't have, credentials that nobody looks at, objects that are there for too long, or not."""
FALSE = frozenset(
    {"positive_data_acceptance PATCH /library/books/{bookId}", "positive_data_acceptance POST /library/books"}
)
"""What Schemathesis says of the reference without a fault, as `--clean` tells: it tells nothing of one with a fault."""
TOLD = frozenset({"fail", "warn", "error"})
SECONDS = 45.0
"""Of processor, that either may take to find a fault."""
POLL_S = 0.02
FORKED = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Said:
    """Something that a tool says of a server: what, when it knew, and after how many requests."""

    what: str
    moment: float
    requests: int


@dataclass(frozen=True)
class Took:
    """What a tool said, and what it took until then."""

    what: str
    requests: int
    seconds: float
    processor: float


@dataclass
class Tool:
    """A tool's command against a server."""

    server: Started
    folder: Path
    seed: int
    requests: int = 0

    @property
    def command(self) -> list[str]:
        raise NotImplementedError

    @property
    def stream(self) -> Path:
        """Where it writes what it finds, as it goes, a line of JSON each."""
        raise NotImplementedError

    def said(self, entry: Mapping[str, Any]) -> Iterator[Said]:
        """What a line says of the server."""
        raise NotImplementedError


class Ours(Tool):
    """A default run with a token, which no deadline ends on a busy machine."""

    @property
    def command(self) -> list[str]:
        reach = ("--openapi", str(SHELF), "--target", self.server.url, "--token", self.server.tokens.full)
        options = ("--seed", str(self.seed), "--deadline", "7200", "--report", str(self.folder))
        return [sys.executable, "-m", "graph_contracts", "run", *reach, *options]

    @property
    def stream(self) -> Path:
        return self.folder / "outcomes.jsonl"

    def said(self, entry: Mapping[str, Any]) -> Iterator[Said]:
        self.requests += "exchange" in entry
        if entry.get("outcome", {}).get("verdict") in TOLD:
            yield Said(entry["requirement"], time.time(), self.requests)


@dataclass
class Theirs(Tool):
    """Schemathesis with all its checks and phases; what it finds counts from the answer that shows it, told later."""

    _sent: list[float] = field(default_factory=list)

    @property
    def command(self) -> list[str]:
        found = ("--report", "ndjson", "--report-ndjson-path", str(self.stream), "--generation-database", "none")
        reach = ("--url", self.server.url, "-H", f"Authorization: Bearer {self.server.tokens.full}")
        wide = ("--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--seed", str(self.seed))
        return [str(Path(sys.executable).with_name("schemathesis")), "run", str(SHELF), *reach, *wide, *found]

    @property
    def stream(self) -> Path:
        return self.folder / "events.ndjson"

    def said(self, entry: Mapping[str, Any]) -> Iterator[Said]:
        recorder = entry.get("ScenarioFinished", {}).get("recorder", {})
        moments = {case: each["timestamp"] for case, each in recorder.get("interactions", {}).items()}
        self._sent = sorted([*self._sent, *moments.values()])
        self.requests = len(self._sent)
        failures = (
            (moments[case], f"{check['name']} {check['failure_info']['failure']['operation']}")
            for case, checks in recorder.get("checks", {}).items()
            for check in checks
            if check["status"] == "failure" and case in moments
        )
        for moment, what in sorted(failures):
            yield Said(what, moment, bisect_left(self._sent, moment) + 1)


def target(faults: Sequence[str]) -> AbstractContextManager[Started]:
    """The reference in a process of its own."""
    return serving(_serve, SHELF, tuple(faults), context=FORKED)


def _serve(told: Connection, document: Path, faults: Sequence[str]) -> None:
    serve(Contract.load(document), announce=told.send, faults=faults)


def until(tool: Tool, about: Callable[[str], bool], most: float) -> Took:
    """Run a tool until it tells of something, or its end, or for so many seconds of processor."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    began, moments, spent = time.time(), list[float](), [0.0]
    process = subprocess.Popen(tool.command, cwd=tool.folder, stdout=subprocess.DEVNULL, env=environ)
    try:
        times = psutil.Process(process.pid)
        for entries in _lines(tool.stream):
            over = process.poll() is not None or spent[-1] > most
            if not over:
                used = times.cpu_times()
                moments.append(time.time())
                spent.append(used.user + used.system)
            for said in (each for entry in entries for each in tool.said(entry)):
                if about(said.what):
                    processor = spent[min(bisect_left(moments, said.moment), len(spent) - 1)]
                    return Took(said.what, said.requests, said.moment - began, processor)
            if over:
                break
            time.sleep(POLL_S)
        return Took("", tool.requests, time.time() - began, spent[-1])
    finally:
        process.kill()
        process.wait()


def _lines(path: Path) -> Iterator[list[dict[str, Any]]]:
    """Each time, the lines that a file has got since the last time."""
    rest = b""
    while not path.exists():
        yield []
    with path.open("rb") as file:
        while True:
            *whole, rest = (rest + file.read()).split(b"\n")
            yield [json.loads(each) for each in whole]


def took(
    tool: type[Tool],
    about: Callable[[str], bool],
    seed: int = 1,
    most: float = SECONDS,
    faults: Sequence[str] = (),
) -> Took:
    """What it takes a tool to tell of something, on a server of its own."""
    with target(faults) as server, tempfile.TemporaryDirectory() as name:
        return until(tool(server, Path(name), seed), about, most)


def everything(tool: type[Tool], seed: int) -> None:
    """What a tool says of a server without a fault; prints that, and how fast it was."""
    told = set[str]()

    def keep(what: str) -> bool:
        told.add(what)
        return False

    found = took(tool, keep, seed, 20 * SECONDS)
    rate, share = found.requests / found.seconds, found.requests / found.processor
    print(f"{tool.__name__:8} {found.requests} requests in {found.seconds:.1f} s, {rate:.1f} in a second,", end=" ")
    print(f"{share:.1f} in a second of processor; says {sorted(told) or 'nothing'}", flush=True)


def both(fault: str, seed: int) -> tuple[Took, Took]:
    """What it takes us, and Schemathesis, to find a fault."""
    named = next(each.caught_by for each in behaviours() if each.name == fault)
    row = {name.partition(".")[2] for name in (*related(fault), *named)}
    ours = took(Ours, lambda what: what.partition(".")[2] in row, seed, faults=(fault,))
    return ours, took(Theirs, lambda what: what not in FALSE, seed, faults=(fault,))


def compare(faults: Sequence[str], seed: int, jobs: int) -> None:
    """Print of each fault what it took both."""
    pairs = list[tuple[Took, Took]]()
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for fault, (ours, theirs) in zip(faults, pool.map(both, faults, repeat(seed)), strict=True):
            print(f"{fault:32} {_told(ours)} | {_told(theirs)}", flush=True)
            pairs += [(ours, theirs)] if ours.what and theirs.what else []
    print(f"{len(pairs)} found by both")
    for what in ("requests", "seconds", "processor"):
        ratios = [getattr(theirs, what) / getattr(ours, what) for ours, theirs in pairs]
        print(
            f"{what}: theirs in ours {statistics.median(ratios):.1f} (median), {min(ratios):.1f} to {max(ratios):.1f}"
        )


def _told(found: Took) -> str:
    return f"{found.requests:5} {found.seconds:6.1f} {found.processor:5.1f}  {found.what or 'not found':48}"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*", help="names in the kill sheet, by default those of SHARED")
    parser.add_argument("--odd", action="store_true", help="the faults of tests.benchmarks.peer_faults")
    parser.add_argument("--clean", action="store_true", help="a server without a fault")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="how many faults at once")
    wanted = parser.parse_args()
    if wanted.clean:
        for tool in (Ours, Theirs):
            everything(tool, wanted.seed)
        return
    odd = [each.name for each in behaviours() if each.apply.__module__ == peer_faults.__name__]
    compare(odd if wanted.odd else wanted.faults or SHARED.split(), wanted.seed, wanted.jobs)


if __name__ == "__main__":
    main()
