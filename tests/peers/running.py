"""Runs the suite against a server as a user would, by the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_contracts.report.results import Results

ROOT = Path(__file__).parents[2]
PATIENCE = 1500
"""Seconds that a run gets."""


@dataclass(frozen=True)
class Ran:
    """What a run said."""

    results: dict[str, Any]
    printed: str
    code: int


def run(url: str, document: Path, report: Path, *words: str, **environ: str) -> Ran:
    """Run the suite, with no setting but those that are given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GRAPH_CONTRACTS_", "PYTEST"))}
    fixed = ("--target", url, "--openapi", str(document), "--report", str(report))
    command = [sys.executable, "-m", "graph_contracts", "run", *fixed, *words]
    done = subprocess.run(
        command, cwd=ROOT, env=kept | environ, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    written = report / "results.json"
    assert written.exists(), done.stdout + done.stderr
    return Ran(json.loads(written.read_text(encoding="utf-8")), done.stdout + done.stderr, done.returncode)


def by_verdict(results: Results) -> dict[str, dict[str, str]]:
    """What a run says: for each verdict, the message by requirement."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for each in results:
        for outcome in each.outcomes:
            found[outcome.verdict][each.id] = outcome.message
    return found
