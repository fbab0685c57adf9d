"""What each case asks of a target: `python -m tests.benchmarks.requests [MILLISECONDS] [--most N] [-- OPTION…]`.

Runs the packaged contract against the reference, so many milliseconds late with every answer, or reads the outcome
stream of a run that is over (`--stream FILE`). Prints of each requirement its requests, how many of them look at
objects, how many look once more at what was looked at before, with nothing but looks in between, and how often it
waited: requests in flight together are waited for once. Then, how many faults of the kill sheet it is named for, and
how many of these no other requirement about updates tells of. A benchmark.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from graph_contracts.reference.catalogue import proofs
from graph_contracts.reference.sheet import related
from tests.benchmarks.slow import DOCUMENT, HERE, run, slow

TOGETHER_S = 0.002
"""How much earlier than the answers before it a request may be sent and still have been sent after them: clocks."""


@dataclass(frozen=True)
class Asked:
    """The requests of a case."""

    requests: int = 0
    looks: int = 0
    repeated: int = 0
    waits: int = 0

    def __add__(self, other: Asked) -> Asked:
        return Asked(
            self.requests + other.requests,
            self.looks + other.looks,
            self.repeated + other.repeated,
            self.waits + other.waits,
        )

    @property
    def line(self) -> str:
        return f"{self.requests:9} {self.looks:6} {self.repeated:9} {self.waits:6}"


def asked(exchanges: Sequence[dict[str, Any]]) -> Asked:
    """Count the exchanges of a case, as they stand in an outcome stream."""
    seen, repeated = set[str](), 0
    for each in exchanges:
        if each["requirement"] != "observe":
            seen.clear()
            continue
        repeated += each["request"]["url"] in seen
        seen.add(each["request"]["url"])
    looks = sum(each["requirement"] == "observe" for each in exchanges)
    return Asked(len(exchanges), looks, repeated, _waits(exchanges))


def _waits(exchanges: Iterable[dict[str, Any]]) -> int:
    spans = sorted((datetime.fromisoformat(each["started"]).timestamp(), each["seconds"]) for each in exchanges)
    count, over = 0, 0.0
    for began, seconds in spans:
        count += began >= over - TOGETHER_S
        over = max(over, began + seconds)
    return count


def by_case(stream: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each outcome's requirement in an outcome stream, and the exchanges since the outcome before it."""
    exchanges: list[dict[str, Any]] = []
    with gzip.open(stream, "rt", encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            if "exchange" in entry:
                exchanges.append(entry["exchange"])
            elif "outcome" in entry:
                yield entry["requirement"], exchanges
                exchanges = []


def needed(requirement: str) -> tuple[int, int]:
    """How many faults a requirement is named for, and of how many no other requirement of its kind tells."""
    named = proofs(requirement)
    kind = requirement.partition(".")[0]
    alone = [each for each in named if {name for name in related(each.name) if name.startswith(kind)} == {requirement}]
    return len(named), len(alone)


def counts(stream: Path) -> dict[str, Asked]:
    """The requests of each requirement's cases in an outcome stream."""
    counted: defaultdict[str, Asked] = defaultdict(Asked)
    for requirement, exchanges in by_case(stream):
        counted[requirement] += asked(exchanges)
    return counted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("milliseconds", nargs="?", type=float, default=50.0)
    parser.add_argument("--code", type=Path, default=HERE)
    parser.add_argument("--most", type=int, default=40)
    parser.add_argument("--stream", type=Path)
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    wanted = parser.parse_args(sys.argv[1:split])
    if wanted.stream:
        counted = counts(wanted.stream)
    else:
        with tempfile.TemporaryDirectory() as name, slow(DOCUMENT, wanted.milliseconds / 1000) as target:
            run(wanted.code, target, DOCUMENT, Path(name), *sys.argv[split + 1 :])
            counted = counts(Path(name) / "outcomes.jsonl.gz")
    print(f"{'':40} requests  looks  repeated  waits  faults  alone")
    print(f"{'all':40}{sum(counted.values(), Asked()).line}")
    for requirement, found in sorted(counted.items(), key=lambda pair: -pair[1].requests)[: wanted.most]:
        faults, alone = needed(requirement)
        print(f"{requirement:40}{found.line} {faults:7} {alone:6}")


if __name__ == "__main__":
    main()
