"""The command line as a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support import forked

ROOT = Path(__file__).parents[2]


def environment(**environ: str) -> dict[str, str]:
    """The environment without what this machine says of us, and lines so wide that none is broken."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("GRAPH_CONTRACTS_", "PYTEST_", "GITHUB_"))}
    return own | {"PYTHONPATH": str(ROOT), "COLUMNS": "1000"} | environ


def start(*arguments: str, cwd: Path, **environ: str) -> subprocess.Popen[str]:
    """Start the command line."""
    return subprocess.Popen(
        [sys.executable, "-m", "graph_contracts", *arguments],
        cwd=cwd,
        env=environment(**environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def call(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end, forked from a process that has imported it."""
    return forked.command(arguments, cwd, environment(**environ))
