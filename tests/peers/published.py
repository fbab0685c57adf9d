"""Servers that others wrote, each with the document that it makes or that is published for it, run by default options.

`python -m tests.peers.published [NAME …]` runs the suite against each, prints how many operations of its document were
judged, and each requirement that failed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import requests

from tests.peers import foreign, frail, running

NONE = ("--auth", "none")
JUDGED = frozenset({"pass", "fail", "warn", "note"})
SAMPLE: Mapping[str, Any] = {
    "posts": [{"id": 1, "title": "json-server", "author": "typicode"}],
    "comments": [{"id": 1, "body": "some comment", "postId": 1}],
    "profile": {"name": "typicode"},
}
"""The file that the README of json-server begins with."""
CAP = {"requires": {"db": {"driver": "sql.js"}}, "log": {"levels": {"odata": "error"}}}
"""CAP with a database in JavaScript alone, for which no binary has to be built or fetched, and no line a request."""


@contextmanager
def _python(name: str, schema: str, folder: Path) -> Iterator[tuple[str, Path]]:
    with foreign.python_server(name, folder, str(folder / "data")) as url:
        yield url, _fetched(url + schema, folder)


@contextmanager
def _loopback(folder: Path) -> Iterator[tuple[str, Path]]:
    project = foreign.node_project("loopback")
    with foreign.serving(["node", "server.js"], project, foreign.PORT, folder / "log") as port:
        url = f"http://127.0.0.1:{port[1]}"
        yield url, _fetched(f"{url}/openapi.json", folder)


def _fetched(url: str, folder: Path) -> Path:
    """The document that a server gives at a URL, octet for octet."""
    document = folder / "document.json"
    document.write_bytes(requests.get(url, timeout=60).content)
    return document


@contextmanager
def _json_server(folder: Path) -> Iterator[tuple[str, Path]]:
    with json_server(folder, SAMPLE) as url:
        yield url, foreign.HERE / "json-server" / "openapi.yaml"


@contextmanager
def json_server(folder: Path, data: Mapping[str, Any]) -> Iterator[str]:
    """Run json-server on its data until the block ends; yields its URL."""
    project, port = foreign.node_project("json-server"), frail.free_port()
    (folder / "db.json").write_text(json.dumps(data))
    program = project / "node_modules/json-server/lib/cli/bin.js"
    command = ["node", str(program), "--host", "127.0.0.1", "--port", str(port), "db.json"]
    with foreign.serving(command, folder, r"Home", folder / "log"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _prism(folder: Path) -> Iterator[tuple[str, Path]]:
    document = foreign.HERE / "prism" / "libregraph.yaml"
    with prism(document, folder) as url:
        yield url, document


@contextmanager
def prism(document: Path, folder: Path) -> Iterator[str]:
    """Run Prism as a mock of a document until the block ends; yields its URL."""
    project = foreign.node_project("prism")
    command = ["node", "node_modules/.bin/prism", "mock", "--port", "0", "--host", "127.0.0.1", str(document)]
    with foreign.serving(command, project, r"listening on http://127\.0\.0\.1:(\d+)", folder / "prism.log") as port:
        yield f"http://127.0.0.1:{port[1]}"


@contextmanager
def _bookshop(folder: Path) -> Iterator[tuple[str, Path]]:
    """The sample that CAP's own tools make, without its user interface and the drafts that only this needs."""
    modules = foreign.node_project("bookshop") / "node_modules"
    shop = folder / "bookshop"
    shop.mkdir()
    (shop / "node_modules").symlink_to(modules)
    cds = ["node", str(modules / "@sap/cds-dk/bin/cds.js")]
    for words in (("init", "."), ("add", "nodejs"), ("add", "sample")):
        _told([*cds, *words], shop)
    shutil.rmtree(shop / "app")
    (shop / "srv" / "admin-service.js").unlink()
    _told([*cds, "compile", "srv", "--to", "openapi", "--openapi:url", "/odata/v4/admin", "-o", "documents"], shop)
    port = str(frail.free_port())
    command = ["node", str(modules / "@sap/cds/bin/serve.js"), "--port", port, "--in-memory"]
    environ = {"CDS_CONFIG": json.dumps(CAP)}
    with foreign.serving(command, shop, r"server listening", folder / "log", environ, revived=True):
        yield f"http://127.0.0.1:{port}/odata/v4/admin", shop / "documents" / "AdminService.openapi3.json"


def _told(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=foreign.INSTALL, check=False)
    assert not done.returncode, done.stdout + done.stderr


@dataclass(frozen=True)
class Peer:
    """A server with its document."""

    serve: Callable[[Path], AbstractContextManager[tuple[str, Path]]]
    """Runs it with a folder of its own; gives its URL and document."""
    options: tuple[str, ...] = NONE


PEERS: Mapping[str, Peer] = {
    "fastapi-heroes": Peer(partial(_python, "heroes", "/openapi.json")),
    "drf-books": Peer(partial(_python, "books", "/schema/?format=json")),
    "cap-bookshop": Peer(_bookshop, ("--basic", "alice:", "--deadline", "1400")),  # it has 40 operations to test
    "json-server": Peer(_json_server),
    "loopback-todo": Peer(_loopback),
    "prism-libregraph": Peer(_prism, ("--token", "any", "--auth", "any-token")),
}


@dataclass(frozen=True)
class Judged:
    """What a run said of a server."""

    operations: int
    """How many the document has."""
    judged: frozenset[str]
    """Those of which something was judged."""
    failed: Mapping[str, Mapping[str, str]]
    """What was found, by requirement and operation."""
    printed: str


def run(name: str, folder: Path) -> Judged:
    """Run the suite against a peer, by its own document and default options."""
    peer = PEERS[name]
    with peer.serve(folder) as (url, document):
        ran = running.run(url, document, folder / "reports", *peer.options)
    said = [(row["id"], outcome) for row in ran.results["requirements"] for outcome in row["outcomes"]]
    failed: dict[str, dict[str, str]] = {}
    for requirement, outcome in said:
        if outcome["verdict"] in {"fail", "error"}:
            failed.setdefault(requirement, {})[outcome["operation"]] = outcome["message"]
    judged = frozenset(outcome["operation"] for _, outcome in said if outcome["verdict"] in JUDGED)
    return Judged(ran.results["scope"]["operations"], judged, failed, ran.printed)


def table(names: tuple[str, ...]) -> Iterator[str]:
    """A line for each peer, and one for each requirement that it failed."""
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            found = run(name, Path(folder))
        yield f"{name}: {len(found.judged)} of {found.operations} operations judged, {len(found.failed)} failures"
        for requirement, messages in found.failed.items():
            operation, message = next(iter(messages.items()))
            yield f"  {requirement} on {len(messages)}, as {operation}: {message}"


if __name__ == "__main__":
    for line in table(tuple(sys.argv[1:]) or tuple(PEERS)):
        print(line, flush=True)
