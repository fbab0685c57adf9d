"""Runs at one server know their own objects from one another's, with the same seed too, and where names are unique."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from graph_contracts.contract import Property, Type, TypeKind
from graph_contracts.operations.sample_values import MAX_TOKEN, Values, telling
from tests.peers import shelf
from tests.peers.shelf import FIRST, SECOND, TOKEN, Request, Shelf
from tests.support.command import call

TEXT = Type(TypeKind.STRING)
NAMES = ("name", "mail", "url", "jobId")
THING = Type(TypeKind.COMPLEX, properties={name: Property(name, TEXT) for name in NAMES})


def test_texts_of_two_runs_differ_and_nothing_else_does() -> None:
    count = Type(TypeKind.INT32)
    phone = TEXT
    for n in (1, 2, 17):
        bodies = [Values(1, "o", token=token).full(THING, n, NAMES) for token in (0, 1, MAX_TOKEN)]
        for name in NAMES:
            made = [body[name] for body in bodies]
            assert len({*map(str, made)}) == len(made)
            assert all(telling(TEXT, value) for value in made)
            assert all(len(str(value)) <= 40 for value in made)
        for type_, name in ((count, "count"), (phone, "phone"), (phone, "country"), (phone, "preferredLanguage")):
            made = [Values(1, "o", token=token).make(type_, name, n) for token in (0, 1, MAX_TOKEN)]
            assert name == "preferredLanguage" or made == made[:1] * 3
    assert Values(1, "o", token=5).guid() == Values(1, "o", token=5).guid() != Values(1, "o", token=6).guid()


def unique(request: Request) -> bool:
    """Refuse a name that another object has."""
    body = request.object() if request.command in {"POST", "PATCH"} else None
    if not body or "name" not in body:
        return False
    entity = request.path.rpartition("/")[2]
    taken = {each["name"] for key, each in [*request.shelf.objects.items()] if key != entity}
    if body["name"] in taken:
        request.error(409, "nameAlreadyExists")
        return True
    return False


def run(server: Shelf, folder: Path) -> dict[str, Any]:
    """The verdicts of a run."""
    folder.mkdir()
    document = str(shelf.write_document(folder))
    chosen = ("--select", "update.value.*", "--select", "*.status.*", "--select", "*.merge.*")
    reach = ("--target", server.url, "--openapi", document, "--settle", "0.3", "--max-examples", "1")
    done = call("run", *reach, *chosen, cwd=folder, GRAPH_CONTRACTS_TOKEN=TOKEN)
    results = json.loads((folder / "reports/results.json").read_text())
    assert "left" not in results, done.stdout
    return {row["id"]: row["verdict"] for row in results["requirements"]}


def test_two_runs_at_the_same_time_do_not_disturb_each_other_where_names_are_unique(tmp_path: Path) -> None:
    with shelf.serving(FIRST, SECOND) as server:
        server.hook = unique
        alone = run(server, tmp_path / "alone")
        with ThreadPoolExecutor() as pool:
            both = [*pool.map(lambda name: run(server, tmp_path / name), ("one", "other"))]
        assert server.objects == {each["id"]: each for each in (FIRST, SECOND)}
        written = {path for method, path in server.seen if method != "GET"}
        assert not [path for path in written if str(FIRST["id"]) in path], "its own objects could be made"
    assert both == [alone, alone]
    assert "fail" not in alone.values()
