"""What a run by default options sends that could touch what was there before it: nothing, where it can make objects.

Every request that writes is listed by its method, its path's template and whose object it reaches, as the run has it on
record; what was there is compared as the server shows it, octet by octet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import requests

from graph_contracts import cli
from graph_contracts.operations import effect_watch
from tests.peers import bulk_updater, crud, json_store, naive
from tests.support import forked, recorded

ROOT = Path(__file__).parents[3]
SHELF = ROOT / "tests" / "cases" / "shelf.yaml"
WRITES = frozenset({"PATCH", "POST", "PUT", "DELETE"})
State = Mapping[str, bytes]
REACHING = ("*.route.*", "*.method.*", "*.req.id*", "*.json.*", "*.status.*", "*.isolation.*", "*.sec.*", "*.robust.*")
"""What could reach other objects than its own, or spoil those that it is sent to."""


@dataclass(frozen=True)
class Site:
    """A server with what is there before the run."""

    url: str
    collections: tuple[str, ...]
    arguments: tuple[str, ...]
    state: Callable[[], State]
    """Each object, by its id."""


def _listed(url: str, token: str) -> State:
    """What a collection shows."""
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=60).json()
    return {each["id"]: json.dumps(each).encode() for each in answer["value"]}


@contextmanager
def store(folder: Path) -> Iterator[Site]:
    document = folder / "store.json"
    document.write_text(json.dumps(json_store.document("makes objects")))
    with json_store.serving("makes objects", "spreads arrays", "keeps nulls") as server:
        arguments = ("--openapi", str(document), "--token", naive.TOKEN)
        yield Site(server.url, ("/v1/things",), arguments, lambda: _listed(f"{server.url}/things", naive.TOKEN))


@contextmanager
def bulk(folder: Path) -> Iterator[Site]:
    document = crud.write(folder / "crud.yaml", paths=2)
    with bulk_updater.serving() as server:

        def state() -> State:
            kept = requests.get(f"{server.url.removesuffix('/beta')}/kept", timeout=60).json()
            return {entity: json.dumps(each).encode() for entity, each in kept.items()}

        collections = tuple(f"/beta{path.removeprefix('/beta')}" for path in bulk_updater.PATHS)
        yield Site(server.url, collections, ("--openapi", str(document), "--auth", "none"), state)


@contextmanager
def reference(folder: Path) -> Iterator[Site]:
    with forked.reference(SHELF) as server:
        arguments = ("--openapi", str(SHELF), "--token", server.tokens.full)
        books = f"{server.url}/library/books"
        collection = urlsplit(books).path
        yield Site(server.url, (collection,), arguments, lambda: _listed(books, server.tokens.full))


SITES = {"store": store, "bulk": bulk, "reference": reference}


def sent(folder: Path, site: Site, before: State) -> set[tuple[str, str, str]]:
    """Method, template and whose object, of each request of a run that writes."""
    exchanges = [line["exchange"]["request"] for line in recorded.lines(folder) if "exchange" in line]
    writes = [each for each in exchanges if each["method"] in WRITES]
    return {(each["method"], *_place(urlsplit(each["url"]).path, site, before)) for each in writes}


def _place(path: str, site: Site, before: State) -> tuple[str, str]:
    """A path's template, and whose object it leads to, however its id is spelled."""
    for collection in site.collections:
        if path.rstrip("/") == collection:
            return "collection", "what is made there"
        if path.startswith((f"{collection}/", f"{collection}(")):
            first, *more = path.removeprefix(collection).strip("/()").split("/")
            entity = unquote(first).strip("'").lower()
            there = any(entity in {each.lower(), each[:-1].lower()} for each in before)
            return "/".join(("object", *more)), "there before" if there else "not there before"
    return path, "no object's"


@pytest.mark.parametrize(
    ("name", "select"),
    [
        ("store", REACHING),
        ("reference", REACHING),
        *(pytest.param(name, ("*",), marks=pytest.mark.full, id=f"{name}-all") for name in SITES),
    ],
)
def test_a_run_writes_to_nothing_that_was_there_where_it_can_make_objects(
    name: str, select: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effect_watch, "RESTART_GRACE_S", 0.2)  # nobody restarts the store
    folder = tmp_path / "reports"
    chosen = [word for glob in select for word in ("--select", glob)]
    with SITES[name](tmp_path) as site:
        before = site.state()
        assert len(before) > 1
        common = ("--target", site.url, "--report", str(folder), "--settle", "0.1", "--max-examples", "1")
        cli.main(["run", *common, *site.arguments, *chosen])
        after = site.state()
    assert {entity: after.get(entity) for entity in before} == before
    found = sent(folder, site, before)
    assert not [each for each in found if "there before" in each]
    assert found >= {
        ("POST", "collection", "what is made there"),
        ("PATCH", "object", "not there before"),
        ("DELETE", "object", "not there before"),
    }
    assert not [each for each in found if each[1] == "collection" and each[0] != "POST"]


def test_what_a_target_makes_of_an_update_of_an_unknown_id_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    with forked.reference(SHELF, faults=("upsert-on-unknown-ids",)) as server:
        books = f"{server.url}/library/books"
        before = _listed(books, server.tokens.full)
        common = ("--target", server.url, "--token", server.tokens.full, "--openapi", str(SHELF))
        cli.main(["run", *common, "--report", str(folder), "--settle", "0.1", "--select", "update.route.unknownid.*"])
        assert _listed(books, server.tokens.full) == before
    made = {
        verdict
        for row in json.loads((folder / "results.json").read_text())["requirements"]
        if (verdict := row["verdict"])
    }
    assert made == {"warn", "pass"}


def test_what_is_judged_by_effects_is_judged_with_destructive_as_without_it(tmp_path: Path) -> None:
    judged = ("auth.notapplied", "atomic.all", "auth.required", "route.nokey", "method.405allow")
    chosen = [word for name in judged for word in ("--select", f"update.{name}")]
    found = {}
    for more in ((), ("--destructive",)):
        folder = tmp_path / str(len(more))
        with forked.reference(SHELF) as server:
            books = f"{server.url}/library/books"
            before = _listed(books, server.tokens.full)
            common = ("--target", server.url, "--token", server.tokens.full, "--openapi", str(SHELF), "--settle", "0.1")
            cli.main(["run", *common, "--report", str(folder), *chosen, *more])
            assert _listed(books, server.tokens.full) == before
        rows = json.loads((folder / "results.json").read_text())["requirements"]
        found[more] = {row["id"].removeprefix("update."): row["verdict"] for row in rows}
    assert found[()].pop("route.nokey") == "inconclusive"
    assert found["--destructive",].pop("route.nokey") == "pass"
    assert found[()] == found["--destructive",] == dict.fromkeys(found[()], "pass")
