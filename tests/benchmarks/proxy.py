"""What judging costs a request that passes the proxy: `python -m tests.benchmarks.proxy`.

The same client sends the same reads straight to a target, through a proxy that only passes them on, and through one
that judges each answer; several rounds in turn, so that a busy machine slows all alike. Ratios hold better than the
figures.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import requests

from graph_contracts.engine.proxy import proxy
from graph_contracts.engine.proxy.copy import Copy
from graph_contracts.engine.proxy.traffic_judge import TrafficJudge
from tests.support.mocks import RIGHT, lamps
from tests.support.upstream import Upstream, proxied

ROUNDS = 7
REQUESTS = 300


def measure(session: requests.Session, url: str) -> float:
    """Milliseconds a request takes."""
    begun = time.perf_counter()
    for _ in range(REQUESTS):
        session.get(f"{url}/lamps/a1", timeout=60).raise_for_status()
    return (time.perf_counter() - begun) / REQUESTS * 1000


class Ignoring(TrafficJudge):
    """Sees nothing of what passes."""

    def take(self, copy: Copy) -> None:
        """Judge nothing."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        document = lamps(Path(folder))
        upstream = Upstream(lambda asked: asked.json(json.dumps(RIGHT)))
        with upstream.serving() as target, requests.Session() as session, ExitStack() as stack:
            base = f"{target}/v1.0"
            with mock.patch.object(proxy, "TrafficJudge", Ignoring):
                plain = stack.enter_context(proxied(base, document))
            judging = stack.enter_context(proxied(base, document))
            taken = _rounds(session, {"straight": base, "passed on": plain.url, "judged": judging.url})
    straight, passed, judged = (statistics.median(each) for each in taken.values())
    for name, each in taken.items():
        sys.stdout.write(f"{name:<10} {statistics.median(each):6.2f} ms a request\n")
    sys.stdout.write(f"passed on takes {passed / straight:.2f} times as long as straight; ")
    sys.stdout.write(f"judged {judged / passed:.2f} times as long as passed on\n")


def _rounds(session: requests.Session, urls: dict[str, str]) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in urls}
    for _ in range(ROUNDS):
        for name, url in urls.items():
            taken[name].append(measure(session, url))
    return taken


if __name__ == "__main__":
    main()
