"""What the suite makes of each operation of the corpus: its kind, and why nothing of it is tested where that is so.

    python -m tests.benchmarks.kinds [FOLDER]

Each page is derived alone, as whoever has one page would do it. Prints a table of operations by kind, then the
operations that have none, and those of a kind that no driver sends, with the reason.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph_contracts.contract import Contract, Operation, OperationKind
from graph_contracts.derive import derive
from graph_contracts.engine.resources import DRIVERS
from graph_contracts.errors import ContractsError

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
NONE = "(none)"


@dataclass(frozen=True)
class Found:
    """One operation of a page."""

    page: str
    operation: str
    kind: OperationKind | None
    reason: str
    """Why nothing of it is tested; empty where it is."""


def pages(folder: Path) -> list[Path]:
    """The pages of operations in a folder and below it."""
    return sorted(each for each in folder.rglob("*.md") if "resources" not in each.relative_to(folder).parts)


def operations(page: Path) -> Iterator[Found]:
    """The operations that a page documents; none where it documents none.

    Yields:
        Each with its kind, through each of the page's paths.
    """
    try:
        contract = Contract.from_document(derive([page]), page.name)
    except ContractsError:
        return
    for each in contract.operations:
        kind = contract.kinds.get(each.id)
        yield Found(page.name, str(each), kind, _reason(each, kind))


def _reason(operation: Operation, kind: OperationKind | None) -> str:
    if kind in DRIVERS:
        return ""
    if operation.trouble:
        return operation.trouble
    return f"nothing says what {operation.method} does there" if kind is None else f"no driver sends a {kind}"


def with_kind(found: Sequence[Found]) -> float:
    """Which part of some operations have a kind that is tested, from 0 to 1."""
    return sum(not each.reason for each in found) / len(found)


def table(found: Sequence[Found]) -> Iterator[str]:
    """The operations by kind, then each that isn't tested."""
    count = Counter(each.kind or NONE for each in found)
    tested = Counter(each.kind or NONE for each in found if not each.reason)
    of_pages = {kind: len({each.page for each in found if (each.kind or NONE) == kind}) for kind in count}
    yield f"{'kind':<12} {'operations':>10} {'tested':>7} {'pages':>6}"
    for kind, number in count.most_common():
        yield f"{kind:<12} {number:>10} {tested[kind]:>7} {of_pages[kind]:>6}"
    yield f"{len(found)} operations on {len({each.page for each in found})} pages; {with_kind(found):.1%} are tested"
    for each in found:
        if each.reason:
            yield f"- {each.page}: {each.operation}: {each.reason}"


def main(words: Sequence[str]) -> int:
    """Print what the pages of a folder come to."""
    folder = Path(words[0]) if words else CORPUS
    found = [each for page in pages(folder) for each in operations(page)]
    if not found:
        print(f"{folder}: no page documents an operation")
        return 1
    print("\n".join(table(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
