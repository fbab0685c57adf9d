"""A run harms nothing that it finds, also where a server keeps whatever it is given and takes updates of everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from graph_contracts import cases, cli
from graph_contracts.operations import effect_watch
from graph_contracts.reference.server import Started
from graph_contracts.requirements import HARMFUL, Phase, bindings
from tests.benchmarks import scale
from tests.peers import bulk_updater, crud
from tests.peers.bulk_updater import IDS, PATHS
from tests.support import recorded

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "openapi.yaml"
"""A document that only updates: a run can make no object by it."""
WRITES = frozenset({"PATCH", "POST", "PUT", "DELETE"})


class Done:
    """What a run did to the store, and what it says."""

    def __init__(self, server: Started, folder: Path, said: str, code: int) -> None:
        self.code, self.said = code, said
        self.sent: list[dict[str, Any]] = _read(server, "sent")
        self.kept: dict[str, Any] = _read(server, "kept")
        results = json.loads((folder / "results.json").read_text())
        self.told = {
            (row["id"], outcome["operation"]): (outcome["verdict"], outcome["message"])
            for row in results["requirements"]
            for outcome in row["outcomes"]
        }
        self.order = [entry["requirement"] for entry in recorded.lines(folder) if "outcome" in entry]

    def verdicts(self, requirement: str) -> set[str]:
        return {verdict for (name, _), (verdict, _) in self.told.items() if name == requirement}

    def written(self, *methods: str) -> set[str]:
        """The paths that something was written to."""
        return {each["path"] for each in self.sent if each["method"] in (methods or WRITES)}


def _read(server: Started, what: str) -> Any:
    return requests.get(f"{server.url.removesuffix('/beta')}/{what}", timeout=60).json()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs some requirements against a store."""
    monkeypatch.setattr(effect_watch, "RESTART_GRACE_S", 0.2)  # nobody restarts the store

    def run(server: Started, openapi: Path, *more: str) -> Done:
        folder = tmp_path / "reports"
        arguments = ["--openapi", str(openapi), "--report", str(folder), "--auth", "none", "--settle", "0.1"]
        code = cli.main(["run", "--target", server.url, *arguments, "--max-examples", "0", *more])
        return Done(server, folder, capsys.readouterr().out, code)

    return run


def select(*globs: str) -> list[str]:
    return [word for glob in globs for word in ("--select", glob)]


OWN = {f"{path}/{entity}" for path in PATHS for entity in IDS[:2]}
"""The paths of the two objects that a run saves before it changes them."""


# -- what a request could reach beside its object ----------------------------------------------------------------------


def test_a_run_writes_to_no_collection_and_to_no_object_that_it_did_not_save(run: Any) -> None:
    with bulk_updater.serving() as server:
        done = run(server, PAGE, *select("update.route.*", "update.method.*", "update.req.*"))
    reached = {path for path in done.written() if path.rstrip("/") in PATHS}
    assert reached == set()
    assert f"{PATHS[0]}/{IDS[2]}" not in done.written()
    assert done.kept[IDS[2]] == {"id": IDS[2], "jobId": f"job of {IDS[2]}"}
    assert done.verdicts("update.route.nokey") == {"inconclusive"}
    assert all("--destructive" in reason for (name, _), (_, reason) in done.told.items() if name.endswith(".nokey"))


def test_ids_that_could_select_other_objects_are_sent_with_destructive_alone(run: Any) -> None:
    # what all ids of the store begin with, and what stands for any id
    broad = {f"{PATHS[0]}/{part}" for part in ("*", "%", ".*", "item-000", "item-000_", "item", "..%2f..")}
    with bulk_updater.serving() as server:
        done = run(server, PAGE, *select("update.route.exactid", "update.route.malformedid"))
        assert done.written().isdisjoint(broad)
        done = run(server, PAGE, *select("update.route.exactid"), "--destructive")
        assert len(done.written() & broad) > 3


def test_the_collection_is_updated_with_destructive(run: Any) -> None:
    with bulk_updater.serving() as server:
        done = run(server, PAGE, *select("update.route.nokey"), "--destructive")
    assert done.verdicts("update.route.nokey") == {"fail"}
    assert set(PATHS) <= done.written("PATCH")


def test_no_part_of_an_id_is_deleted_that_other_ids_begin_with(run: Any, tmp_path: Path) -> None:
    with bulk_updater.serving() as server:
        done = run(server, crud.write(tmp_path / "crud.yaml"), *select("delete.route.exactid"))
    assert done.verdicts("delete.route.exactid") == {"pass"}
    assert not [path for path in done.written("DELETE") if path.endswith("/item-000")]
    assert set(done.kept) == set(IDS)


# -- methods that delete and replace -----------------------------------------------------------------------------------


