"""A short run on any system: `python tests/system/smoke.py`, with the Python that graph-contracts is installed for.

Needs nothing but that. Runs the commands as a user would, in a folder `smoke`, and fails where one ends or prints
otherwise than it should.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path("smoke")
NARROW = ("--select", "update.status.success", "--select", "update.merge.siblings")
COMMAND = [sys.executable, "-m", "graph_contracts"]


def call(*words: str, code: int = 0) -> str:
    """Run one command; what it prints."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GRAPH_CONTRACTS_")}
    done = subprocess.run(
        [*COMMAND, *words], cwd=FOLDER, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    shown = done.stdout.decode(errors="replace")
    if done.returncode != code:
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{shown}{done.stderr.decode(errors='replace')}")
    return shown


def conforms(folder: str) -> None:
    """Fail where a report says anything else."""
    results = json.loads((FOLDER / folder / "results.json").read_text(encoding="utf-8"))
    if results["verdict"] != "conforms" or not results["summary"]["pass"]:
        sys.exit(f"{folder}: {results['verdict']}, {results['summary']}")


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    print(call("--version").strip(), "on", sys.version.split()[0], sys.platform)
    call("explain", "update.merge.siblings")
    call("lock", "my.lock")
    call("run", *NARROW, "--lock", "my.lock", "--report", "one")
    conforms("one")
    call("report", "one")
    call("har", "one")
    call("run", "--target", "http://127.0.0.1:9/beta", "--report", "nowhere", code=3)
    if "--workers" in sys.argv:
        call("run", *NARROW, "-n", "2", "--report", "two")
        conforms("two")
    left = [path.name for path in FOLDER.rglob("*") if path.name.startswith((".", "restore-"))]
    if left:
        sys.exit(f"left behind: {left}")
    print("smoke test passed")


if __name__ == "__main__":
    main()
