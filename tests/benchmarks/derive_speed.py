"""What deriving takes at the size of the whole reference: `python -m tests.benchmarks.derive_speed [TIMES [PROCESSES]]`

The samples in `../shared/corpus` are written out as often as it takes to have 7,116 operation pages and 4,173 resource
pages (times TIMES, 1 unless told), with paths and types of their own. Prints seconds of processor time, by stage, of
this process and of those that read pages for it (PROCESSES at once, 1 unless told), and memory.
"""

from __future__ import annotations

import gc
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar

from graph_contracts.derive import derive, pieces

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
OPERATIONS, RESOURCES = 7116, 4173
T = TypeVar("T")


def multiplied(target: Path, times: float) -> tuple[int, int]:
    """Write the samples out; returns how many files and octets there are."""
    pages = sorted(CORPUS.glob("*/api/*.md"))
    types = sorted(CORPUS.glob("*/resources/*.md"))
    groups = max(1, round(RESOURCES * times / len(types)))
    files = octets = 0
    for number in range(round(OPERATIONS * times / len(pages)) * len(pages)):
        page, copy = pages[number % len(pages)], number // len(pages)
        text = renamed(page.read_text("utf-8"), copy % groups)
        text = re.sub(r"(?m)^(GET|POST|PATCH|PUT|DELETE)( +)/", rf"\1\2/c{copy}/", text)
        octets += put(
            target / f"g{copy % groups}" / page.parent.relative_to(CORPUS) / f"{page.stem}-c{copy}.md", [text]
        )
        files += 1
    for group in range(groups):
        for each in types:
            octets += put(target / f"g{group}" / each.relative_to(CORPUS), [renamed(each.read_text("utf-8"), group)])
            files += 1
    return files, octets


def renamed(text: str, group: int) -> str:
    return re.sub(r"\bmicrosoft\.graph\b(?!\.com)", f"microsoft.graph.g{group}", text)


def put(path: Path, text: Iterable[str]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(text)
    return path.stat().st_size


def timed(name: str, work: Callable[[], T]) -> T:
    started, others = time.process_time(), of_others()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    beside = f" and {of_others() - others:.2f} s beside it" if of_others() > others else ""
    print(f"{name:24} {time.process_time() - started:6.2f} s{beside}  (peak {peak} MB)")
    return result


def of_others() -> float:
    """The processor time of the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(times: float = 1, processes: float = 1) -> None:
    gc.disable()  # as the command does
    with tempfile.TemporaryDirectory() as folder:
        files, octets = multiplied(Path(folder), times)
        print(f"{files} pages, {octets / 1e6:.1f} MB")
        document = timed("derive", lambda: derive([Path(folder)], processes=int(processes)))
        print(f"{len(document['paths'])} paths, {len(document['components']['schemas'])} types")
        for form in ("json", "yaml"):
            size = timed(f"write {form}", partial(put, Path(folder, "out"), pieces(document, form)))
            print(f"{size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
