"""Several resources in one document: each is judged by itself, and what can't be judged is told of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph_contracts import cli
from graph_contracts.reference.server import start

STATION = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string"},
        "tracks": {"type": "integer"},
    },
}


def document(folder: Path, **paths: dict[str, str]) -> Path:
    """A document of some operations on stations, by path: method → operation id."""
    media = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/station"}}}}

    def operation(method: str, name: str) -> dict[str, Any]:
        status = {"post": "201", "delete": "204"}.get(method, "200")
        answer = {"description": "", **({} if method == "delete" else media)}
        sent = {"requestBody": media} if method in {"post", "patch"} else {}
        return {"operationId": name, "responses": {status: answer}, **sent}

    found = {
        "openapi": "3.0.3",
        "info": {"title": "Stations", "version": "1"},
        "security": [{"bearer": []}],
        "paths": {path: {m: operation(m, name) for m, name in of.items()} for path, of in paths.items()},
        "components": {"schemas": {"station": STATION}},
    }
    path = folder / "stations.yaml"
    path.write_text(yaml.safe_dump(found))
    return path


def run(folder: Path, openapi: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the results of a run against the embedded reference."""
    select = ("--select", "*.status.success", "--select", "*.route.documented")
    code = cli.main(["run", "--openapi", str(openapi), "--report", str(folder / "r"), *select, *more])
    return code, json.loads((folder / "r" / "results.json").read_text())


def test_each_resource_is_found_and_judged(tmp_path: Path) -> None:
    openapi = document(
        tmp_path,
        **{"/stations/{id}": {"patch": "update", "get": "read"}, "/depots": {"post": "add"}},
        **{"/depots/{depot}": {"delete": "remove", "get": "look"}},
    )
    code, results = run(tmp_path, openapi)
    assert code == 0, results["notes"]
    told = {(row["id"], each["verdict"]) for row in results["requirements"] for each in row["outcomes"]}
    kinds = {name.partition(".")[0] for name, verdict in told if verdict == "pass"}
    assert kinds == {"update", "read", "create", "delete"}
    assert set(results["contract"]["operations"]) == {
        "PATCH /stations/{id}",
        "GET /stations/{id}",
        "POST /depots",
        "DELETE /depots/{depot}",
        "GET /depots/{depot}",
    }


def test_a_resource_that_nobody_named_leaves_the_others_be_and_is_named_once(tmp_path: Path) -> None:
    openapi = document(
        tmp_path, **{"/stations/{id}": {"patch": "update"}, "/lines/{line}/stops/{id}": {"patch": "stop"}}
    )
    with start(openapi) as server:
        there = ("--target", server.url, "--token", server.tokens.full)
        code, results = run(tmp_path, openapi, *there)
    assert code == 0, results["notes"]
    assert results["untested"] == [
        {
            "operation": "PATCH /lines/{line}/stops/{id}",
            "reason": "nothing says what {line} is. Give --id lines.line=VALUE",
            "give": "--id lines.line=VALUE",
        }
    ]
    assert not [note for note in results["notes"] if "lines" in note]
    verdicts = {each["verdict"] for row in results["requirements"] for each in row["outcomes"]}
    assert verdicts == {"pass", "inconclusive"}
    with start(openapi) as server:
        there = ("--target", server.url, "--token", server.tokens.full)
        code, results = run(tmp_path, openapi, "--id", "line=7", *there)
    assert code == 0, results["notes"]


def test_operations_are_chosen_by_id_path_or_method(tmp_path: Path) -> None:
    openapi = document(
        tmp_path, **{"/stations/{id}": {"patch": "update", "get": "read"}, "/depots/{id}": {"patch": "d"}}
    )
    for glob, left in (
        ("read", "GET /stations/{id}"),
        ("/depots/*", "PATCH /depots/{id}"),
        ("PATCH /s*", "PATCH /stations/{id}"),
    ):
        code, results = run(tmp_path, openapi, "--operation", glob)
        assert (code, results["contract"]["operations"]) == (0, [left])


def test_a_pattern_that_names_no_operation_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    openapi = document(tmp_path, **{"/stations/{id}": {"patch": "update"}})
    assert cli.main(["run", "--openapi", str(openapi), "--operation", "nothing*", "--report", str(tmp_path)]) == 2
    assert "the document has no such operation" in capsys.readouterr().err


def test_what_can_not_be_taken_away_is_not_made(tmp_path: Path) -> None:
    openapi = document(tmp_path, **{"/depots": {"post": "add"}, "/depots/{id}": {"get": "look"}})
    code, results = run(tmp_path, openapi)
    assert code == 0, results["notes"]
    (lacking,) = results["untested"]
    assert (lacking["operation"], lacking["give"]) == ("POST /depots", "--destructive")
    assert "no operation that deletes these objects" in lacking["reason"]
    assert results["complete"]
    assert not [note for note in results["notes"] if "could not be deleted" in note]
    code, results = run(tmp_path, openapi, "--destructive")
    assert code == 0, results["notes"]
    assert "could not be deleted" in " ".join(results["notes"])


def test_two_spellings_of_one_collection_are_judged_as_one_resource_with_a_note(tmp_path: Path) -> None:
    openapi = document(
        tmp_path,
        **{"/grantScopes": {"post": "add"}, "/grantScopes/{id}": {"get": "look"}},
        **{"/Grantscopes/{key}": {"patch": "change", "delete": "remove"}},
    )
    code, results = run(tmp_path, openapi)
    assert code == 0, results["notes"]
    assert "untested" not in results
    assert [note for note in results["notes"] if note.endswith("their spellings differ in letter case alone")]
