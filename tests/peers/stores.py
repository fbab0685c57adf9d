"""Small stores that others wrote, each run by default options: what was there before a run against what is after it.

`python -m tests.peers.stores [NAME …]` starts each, runs the suite against it and prints a table with the times.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import requests

from tests.peers import foreign, frail, json_store, naive, published, running
from tests.peers.naive import FIRST, SECOND

MODES = ("updates", "all")
"""A document of updates alone, with the ids named; one in which the run makes and deletes objects, too."""


def document(mode: str) -> dict[str, Any]:
    """What they are said to do; each object can be read."""
    found = json_store.document(*(["makes objects"] if mode == "all" else []))
    one = found["paths"]["/things/{thing-id}"]
    one["get"] = {"operationId": "read", **{name: one["patch"][name] for name in ("parameters", "responses")}}
    return found


def _things() -> list[dict[str, Any]]:
    return [naive.thing(entity) for entity in (FIRST, SECOND)]


@contextmanager
def json_server(folder: Path, _document: Path) -> Iterator[str]:
    with published.json_server(folder, {"things": _things()}) as url:
        yield url


@contextmanager
def mockoon(folder: Path, _document: Path) -> Iterator[str]:
    project, port = foreign.node_project("mockoon"), frail.free_port()
    (folder / "data.json").write_text(json.dumps(_environment()))
    program = str(project / "node_modules/.bin/mockoon-cli")
    command = [program, "start", "--data", str(folder / "data.json"), "--port", str(port)]
    with foreign.serving(command, folder, r"Server started", folder / "log"):
        yield f"http://127.0.0.1:{port}"


def _environment() -> dict[str, Any]:
    """What Mockoon serves: the usual routes of a data bucket."""
    answer = {"uuid": "a1", "body": "{}", "bodyType": "DATABUCKET", "databucketID": "thng", "crudKey": "id"}
    usual = {"latency": 0, "statusCode": 200, "headers": [], "rules": [], "rulesOperator": "OR", "default": True}
    more = {"label": "", "filePath": "", "sendFileAsBody": False, "disableTemplating": True, "fallbackTo404": False}
    route = {"uuid": "r1", "type": "crud", "documentation": "", "method": "", "endpoint": "things"}
    bucket = {"uuid": "b1", "id": "thng", "name": "things", "documentation": "", "value": json.dumps(_things())}
    return {
        "uuid": "e1",
        "lastMigration": 33,
        "name": "things",
        "endpointPrefix": "",
        "latency": 0,
        "port": 3000,
        "hostname": "127.0.0.1",
        "folders": [],
        "rootChildren": [{"type": "route", "uuid": "r1"}],
        "routes": [{**route, "responses": [{**answer, **usual, **more, "callbacks": []}], "responseMode": None}],
        "proxyMode": False,
        "proxyHost": "",
        "cors": True,
        "headers": [],
        "data": [bucket],
        "callbacks": [],
    }


@contextmanager
def _python(name: str, folder: Path, document: Path) -> Iterator[str]:
    environ = {"THINGS": json.dumps(_things()), "DOCUMENT": str(document)}
    with foreign.python_server(f"{name}_store", folder, **environ) as url:
        yield url


STORES: Mapping[str, Callable[[Path, Path], AbstractContextManager[str]]] = {
    "json-server": json_server,
    "mockoon": mockoon,
    "fastapi": partial(_python, "fastapi"),
    "connexion": partial(_python, "connexion"),
}


@dataclass(frozen=True)
class Done:
    """What a run did to a store, and what it says."""

    seconds: float
    before: Mapping[str, str]
    """Each object that was there, as the store shows it."""
    after: Mapping[str, str]
    results: Mapping[str, Any]
    printed: str

    @property
    def changed(self) -> dict[str, set[str]]:
        """The members of each object that are not as they were; all of it, where it can't be read any more."""
        return {e: _members(self.before[e], self.after[e]) for e in self.before if self.before[e] != self.after[e]}

    @property
    def told(self) -> dict[str, set[str]]:
        """The members of each object that the run names as left behind."""
        left = {each["object"].rpartition("/")[2]: set(each["members"]) for each in self.results.get("left", ())}
        return {entity: left[entity] for entity in left if entity in self.before}

    @property
    def made(self) -> list[str]:
        """What the run names as left behind of what it made."""
        return [
            each["text"]
            for each in self.results.get("left", ())
            if each["object"].rpartition("/")[2] not in self.before
        ]


def _shown(url: str) -> str:
    """An object as a store shows it; nothing where it gives no answer any more."""
    try:
        return requests.get(url, timeout=60).text
    except requests.RequestException:
        return ""


def _members(before: str, after: str) -> set[str]:
    try:
        one, other = json.loads(before), json.loads(after)
    except ValueError:
        return set()
    absent = object()
    return {name for name in {**one, **other} if one.get(name, absent) != other.get(name, absent)}


def run(name: str, mode: str, folder: Path) -> Done:
    """Run the suite against a store by default options."""
    described = folder / "document.json"
    described.write_text(json.dumps(document(mode)))
    named = ("--id", f"thing-id={FIRST}", "--second-id", f"thing-id={SECOND}") if mode == "updates" else ()
    with STORES[name](folder, described) as url:

        def state() -> dict[str, str]:
            return {entity: _shown(f"{url}/things/{entity}") for entity in (FIRST, SECOND)}

        before, began = state(), time.monotonic()
        ran = running.run(url, described, folder / "r", "--auth", "none", *named)
        took, after = time.monotonic() - began, state()
    return Done(took, before, after, ran.results, ran.printed)


def table(names: tuple[str, ...]) -> Iterator[str]:
    """A line for each store and mode."""
    yield "| Store | Document | Seconds | Run | What was there before | Left of what it made |"
    yield "|---|---|---:|---|---|---|"
    for name in names:
        for mode in MODES:
            with tempfile.TemporaryDirectory() as folder:
                done = run(name, mode, Path(folder))
            how = "whole" if done.results["complete"] else "cut short"
            now = "; ".join(f"{e[:8]}: {', '.join(sorted(each)) or 'unreadable'}" for e, each in done.changed.items())
            as_told = "" if done.changed == done.told else " (not as told)"
            state = f"{now or 'as it was'}{as_told}"
            yield f"| {name} | {mode} | {done.seconds:.0f} | {how} | {state} | {len(done.made)} |"


if __name__ == "__main__":
    for line in table(tuple(sys.argv[1:]) or tuple(STORES)):
        print(line, flush=True)
