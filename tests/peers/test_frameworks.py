"""Servers made with frameworks that many use, judged by the documents that these make of themselves, unmodified.

Each deviation stands here with its reason: a line is only added after the server's own answer was read.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from graph_contracts.engine import run
from graph_contracts.settings import Settings
from tests.peers import foreign

HEROES: Mapping[str, str] = {
    "update.error.no5xx": "null for a name, which its document allows, is answered 500: the column has none",
    "create.error.no5xx": "NaN and half a surrogate pair are answered 500",
}
"""FastAPI and SQLModel, as the tutorial has them."""
TRIMMED = "Django REST framework trims texts"
BOOKS: Mapping[str, str] = {
    "update.value.literal": TRIMMED,
    "create.value.literal": TRIMMED,
    "update.value.unicode": TRIMMED,
    "update.req.chunked": "a body without a Content-Length counts as none, and is answered 200",
    "create.req.chunked": "a body without a Content-Length counts as none",
    "update.conc.disjoint": "a model is saved with all its fields",
}
"""Django REST framework with drf-spectacular."""
UNSAID = ("*.auth.*", "*.authz.*")
"""What the documents say nothing of."""
pytestmark = pytest.mark.full


@contextmanager
def serving(name: str, folder: Path, schema: str) -> Iterator[tuple[str, Path]]:
    """Serve one until the block ends; yields its URL and its document."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    packages = foreign.frameworks()
    program = packages.parent / f"{name}.py"
    url, document = f"http://127.0.0.1:{port}", folder / f"{name}.json"
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(program), str(port), str(folder / "data")],
            env={**os.environ, "PYTHONPATH": str(packages)},
            stderr=log,
        )
    try:
        while process.poll() is None:
            try:
                document.write_bytes(requests.get(url + schema, timeout=60).content)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        else:
            pytest.fail((folder / "log.txt").read_text())
        yield url, document
    finally:
        process.kill()
        process.wait()


def rows(name: str, folder: Path, schema: str, only: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """What a run of everything says of the objects, by requirement."""
    with serving(name, folder, schema) as (url, document):
        settings = Settings(
            target=url,
            openapi=document,
            deselect=UNSAID,
            operations=only,
            settle=0.2,
            max_examples=10,
            report=folder / "reports",
        )
        run.run(settings)
    found: dict[str, Any] = json.loads((folder / "reports/results.json").read_text(encoding="utf-8"))
    return {row["id"]: row for row in found["requirements"]}


@pytest.mark.parametrize(
    ("name", "schema", "only", "deviations"),
    [("heroes", "/openapi.json", ("/heroes/*",), HEROES), ("books", "/schema/?format=json", ("/books/*",), BOOKS)],
)
def test_a_framework_fails_where_it_deviates_and_nowhere_else(
    name: str, schema: str, only: tuple[str, ...], deviations: Mapping[str, str], tmp_path: Path
) -> None:
    found = rows(name, tmp_path, schema, only)
    failed = {row["id"]: row["outcomes"] for row in found.values() if row["verdict"] in {"fail", "error"}}
    assert failed.keys() == deviations.keys(), failed
    passed = {name for name, row in found.items() if row["verdict"] == "pass"}
    assert len(passed) > 180
    for kind in ("update", "create"):
        assert {f"{kind}.{each}" for each in ("persist.read", "req.full", "body.id", "value.reflects")} <= passed
    assert {"list.body.id", "list.resp.object", "read.body.id", "delete.persist.read"} <= passed
