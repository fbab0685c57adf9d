"""The reference in a process of its own, as a run starts it.

The process tells its address in one line of JSON and ends when its standard input does, so that it is gone with whoever
started it, however that ended.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from graph_contracts import system
from graph_contracts.errors import ConfigurationError
from graph_contracts.reference.message import Tokens

HOME = str(Path(__file__).parents[2])
"""Where this project's package is importable from."""


@dataclass(frozen=True)
class Started:
    """A reference that is serving."""

    url: str
    tokens: Tokens


@dataclass(frozen=True)
class Running(Started):
    """A reference in a process of its own."""

    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the process."""
        assert self.process.stdin is not None  # noqa: S101 (opened with a pipe)
        self.process.stdin.close()
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def start(
    document: Path,
    *,
    token: str | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    auth: str = "enforced",
    objects: int = 2,
    faults: Sequence[str] = (),
    variations: Sequence[str] = (),
) -> Iterator[Running]:
    """Serve a document in a process of its own for as long as the context lasts.

    Raises:
        ConfigurationError: a behaviour isn't known, the port can't be had, or the process did not come up.
    """
    wanted = {
        "document": str(document),
        "tokens": asdict(Tokens(full=token) if token else Tokens()),
        "host": host,
        "port": port,
        "auth": auth,
        "objects": objects,
        "faults": list(faults),
        "variations": list(variations),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "graph_contracts.reference"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # a Ctrl-C in the terminal is for the run, which still has to put things back
        start_new_session=True,
        creationflags=system.OWN_GROUP,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (HOME, os.environ.get("PYTHONPATH"))))},
    )
    assert process.stdin is not None  # noqa: S101 (opened with pipes)
    assert process.stdout is not None  # noqa: S101
    with suppress(BrokenPipeError):
        process.stdin.write(json.dumps(wanted).encode() + b"\n")
        process.stdin.flush()
    line = process.stdout.readline()
    try:
        answer = json.loads(line)
    except ValueError:
        answer = {"error": "the embedded reference did not start"}
    if "error" in answer:
        process.kill()
        process.wait()
        raise ConfigurationError(answer["error"])
    running = Running(answer["url"], Tokens(**answer["tokens"]), process)
    try:
        yield running
    finally:
        running.stop()