def test_put_and_delete_go_to_an_object_that_the_run_made(run: Any, tmp_path: Path) -> None:
    with bulk_updater.serving() as server:
        done = run(server, crud.write(tmp_path / "crud.yaml"), *select("update.method.*"), "--destructive")
    ended = {path.rpartition("/")[2] for path in done.written("PUT", "DELETE")}
    assert ended
    assert ended.isdisjoint(IDS)
    assert done.written("PUT") <= done.written("DELETE")
    assert set(done.kept) == set(IDS)


def test_put_and_delete_are_not_sent_where_no_object_can_be_made(run: Any) -> None:
    with bulk_updater.serving() as server:
        done = run(server, PAGE, *select("update.method.405allow"), "--destructive")
    assert done.written("PUT", "DELETE") == set()
    assert set(done.kept) == set(IDS)
    reasons = {reason for verdict, reason in done.told.values() if verdict in {"inconclusive", "fail"}}
    assert any("PUT and DELETE are sent to no object that was there before" in reason for reason in reasons)


# -- what spoils an object ---------------------------------------------------------------------------------------------

cases.load()
PHASES = {binding.requirement: binding.phase for binding in bindings()}


def assert_harm_comes_last(order: list[str]) -> None:
    """Assert that the least dangerous cases come first, whatever they are about, and those over all answers last."""
    phases = [max(PHASES[name], Phase.GENERATED) for name in order]
    assert phases == sorted(phases)
    assert {*phases} >= {Phase.GENERATED, *HARMFUL, Phase.EVERY_RESPONSE}


def test_what_does_harm_comes_after_all_else_of_all_resources(tmp_path: Path) -> None:
    document = tmp_path / "things.json"
    document.write_text(json.dumps(scale.document(2, five=True)))
    folder = tmp_path / "reports"
    chosen = select("*.json.malformed", "*.json.nonobject", "*.json.limits", "*.status.*", "*.robust.alive")
    cli.main(["run", "--openapi", str(document), "--report", str(folder), "--max-examples", "0", *chosen])
    judged = [entry for entry in recorded.lines(folder) if "outcome" in entry]
    assert_harm_comes_last([entry["requirement"] for entry in judged])
    operations = [entry["outcome"]["operation"] for entry in judged]
    assert operations.index("PATCH /things1/{id}") < len(operations) - operations[::-1].index("PATCH /things0/{id}")


def test_what_spoils_an_object_comes_after_all_cases_of_all_paths_and_is_mended(run: Any) -> None:
    with bulk_updater.serving() as server:
        done = run(server, PAGE, *select("update.json.*", "update.status.*", "update.robust.*"))
    assert_harm_comes_last(done.order)
    assert {each["path"] for each in done.sent if each["nested"]} == {f"{PATHS[0]}/{IDS[0]}"}
    assert done.verdicts("update.robust.alive") >= {"fail"}
    assert {entity: kept["jobId"] for entity, kept in done.kept.items()} == {e: f"job of {e}" for e in IDS}
    # it is readable again; members that a null does not take away are named
    assert f"{IDS[0]} is put back, except" in done.said


def test_an_object_that_was_given_another_id_gets_its_own_again(run: Any) -> None:
    with bulk_updater.serving(rekeys=True) as server:
        done = run(server, PAGE, *select("update.req.id.mismatch"))
    assert done.verdicts("update.req.id.mismatch") == {"fail"}
    assert {entity: kept["id"] for entity, kept in done.kept.items()} == {entity: entity for entity in IDS}


def test_an_object_that_can_not_be_mended_is_told_of(run: Any) -> None:
    with bulk_updater.serving(stuck=True) as server:
        done = run(server, PAGE, *select("update.json.limits", "update.robust.alive"))
    assert done.kept[IDS[0]] is None
    assert f"{IDS[0]} could not be put back as it was found" in " ".join(done.said.split())


def test_what_spoils_is_sent_to_an_object_that_the_run_made(run: Any, tmp_path: Path) -> None:
    crude = crud.write(tmp_path / "crud.yaml", paths=2)
    chosen = select("update.json.*", "update.status.*", "update.robust.*", "update.sec.injection")
    with bulk_updater.serving() as server:
        done = run(server, crude, *chosen)
    spoiled = {each["path"].rpartition("/")[2] for each in done.sent if each["nested"]}
    assert spoiled
    assert spoiled.isdisjoint(IDS)
    assert {"fail"} <= done.verdicts("update.robust.alive")
    assert set(done.kept) == set(IDS)
    assert "0" not in {name for kept in done.kept.values() for name in kept}


def test_nesting_that_spoiled_an_object_is_not_sent_to_be_created(run: Any, tmp_path: Path) -> None:
    with bulk_updater.serving() as server:
        done = run(server, crud.write(tmp_path / "crud.yaml"), *select("*.json.limits", "update.robust.alive"))
    assert done.verdicts("create.json.limits") == {"inconclusive"}
    assert not [each for each in done.sent if each["nested"] and each["method"] == "POST"]
    assert set(done.kept) == set(IDS)
