"""Runs the suite against the implementations of the example, and takes the runs into its history.

    python -m tests.site.record [--times N] [--history FOLDER] [NAME ...]

The history is in `docs/examples/site/history` where no other is named, and `implementations.toml` beside it says who
they are. Each run is by default options, with the document that the server makes or that is published for it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path

import click

from graph_contracts.reference.server import start
from graph_contracts.site import implementations
from graph_contracts.site.history import History
from tests.peers import foreign, frail, published, running, stores

ROOT = running.ROOT
FOLDER = ROOT / "docs" / "examples" / "site"
DEADLINE = "1400"
"""Seconds: the bookshop has 47 operations, more than the default is for."""
FAULTS = ("replace-not-merge", "null-to-empty-string", "etag-unquoted")
THINGS = [
    {"id": f"{n}1111111-1111-4111-8111-111111111111", "name": name, "count": n, "place": {"city": "a", "street": "b"}}
    for n, name in enumerate(("first", "second"), 1)
]
Served = tuple[str, Path, tuple[str, ...]]
"""URL, document and options."""


@contextmanager
def _published(name: str, folder: Path) -> Iterator[Served]:
    peer = published.PEERS[name]
    with peer.serve(folder) as (url, document):
        yield url, document, peer.options


@contextmanager
def _store(name: str, folder: Path) -> Iterator[Served]:
    document = folder / "document.json"
    document.write_text(json.dumps(stores.document("all")))
    with stores.STORES[name](folder, document) as url:
        yield url, document, published.NONE


@contextmanager
def _reference(folder: Path) -> Iterator[Served]:
    document = ROOT / "openapi.yaml"
    with start(document, faults=FAULTS) as server:
        yield server.url, document, ("--token", server.tokens.full)


@contextmanager
def _fe_mockserver(folder: Path) -> Iterator[Served]:
    project, data, document = foreign.node_project("fe-mockserver"), folder / "data", folder / "document.json"
    data.mkdir()
    (data / "things.json").write_text(json.dumps(THINGS))
    make = ["node", "node_modules/.bin/odata-openapi3", "--basePath", "/odata/v4/suite", "-t", str(document)]
    subprocess.run([*make, "metadata.xml"], cwd=project, check=True, capture_output=True)
    port = frail.free_port()
    command = ["node", "server.js", str(data), str(port)]
    with foreign.serving(command, project, foreign.PORT, folder / "log", revived=True):
        yield f"http://127.0.0.1:{port}/odata/v4/suite", document, published.NONE


def _node(folder: str, package: str) -> str:
    """The version of a package that a peer has installed."""
    found = foreign.HERE / folder / "node_modules" / package / "package.json"
    return str(json.loads(found.read_text(encoding="utf-8"))["version"])


def _python(package: str) -> str:
    (found,) = {
        each.name.split("-")[1] for each in (foreign.HERE / "python" / ".packages").glob(f"{package}-*.dist-info")
    }
    return found.removesuffix(".dist")


SERVERS: Mapping[str, tuple[Callable[[Path], AbstractContextManager[Served]], Callable[[], str]]] = {
    "cap": (partial(_published, "cap-bookshop"), partial(_node, "bookshop", "@sap/cds")),
    "connexion": (partial(_store, "connexion"), partial(_python, "connexion")),
    "drf": (partial(_published, "drf-books"), partial(_python, "djangorestframework")),
    "fastapi": (partial(_published, "fastapi-heroes"), partial(_python, "fastapi")),
    "fe-mockserver": (_fe_mockserver, partial(_node, "fe-mockserver", "@sap-ux/fe-mockserver-core")),
    "json-server": (partial(_published, "json-server"), partial(_node, "json-server", "json-server")),
    "loopback": (partial(_published, "loopback-todo"), partial(_node, "loopback", "@loopback/rest")),
    "mockoon": (partial(_store, "mockoon"), partial(_node, "mockoon", "@mockoon/cli")),
    "prism": (partial(_published, "prism-libregraph"), partial(_node, "prism", "@stoplight/prism-cli")),
    "reference": (_reference, partial(version, "graph-contracts")),
}
"""By the id in implementations.toml: what serves it, and what its version is."""


def _without_paths(history: Path, folder: Path) -> None:
    """Take the paths of this machine out of what servers showed of themselves: some answer with a stack."""
    for path in (each for kind in ("runs", "evidence") for each in (history / kind).iterdir()):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(str(folder), "(folder)").replace(str(ROOT), "(checkout)"), encoding="utf-8")


def take(name: str, history: History) -> str:
    """Run the suite against one and take the run in; returns what came of it."""
    serve, version_of = SERVERS[name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with serve(folder) as (url, document, options):
            ran = running.run(url, document, folder / "reports", "--deadline", DEADLINE, *options)
        history.add(name, folder / "reports", version_of())
        _without_paths(history.folder, folder)
    return f"{name}: {ran.results['verdict']}, {ran.results['exchanges']} exchanges, {ran.results['seconds']:.0f} s"


@click.command
@click.option("--times", default=1)
@click.option("--history", "folder", type=click.Path(path_type=Path), default=FOLDER / "history")
@click.argument("names", nargs=-1)
def main(times: int, folder: Path, names: tuple[str, ...]) -> None:
    """Take runs in, and print a line for each."""
    history = History(folder)
    listed = {each.slug: each.name for each in implementations.read(FOLDER / implementations.FILE).implementations}
    for name in names or tuple(SERVERS):
        history.name(name, listed[name])
        for _ in range(times):
            print(take(name, history), flush=True)


if __name__ == "__main__":
    sys.exit(main())
