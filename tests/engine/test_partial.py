"""Runs of a part of what could be tested, as a user meets them: each says of how much it speaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts.engine.scope_of_run import scope
from graph_contracts.engine.selection import select_cases
from graph_contracts.reference.server import start
from graph_contracts.report.scope import Scope
from graph_contracts.settings import Settings
from tests.support.command import ROOT, call
from tests.support.counted import updates

DOCUMENT = ROOT / "openapi.yaml"


@pytest.mark.parametrize(
    ("settings", "narrowed"),
    [
        ({}, ()),
        ({"select": ("*",)}, ()),
        ({"select": ("update.status.*",)}, ("--select",)),
        ({"deselect": ("update.status.*",)}, ("--deselect",)),
        ({"operations": ("*/directoryProvisioning/*",)}, ("--operation",)),
        ({"operations": ("*",)}, ()),
        ({"read_only": True}, ("--read-only",)),
        ({"max_examples": 0}, ("--max-examples 0",)),
        ({"splits": 2, "group": 1}, ()),  # which the shard says
    ],
    ids=str,
)
def test_what_leaves_something_out_is_known(settings: dict[str, object], narrowed: tuple[str, ...]) -> None:
    told = Settings(openapi=DOCUMENT, **settings)  # type: ignore[arg-type]
    assert scope(select_cases(told), told) == Scope(updates(), 2, narrowed)


def test_a_selected_run_says_how_much_it_tested_and_leaves_nothing_but_its_reports(tmp_path: Path) -> None:
    select = ("--select", "update.status.success", "--select", "update.conc.*")
    done = call("run", "--openapi", str(DOCUMENT), *select, "--max-examples", "5", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads((tmp_path / "reports/results.json").read_text())
    tested = len(data["requirements"])
    assert data["summary"]["pass"] == tested
    assert f"\nPartial run (--select): {tested} of {updates()} requirements tested, all passed.\n" in done.stdout
    assert json.loads((tmp_path / "reports/badge.json").read_text())["message"] == f"{tested} of {updates()} passed"
    assert data["scope"] == {"requirements": updates(), "operations": 2, "narrowed_by": ["--select"]}
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]
    judged = call("judge", "reports", "--openapi", str(DOCUMENT), cwd=tmp_path)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    seen = json.loads((tmp_path / "judged/results.json").read_text())
    assert seen["scope"]["narrowed_by"] == ["recording"]
    assert "\nNo violation in this recording; " in judged.stdout
    assert f" of {updates()} requirements can be seen in it.\n" in judged.stdout


def test_generated_cases_leave_nothing_in_the_current_folder(tmp_path: Path) -> None:
    options = ("--select", "update.type.*", "--select", "update.robust.*", "--max-examples", "3", "-n", "2")
    done = call("run", "--openapi", str(DOCUMENT), *options, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["reports"]


def parameter(name: str) -> dict[str, object]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def answered(schema: dict[str, object]) -> dict[str, object]:
    return {"responses": {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}}


WIDGET: dict[str, object] = {"type": "object", "properties": {"id": {"type": "string"}, "note": {"type": "string"}}}
LIST: dict[str, object] = {"type": "object", "properties": {"value": {"type": "array", "items": WIDGET}}}
UNFINDABLE = {
    "openapi": "3.1.0",
    "info": {"title": "Two resources", "version": "1"},
    "servers": [{"url": "https://example.test/v1.0"}],
    "paths": {
        "/widgets": {"get": answered(LIST)},
        "/widgets/{widget-id}": {"parameters": [parameter("widget-id")], "get": answered(WIDGET)},
        "/boxes/{box-id}/parts/{part-id}": {
            "parameters": [parameter("box-id"), parameter("part-id")],
            "get": answered(WIDGET),
        },
    },
}


def test_a_resource_that_is_not_found_is_named_and_what_passed_elsewhere_is_counted(tmp_path: Path) -> None:
    (tmp_path / "two.json").write_text(json.dumps(UNFINDABLE))
    with start(tmp_path / "two.json") as server:
        there = ("--target", server.url, "--token", server.tokens.full)
        done = call("run", "--openapi", "two.json", "--select", "read.*", *there, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads((tmp_path / "reports/results.json").read_text())
    assert data["planned"] == data["executed"]
    assert "ended early" not in done.stdout
    assert "ended before" not in json.dumps(data)
    name = "GET /boxes/{box-id}/parts/{part-id}"
    assert f" {name} could not be tested: give --id boxes.box-id=VALUE.\n" in done.stdout
    assert "\nPartial run (--select): " in done.stdout
    assert done.stdout.count("nothing says what {box-id} is. Give --id boxes.box-id=VALUE") == 1
    reason = "nothing says what {box-id} is. Give --id boxes.box-id=VALUE"
    assert data["untested"] == [{"operation": name, "reason": reason, "give": "--id boxes.box-id=VALUE"}]
    assert data["verdict"] == "conforms"
    assert "1 operation untested" in json.loads((tmp_path / "reports/badge.json").read_text())["message"]
    assert f"<b>Not tested:</b> {name}: {reason}" in (tmp_path / "reports/index.html").read_text()
