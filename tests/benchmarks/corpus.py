"""What the suite makes of contracts that it was not written beside: each PATCH page of the corpus, derived and judged.

    python -m tests.benchmarks.corpus [NAME ...] [--folder FOLDER] [--jobs N] [--deadline SECONDS] [--keep FOLDER]

The target of each run is the embedded reference of the same document, which keeps every contract: whatever is not
green is a false alarm, or a defect of the suite, of the reference or of what was derived. Pages that document no update
of an object are counted and left out. Ends with 1 where a run was not clean.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph_contracts.contract import Contract
from graph_contracts.derive import derive, write

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
BAD = ("error", "fail", "warn")
SHOWN = ("pass", "note", "inconclusive", "not-applicable", "warn", "fail", "error")


@dataclass
class Result:
    """What came of one page."""

    name: str
    code: int
    seconds: float
    summary: dict[str, int] = field(default_factory=dict)
    exchanges: int = 0
    said: list[str] = field(default_factory=list)


def documented(page: Path) -> tuple[dict[str, Any], dict[str, str]] | None:
    """The page's document and values of the parameters above its objects; None where it updates no object."""
    document = derive([page])
    updates = Contract.from_document(document, page.name).updates
    keys = {update.key for update in updates}
    # one value can't be both an object's, which is found out, and that of a parent, which is given
    for update in updates:
        if keys & {name for name in update.parameters if name != update.key}:
            del document["paths"][update.path]["patch"]
    left = Contract.from_document(document, page.name).updates
    ids = {name: f"parent-{name}" for each in left for name in each.parameters if name != each.key}
    return (document, ids) if left else None


def judged(page: Path, folder: Path, deadline: float) -> Result | None:
    """Run the suite on a page's contract."""
    found = documented(page)
    if found is None:
        return None
    document, ids = found
    name = f"{page.parents[1].name}/{page.stem}"
    here = folder / name
    here.mkdir(parents=True, exist_ok=True)
    (here / "openapi.yaml").write_text(write(document), encoding="utf-8")
    report = here / "report"
    command = [sys.executable, "-m", "graph_contracts", "run", "--openapi", str(here / "openapi.yaml")]
    command += ["--deadline", str(deadline), "--report", str(report)]
    command += [part for each, value in ids.items() for part in ("--id", f"{each}={value}")]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    (here / "output.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    result = Result(name, done.returncode, time.monotonic() - began)
    if not (report / "results.json").exists():
        result.said.append(done.stderr.strip()[:300])
        return result
    told = json.loads((report / "results.json").read_text("utf-8"))
    result.summary, result.exchanges = told["summary"], told["exchanges"]
    result.said += [f"note: {note[:300]}" for note in told["notes"]]
    for requirement in told["requirements"]:
        if requirement["verdict"] in BAD:
            outcome = next(each for each in requirement["outcomes"] if each["verdict"] == requirement["verdict"])
            result.said.append(f"{requirement['verdict']}: {requirement['id']}: {outcome['message'][:300]}")
    return result


def show(result: Result) -> None:
    counts = " ".join(f"{result.summary.get(word, 0):5}" for word in SHOWN)
    print(f"{result.name[:70]:70} {result.code} {counts} {result.seconds:7.1f} {result.exchanges:6}", flush=True)
    for line in result.said:
        print(f"    {line}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only pages whose name holds one of these")
    parser.add_argument("--folder", type=Path, default=CORPUS)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--deadline", type=float, default=100)
    parser.add_argument("--keep", type=Path, help="where to keep documents and reports")
    options = parser.parse_args(arguments)
    pages = [
        page
        for page in sorted(options.folder.rglob("api/*.md"))
        if re.search(r"(?m)^[ \t]*PATCH\s", page.read_text("utf-8"))
        and (not options.names or any(name in page.stem for name in options.names))
    ]
    words = " ".join(f"{word[:5]:>5}" for word in SHOWN)
    print(f"{'page':70} = {words} seconds  exch.")
    totals: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(options.jobs) as pool:
        folder = options.keep or Path(temporary)
        for result in pool.map(lambda page: judged(page, folder.resolve(), options.deadline), pages):
            if result is None:
                totals["left out"] += 1
                continue
            show(result)
            clean = result.code == 0 and not any(result.summary.get(word) for word in BAD) and not result.said
            totals.update({"judged": 1, "clean": int(clean), "exchanges": result.exchanges, **result.summary})
            totals["seconds"] += round(result.seconds)
    print(f"{len(pages)} pages: " + ", ".join(f"{count} {word}" for word, count in totals.items()))
    return 0 if totals["judged"] and totals["clean"] == totals["judged"] else 1


if __name__ == "__main__":
    sys.exit(main())
