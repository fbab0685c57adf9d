"""Contracts with what the packaged one has not: the reference keeps them, and the suite accuses nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from graph_contracts import cli

LABEL = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "colour": {"type": "string"},
        "issued": {"type": "string", "readOnly": True, "format": "date-time"},
    },
}
SENT: dict[str, Any] = {
    "type": "object",
    "x-graph-type": "t.gadget",
    "x-graph-open": True,
    "properties": {
        "title": {"type": "string"},
        "code": {"type": "string", "format": "uuid"},
        "label": LABEL,
        "labels": {"type": "array", "items": LABEL},
    },
}
ANSWERED = {**SENT, "x-graph-type": "t.widget", "x-graph-also": ["t.gadget"]}
SELECTED = (
    *("update.status.success", "update.req.prefer.representation", "update.req.propertycase", "update.req.roundtrip"),
    *("update.req.odatatype.root", "update.merge.*", "update.value.dto.*"),
    *("update.value.reflects", "update.idempotent", "update.route.exactid"),
)


def _document(folder: Path, *paths: str) -> Path:
    def content(schema: Any) -> Any:
        return {"content": {"application/json": {"schema": schema}}}

    operation = {"requestBody": content(SENT), "responses": {"202": {"description": "", **content(ANSWERED)}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {path: {"patch": {**operation, "x-graph-aliases": list(paths)}} for path in paths},
    }
    file = folder / "openapi.yaml"
    file.write_text(yaml.safe_dump(document))
    return file


def test_an_heir_of_an_open_type_with_parents_called_id_and_places_of_the_servers_own(tmp_path: Path) -> None:
    file = _document(tmp_path, "/shops/{id}/widgets/{id2}", "/stores/{store}/widgets/{widget}")
    report = tmp_path / "r"
    flags = ["--id", "shops.id=here", "--id", "store=there", "--report", str(report), "--settle", "0.1"]
    code = cli.main(["run", "--openapi", str(file), *flags, *(f for s in SELECTED for f in ("--select", s))])
    told = json.loads((report / "results.json").read_text())
    bad = [each["id"] for each in told["requirements"] if each["verdict"] in {"error", "fail", "warn"}]
    assert (code, bad, told["notes"]) == (0, [], [])
    assert told["summary"]["pass"] >= 8
