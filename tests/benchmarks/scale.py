"""What a run costs by the number of operations: `python -m tests.benchmarks.scale [--five] [COUNT…] [-- OPTION…]`.

For each count a document of so many resources is made, `/things{n}/{id}` with PATCH alone or, with `--five`, with all
five operations, and served in a process of its own; a run against it is a process of its own too. Prints its seconds,
the most memory it held, its exchanges, each report file's size, and all that per operation. What stands behind `--`
narrows the run, as in `-- --select 'update.route.*' --max-examples 1`. A benchmark, not a test: machines differ.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graph_contracts.reference.server import start

COUNTS = (10, 100)
DEADLINE = "7200"


def document(resources: int, *, five: bool = False) -> dict[str, Any]:
    """An OpenAPI document of that many resources, each with an operation that updates, or with all five."""
    paths: dict[str, Any] = {}
    for n in range(resources):
        paths[f"/things{n}/{{id}}"] = _item(n, five)
        if five:
            paths[f"/things{n}"] = _collection(n)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{resources} resources", "version": "1"},
        "servers": [{"url": "https://things.example/v1"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": {"thing": THING},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


THING = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string"},
        "comment": {"type": ["string", "null"]},
        "count": {"type": "integer", "format": "int32"},
        "enabled": {"type": "boolean"},
        "since": {"type": "string", "format": "date-time"},
        "size": {"type": "object", "properties": {"unit": {"type": "string"}, "length": {"type": "integer"}}},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}
REF = {"$ref": "#/components/schemas/thing"}


def _told(schema: Any) -> dict[str, Any]:
    return {"description": "As it is now.", "content": {"application/json": {"schema": schema}}}


def _item(n: int, five: bool) -> dict[str, Any]:
    sent = {"required": True, "content": {"application/json": {"schema": REF}}}
    item: dict[str, Any] = {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "patch": {"operationId": f"things{n}_update", "requestBody": sent, "responses": {"200": _told(REF)}},
    }
    if five:
        item["get"] = {"operationId": f"things{n}_read", "responses": {"200": _told(REF)}}
        item["delete"] = {"operationId": f"things{n}_delete", "responses": {"204": {"description": "It is gone."}}}
    return item


def _collection(n: int) -> dict[str, Any]:
    sent = {"required": True, "content": {"application/json": {"schema": REF}}}
    listed = {"type": "object", "properties": {"value": {"type": "array", "items": REF}}}
    return {
        "get": {"operationId": f"things{n}_list", "responses": {"200": _told(listed)}},
        "post": {"operationId": f"things{n}_create", "requestBody": sent, "responses": {"201": _told(REF)}},
    }


@dataclass(frozen=True)
class Measured:
    """What one run took."""

    operations: int
    seconds: float
    processor: float
    """Seconds of the run's own processor time."""
    memory: int
    """The most octets that it held."""
    code: int
    results: dict[str, Any]
    sizes: dict[str, int]


def measured(folder: Path, resources: int, options: list[str], *, five: bool) -> Measured:
    """Serve a document and run against it, both in processes of their own."""
    path = folder / "things.json"
    path.write_text(json.dumps(document(resources, five=five)))
    with start(path) as server:
        command = [sys.executable, "-m", "graph_contracts", "run", "--openapi", str(path), "--target", server.url]
        command += ["--token", server.tokens.full, "--forbidden-token", server.tokens.forbidden]
        command += ["--report", str(folder), "--deadline", DEADLINE, *options]
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - started
    results = json.loads((folder / "results.json").read_text())
    sizes = {each.name: each.stat().st_size for each in sorted(folder.iterdir()) if each != path}
    count = len(results["contract"]["operations"])
    processor = usage.ru_utime + usage.ru_stime
    return Measured(count, seconds, processor, usage.ru_maxrss * 1024, process.returncode, results, sizes)


def told(found: Measured) -> str:
    """The figures of a run, as lines."""
    n, mega = found.operations, 1e6
    exchanges = found.results["exchanges"]
    lines = [
        f"{n} operations: exit code {found.code}, {exchanges} exchanges",
        f"  {found.results['executed']} of {found.results['planned']} cases",
        f"  {found.seconds:.1f} s, {found.processor:.1f} s of processor, {found.memory / mega:.0f} MB at most",
        f"  an operation: {found.seconds / n:.3f} s, {found.processor / n:.3f} s of processor",
        f"  an operation: {found.memory / n / 1e3:.0f} kB, {exchanges / n:.1f} exchanges",
        f"  an exchange: {found.processor / max(exchanges, 1) * 1e3:.2f} ms of processor",
    ]
    lines += [f"  {name:<16} {size / mega:9.3f} MB {size / n / 1e3:9.2f} kB" for name, size in found.sizes.items()]
    return "\n".join(lines)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--five", action="store_true", help="all five operations on each resource")
    parser.add_argument("--keep", type=Path, help="a folder for the reports")
    parser.add_argument("counts", type=int, nargs="*", default=COUNTS, help="how many resources")
    mine, rest = sys.argv[1:], []
    if "--" in mine:
        mine, rest = mine[: mine.index("--")], mine[mine.index("--") + 1 :]
    chosen = parser.parse_args(mine)
    for count in chosen.counts:
        with tempfile.TemporaryDirectory() as scratch:
            folder = (chosen.keep or Path(scratch)) / str(count)
            folder.mkdir(parents=True, exist_ok=True)
            print(told(measured(folder, count, rest, five=chosen.five)), flush=True)


if __name__ == "__main__":
    main()
