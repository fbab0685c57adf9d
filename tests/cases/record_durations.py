"""Measures how many requests the cases of each requirement send: `python -m tests.cases.record_durations`.

They are sent to the reference. Parts are cut by these numbers where no earlier run tells how long cases take.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from statistics import mean

import yaml

from graph_contracts import requirements
from graph_contracts.engine.session import Session
from graph_contracts.engine.sharding.durations import FILE
from graph_contracts.settings import Settings
from tests.cases.sheet import DOCUMENT, DOCUMENTS, SHELF
from tests.contract.test_any_document import MUSEUM

METHODS = {"get", "post", "patch", "delete"}


def measure(document: Path) -> dict[str, int]:
    """Requests by requirement, for one path of one operation, on average."""
    sent: Counter[str] = Counter()
    operations: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Settings(openapi=document, report=Path(folder)))
        with session.open():
            exchanges = session.client.exchanges
            for binding in requirements.bindings():
                for operation in session.selection.operations(binding):
                    session.begin(operation.id)
                    before = len(exchanges)
                    session.run_case(binding, operation.id)
                    sent[binding.requirement] += len(exchanges) - before
                    operations.setdefault(binding.requirement, set()).add(operation.id)
    return {name: max(1, round(sent[name] / len(asked))) for name, asked in operations.items()}


def doubled(document: Path, folder: Path) -> Path:
    """The same document with a second path to everything."""
    told = yaml.safe_load(document.read_text(encoding="utf-8"))
    for path, item in list(told["paths"].items()):
        further = f"/further{path}"
        for method in METHODS & item.keys():
            item[method]["x-graph-aliases"] = [path, further]
        own = {method: {**item[method], "operationId": f"further-{method}-{path}"} for method in METHODS & item.keys()}
        told["paths"][further] = {**item, **own}
    made = folder / "doubled.json"
    made.write_text(json.dumps(told, default=str))
    return made


def main() -> None:
    """Write what was measured, on the average of three contracts, and what they lack with one made up for it."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(doubled(SHELF, Path(folder)))
    measured = [measure(document) for document in (DOCUMENT, SHELF, MUSEUM, *DOCUMENTS.values())]
    for name in {name for each in measured for name in each}:
        found[name] = round(mean(each[name] for each in measured if name in each))
    order = [each.id for each in requirements.registry()]
    FILE.write_text(json.dumps({name: found[name] for name in order if name in found}, indent=1) + "\n")
    print(f"{len(found)} of {len(order)} requirements, {sum(found.values())} requests")


if __name__ == "__main__":
    main()
