"""Pages written in the form of today's reference, includes and all, against what a reader takes from them.

`today/` holds pages of a made-up API, `today.json` what each says: read off by hand.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.derive import derive, strictly
from graph_contracts.derive.notes import Note
from tests.benchmarks.derive_score import named, normal, properties, spelled
from tests.derive.test_dialects import lower, published, windows

TODAY = Path(__file__).with_name("today")
FACTS = json.loads(Path(__file__).with_name("today.json").read_text("utf-8"))
TYPES = ("delegatedWork", "delegatedPersonal", "application")


def as_it_is(text: str, name: str, folder: Path) -> str:
    return text


def said(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """What a document says of one operation, in the words of `today.json`."""
    sent = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    parameters = operation.get("parameters", ())
    scopes = {row["type"]: row["scopes"] for row in operation["x-graph-permissions"]}
    statuses = [status for status in operation["responses"] if status != "4XX"]
    content = operation["responses"][statuses[0]].get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    listed = " []" if "value" in schema.get("properties", {}) else ""
    return {
        "statuses": statuses,
        "sent": {name: spelled(document, each) for name, each in properties(document, sent).items()},
        "headers": {each["name"]: each["required"] for each in parameters if each["in"] == "header"},
        "options": sorted(each["name"] for each in parameters if each["in"] == "query"),
        "scopes": [scopes[each] for each in TYPES],
        "answered": "".join(f"{each}{listed}" for each in named(document, schema)),
    }


@pytest.mark.parametrize("rewrite", [as_it_is, published, windows, lower])
def test_every_page_is_read_as_a_reader_reads_it(rewrite: Callable[[str, str, Path], str], tmp_path: Path) -> None:
    folder = shutil.copytree(TODAY, tmp_path / "v1.0")
    for page in (*folder.glob("api/*.md"), *folder.glob("resources/*.md")):
        text = rewrite(page.read_text("utf-8"), page.stem, page.parent)
        page.write_text(text, encoding="utf-8", newline="")
    for facts in FACTS:
        document = derive([folder / "api" / facts["page"]])
        operations = {f"{m.upper()} {normal(p)}": each for p, i in document["paths"].items() for m, each in i.items()}
        assert set(operations) == {normal_operation(each) for each in facts["operations"]}
        for operation in operations.values():
            assert said(document, operation) == {key: facts[key] for key in said(document, operation)}, facts["page"]


def normal_operation(text: str) -> str:
    method, _, path = text.partition(" ")
    return f"{method} {normal(path)}"


def test_nothing_of_them_is_lost() -> None:
    notes: list[Note] = []
    document = derive([TODAY], notes=notes)
    strictly(notes)
    # lamps are listed and made at one path, and one lamp is read, updated and deleted at one
    assert len(document["paths"]) == sum(len(facts["operations"]) for facts in FACTS) - 3
    lamp = document["components"]["schemas"]["microsoft.graph.lamp"]
    assert lamp["x-graph-base"] == "microsoft.graph.facility"
    assert lamp["properties"]["dimmable"]["x-graph-type"] == "Edm.Boolean"
    assert lamp["properties"]["brightness"]["x-graph-limits"] == {"minimum": 0, "maximum": 100}
    members = {name: lamp["properties"][name] for name in ("mode", "state")}
    members = {name: set(each.get("enum", each.get("x-graph-members"))) for name, each in members.items()}
    assert members["mode"] >= {"steady", "blinking"}
    assert members["state"] >= {"working", "broken"}
