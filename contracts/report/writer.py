"""Writes a report folder; each file appears whole or not at all, results.json first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.report import badge, har, html, junit, markdown
from contracts.report.results import Results


def write_all(results: Results, evidence: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write every report of a run that is made of its results and evidence.

    Raises:
        OSError: the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "results.json", json.dumps(results.to_json(), indent=1) + "\n")
    _write(folder / "index.html", html.render(results, evidence))
    _write(folder / "junit.xml", junit.render(results))
    _write(folder / "summary.md", markdown.render(results))
    _write(folder / "badge.svg", badge.render(results))
    _write(folder / "evidence.har", json.dumps(har.log(results, evidence), separators=(",", ":")))


def _write(path: Path, text: str) -> None:
    scratch = path.with_name(f".{path.name}.tmp")
    scratch.write_text(text, encoding="utf-8", errors="backslashreplace")
    scratch.replace(path)
