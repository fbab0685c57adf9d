"""What a run left of its exchanges and outcomes, read from its report folder."""

from __future__ import annotations

import gzip
import json
from io import StringIO
from pathlib import Path
from typing import Any

from graph_contracts.report import har, results_reader


def archive(folder: Path) -> Any:
    """The log of the HTTP archive that `graph-contracts har` would write."""
    return json.loads(_har(folder))["log"]


def _har(folder: Path) -> str:
    run = results_reader.load(folder)
    text = StringIO()
    har.write(run.results, run.evidence, text)
    return text.getvalue()


def texts(folder: Path) -> dict[str, str]:
    """The text of each file in it by name, unpacked, and of the HTTP archive."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    read = {name: path.read_text() for name, path in found.items() if path.suffix != ".gz"}
    packed = {name: gzip.decompress(path.read_bytes()).decode() for name, path in found.items() if path.suffix == ".gz"}
    return {**read, **packed, "evidence.har": _har(folder)}


def lines(folder: Path) -> list[Any]:
    """The lines of the outcome stream of a run that is over."""
    with gzip.open(folder / "outcomes.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
