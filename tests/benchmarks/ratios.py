"""What a run costs, as ratios and counts that hold on a busy machine: `python -m tests.benchmarks.ratios [NAME…]`.

Each ratio is of two processor times, or of the memory of two processes, measured in turn. `--record` writes what is
measured to `ratios.json`, the median of three: `test_ratios.py` holds later versions to it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from markdown_it import MarkdownIt

from graph_contracts.derive import derive
from graph_contracts.engine.session import Session
from graph_contracts.generation.storage import keep_nothing
from graph_contracts.reference.server import start
from graph_contracts.requirements import Phase
from tests.benchmarks import first_verdict, replay, rows, scale
from tests.benchmarks.derive_speed import put, renamed
from tests.cases import sheet

FILE = Path(__file__).with_name("ratios.json")
HERE = Path(__file__).parents[2]
TIMES = 3
RESOURCES = 2
"""Each with five operations, in a run that tells what an operation costs."""
LARGE = 1_500
"""Resources of a document of which a run needs one operation."""
COPIES = 60
"""Of the packaged contract's pages, each with paths and types of its own."""
Measured = Mapping[str, float]
Measure = Callable[[], Measured]


def verdict() -> Measured:
    """How soon a run of the packaged contract has judged its first case."""
    return {"the first verdict, in imports of the libraries that it needs": first_verdict.in_yardsticks(3)}


def row() -> Measured:
    """What a session's own work costs beyond sending its requests."""
    sheet.brisk()
    keep_nothing()
    bodies = rows.seconds(rows.bodies)
    sheet.run("clean", brief=True)  # what only the first row does
    checks: list[float] = []
    written, bare = _beside(brief=True, look=lambda session: checks.append(rows.seconds(lambda: rows.check(session))))
    generated, bare_generated = _beside(phases=(Phase.GENERATED,))
    return {
        "written cases, in bare replays of their requests": (written - checks[0]) / bare,
        "generated cases, in bare replays of their requests": generated / bare_generated,
        "the bodies that generated cases begin with, in clean rows": bodies / written,
        "the checks of every response, in clean rows": checks[0] / written,
    }


def _beside(look: Callable[[Session], object] = id, **terms: object) -> tuple[float, float]:
    """Processor time of a row of the kill sheet without a fault, and of a bare replay of its requests."""
    sent: list[Mapping[str, object]] = []

    def keep(session: Session) -> None:
        for each in session.client.exchanges:
            text = each.request.body.decode("utf-8", "replace")
            request = {"method": each.request.method, "url": each.request.url, "postData": {"text": text}}
            sent.append({"request": request})
        look(session)

    taken = rows.seconds(lambda: sheet.run("clean", look=keep, **terms))  # type: ignore[arg-type]
    with start(sheet.DOCUMENT) as server:
        return taken, rows.seconds(lambda: replay.replay(server, sent))


def whole() -> Measured:
    """What the command takes for a run of the packaged contract with every case."""
    ratio, count = replay.processor()
    return {"a default run, in bare replays of it": ratio, "requests of a default run": count}


def operation() -> Measured:
    """What an operation costs where each resource has five."""
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as bytecode:
        found = scale.measured(Path(name), RESOURCES, [], five=True)
        libraries = min(first_verdict.yardstick(Path(bytecode)) for _ in range(TIMES))
    return {
        "processor of an operation, in imports of the libraries": found.processor / found.operations / libraries,
        "memory of a run over ten operations, in imports of the libraries": (
            found.memory / _memory(f"import {first_verdict.LIBRARIES}")
        ),
        "requests of an operation": found.results["exchanges"] / found.operations,
    }


def loading() -> Measured:
    """What one operation of a large document takes."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "large.json"
        path.write_text(json.dumps(scale.document(LARGE, five=True)))
        parse = f"import pathlib, pydantic_core; pydantic_core.from_json(pathlib.Path({str(path)!r}).read_bytes())"
        load = (
            "import pathlib; from graph_contracts.contract import Contract;"
            f" found = Contract.load(pathlib.Path({str(path)!r}));"
            f" [each.body for each in found.only([found.operations[{LARGE}].id]).operations]"
        )
        times = [(_processor(load), _processor(parse)) for _ in range(TIMES)]
    loads, parses = zip(*times, strict=True)
    return {"loading one operation of a large document, in parses of it": min(loads) / min(parses)}


def deriving() -> Measured:
    """What deriving takes beside a library that only reads the same pages' blocks."""
    with tempfile.TemporaryDirectory() as name:
        for page in sorted((HERE / "contracts" / "pages").rglob("*.md")):
            for copy in range(COPIES):
                text = renamed(page.read_text(encoding="utf-8"), copy).replace("PATCH /", f"PATCH /c{copy}/")
                put(Path(name, page.parent.name, f"{page.stem}-{copy}.md"), [text])
        texts = [each.read_text(encoding="utf-8") for each in Path(name).rglob("*.md")]
        blocks = MarkdownIt("commonmark").enable("table").disable("inline")
        took = rows.seconds(lambda: derive([Path(name)]))
        return {"deriving, in readings of blocks": took / rows.seconds(lambda: [blocks.parse(each) for each in texts])}


def _processor(program: str) -> float:
    """Processor seconds of a process beyond what it takes to import what both sides of a ratio import."""
    timed = f"import time, graph_contracts.contract; began = time.process_time(); {program};"
    return float(_run(f"{timed} print(time.process_time() - began)"))


def _memory(program: str) -> float:
    return float(_run(f"import graph_contracts.contract, resource; {program}; print({PEAK})"))


PEAK = "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024"


def _run(program: str) -> str:
    environ = {**os.environ, "PYTHONPATH": str(HERE / "contracts")}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, check=True, timeout=600)
    return done.stdout.decode()


MEASURES: Sequence[Measure] = (verdict, row, whole, operation, loading, deriving)


def apart(measure: Measure) -> Measured:
    """What is measured in a process of its own: some measures change what their process waits for."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(measure).result()


def recorded() -> dict[str, float]:
    """What is recorded, by name."""
    return dict(json.loads(FILE.read_text(encoding="utf-8"))) if FILE.exists() else {}


def main() -> None:
    """Print the figures, and record them where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(each.__name__ for each in MEASURES))
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--times", type=int, default=TIMES)
    wanted = parser.parse_args()
    for measure in (each for each in MEASURES if not wanted.names or each.__name__ in wanted.names):
        found = [apart(measure) for _ in range(wanted.times)]
        middle = {name: round(statistics.median(each[name] for each in found), 3) for name in found[0]}
        known = recorded()
        for name, value in middle.items():
            print(f"{name}: {value:g}, recorded {known.get(name, 'nowhere')}", flush=True)
        if wanted.record:
            FILE.write_text(json.dumps(known | middle, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
