"""The command line in a forked process, which may kill itself at a step on the disk that was named.

Forked from one that has imported everything: a run then begins in tens of milliseconds.
"""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from graph_contracts import cli
from tests.support.forked import FORKED

REPORTS = "reports"
END = "end.txt"
"""What a process that came to its end leaves beside the report folder: its exit code, and its steps on the disk."""


def start(*arguments: str, cwd: Path, deadly: int = 0) -> BaseProcess:
    """Start the command line; `deadly` is the step on the disk before which it kills itself."""
    (cwd / END).unlink(missing_ok=True)
    process = FORKED.Process(target=_live, args=(arguments, cwd, deadly), daemon=True)
    process.start()
    return process


def said(cwd: Path) -> str:
    """What the processes in a folder printed."""
    return (cwd / "said.txt").read_text(encoding="utf-8")


def end(cwd: Path) -> tuple[int, int]:
    """The exit code of the last process and how many steps on the disk it took; -9 where it did not come to its end."""
    # multiprocessing loses exit codes where threads wait for processes at the same time
    told = (cwd / END).read_text().split() if (cwd / END).exists() else (-signal.SIGKILL, 0)
    return int(told[0]), int(told[1])


def _live(arguments: tuple[str, ...], cwd: Path, deadly: int) -> None:
    os.chdir(cwd)
    for name in [name for name in os.environ if name.startswith(("GRAPH_CONTRACTS_", "PYTEST_", "GITHUB_"))]:
        del os.environ[name]
    output = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    taken = 0

    def step(event: str, args: tuple[Any, ...]) -> None:
        nonlocal taken
        writes = event in {"os.rename", "os.remove"} or (event == "open" and str(args[1] or "r")[0] in "wa")
        if writes and Path(str(args[0])).parent == Path(REPORTS):
            taken += 1
            if taken == deadly:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(step)
    code = cli.main(arguments)
    sys.stdout.flush()
    Path(END).write_text(f"{code} {taken}")
    os._exit(code)
