"""What one exchange costs: `python -m tests.benchmarks.exchange [COUNT [ROUNDS [CHECKOUT…]]]`.

Sends COUNT reads and as many updates of one object through a bare `http.client`, then through `Client.send`, to a
reference in a process of its own. Prints milliseconds of processor time that an exchange takes where it is sent, the
least of the rounds. Other checkouts that are named are measured in turn with this one.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from graph_contracts.http.client import Client
from graph_contracts.http.connection import Connection
from graph_contracts.reference.server import Running, start

HERE = Path(__file__).parents[2]
COLLECTION = "/auditLogs/provisioning"
COUNT, ROUNDS = 2000, 5
BODIES: Mapping[str, bytes | None] = {"GET": None, "PATCH": b'{"changeId":"a change"}'}
Send = Callable[[str, str, bytes | None], int]
"""Sends a request with this method, path and body, and returns the status of its answer."""


def through_client(server: Running) -> Send:
    """What a run sends with."""
    client = Client(Connection(server.url, server.tokens.full))
    return lambda method, path, body: client.send(method, path, body=body, operation="op", entity="1").status


def bare(server: Running) -> Send:
    """A plain client."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    headers = {"Authorization": f"Bearer {server.tokens.full}", "Content-Type": "application/json"}

    def send(method: str, path: str, body: bytes | None) -> int:
        connection.request(method, parts.path + path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return send


WAYS: Mapping[str, Callable[[Running], Send]] = {"http.client": bare, "Client.send": through_client}


def measured(count: int) -> dict[str, float]:
    """Milliseconds of an exchange, by its method and the way in which it was sent."""
    with start(HERE / "openapi.yaml") as server:
        listed = Client(Connection(server.url, server.tokens.full)).send("GET", COLLECTION).object or {}
        path = f"{COLLECTION}/{listed['value'][0]['id']}"
        return {
            f"{method} by {name}": milliseconds(partial(way(server), method, path, body), count)
            for method, body in BODIES.items()
            for name, way in WAYS.items()
        }


def milliseconds(send: Callable[[], int], count: int) -> float:
    """Processor time of an exchange in this process."""
    assert send() == 200
    began = time.process_time()
    for _ in range(count):
        send()
    return (time.process_time() - began) / count * 1000


def of(checkout: Path, count: int) -> dict[str, float]:
    """The same in a process of its own, with the sources of a checkout."""
    environ = {**os.environ, "PYTHONPATH": f"{checkout / 'contracts'}{os.pathsep}{HERE}"}
    program = f"from tests.benchmarks.exchange import *; print(json.dumps(measured({count})))"
    command = [sys.executable, "-c", program]
    found: dict[str, float] = json.loads(subprocess.run(command, env=environ, capture_output=True, check=True).stdout)
    return found


def main(count: int = COUNT, rounds: int = ROUNDS, checkouts: Sequence[Path] = ()) -> None:
    """Print a table."""
    taken = [[of(each, count) for each in (HERE, *checkouts)] for _ in range(rounds)]
    print(f"| | {' | '.join(each.name for each in (HERE, *checkouts))} |")
    for row in taken[0][0]:
        least = [min(found[row] for found in column) for column in zip(*taken, strict=True)]
        print(f"| {row} | {' | '.join(f'{each:.3f} ms' for each in least)} |")


if __name__ == "__main__":
    count, rounds, *others = [*sys.argv[1:], *map(str, (COUNT, ROUNDS)[len(sys.argv) - 1 :])]
    main(int(count), int(rounds), [Path(each).resolve() for each in others])
