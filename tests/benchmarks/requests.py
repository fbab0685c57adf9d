"""What each case asks of a target: `python -m tests.benchmarks.requests [MILLISECONDS] [--most N] [-- OPTION…]`.

Runs the packaged contract against the reference, so many milliseconds late with every answer. Prints of each
requirement its requests, how many of them look at objects, how many look once more at what was looked at before, with
nothing but looks in between, and how often it waited: requests in flight together are waited for once. A benchmark.
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("milliseconds", nargs="?", type=float, default=50.0)
    parser.add_argument("--code", type=Path, default=HERE)
    parser.add_argument("--most", type=int, default=40)
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    wanted = parser.parse_args(sys.argv[1:split])
    with tempfile.TemporaryDirectory() as name, slow(DOCUMENT, wanted.milliseconds / 1000) as target:
        run(wanted.code, target, DOCUMENT, Path(name), *sys.argv[split + 1 :])
        counted: defaultdict[str, Asked] = defaultdict(Asked)
        for requirement, exchanges in by_case(Path(name) / "outcomes.jsonl.gz"):
            counted[requirement] += asked(exchanges)
    print(f"{'':40} requests  looks  repeated  waits")
    print(f"{'all':40}{sum(counted.values(), Asked()).line}")
    for requirement, found in sorted(counted.items(), key=lambda pair: -pair[1].waits)[: wanted.most]:
        print(f"{requirement:40}{found.line}")


if __name__ == "__main__":
    main()
