"""Objects with a key of two properties, and one without a key, are found, driven and judged."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graph_contracts.engine import run
from graph_contracts.operations.context import Context
from graph_contracts.settings import Settings
from tests.peers import orders

JUDGED = ("*.persist.read", "*.body.id", "update.merge.siblings", "update.route.exactid", "update.route.encoding")


def rows(folder: Path, *faults: str, select: tuple[str, ...] = JUDGED, **more: Any) -> dict[str, dict[str, Any]]:
    with orders.serving(*faults) as server:
        before = set(server.lines)
        settings = Settings(
            target=server.url, openapi=orders.DOCUMENT, select=select, settle=0.2, max_examples=5, report=folder, **more
        )
        run.run(settings)
        assert set(server.lines) == before, "what the run made is taken away"
    found: dict[str, Any] = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert {each["operation"].partition(" ")[0] for row in found["requirements"] for each in row["outcomes"]}
    return {row["id"]: row for row in found["requirements"]}


def test_a_key_of_two_properties_leads_to_its_object_alone(tmp_path: Path) -> None:
    found = {name: row["verdict"] for name, row in rows(tmp_path).items()}
    assert set(found.values()) <= {"pass", "not-applicable"}
    assert {name for name, verdict in found.items() if verdict == "pass"} >= {
        "create.body.id",
        "create.persist.read",
        "delete.persist.read",
        "list.body.id",
        "update.merge.siblings",
        "update.persist.read",
        "update.route.encoding",
        "update.route.exactid",
    }


def test_half_of_a_key_of_several_properties_is_not_sent_since_it_may_be_right() -> None:
    for composite, halves in ((None, {"ab": "the first half of the id"}), (object(), {})):
        context: Any = SimpleNamespace(shape=SimpleNamespace(composite=composite))
        assert Context.half_of_the_key(context, "abcd") == halves


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("looks at the number alone", {"update.route.exactid", "read.route.exactid"}),
        ("forgets its settings", {"update.persist.read"}),
    ],
)
def test_its_faults_are_told(fault: str, told: set[str], tmp_path: Path) -> None:
    found = rows(tmp_path, fault, select=(*told, "read.persist.sameasread"))
    assert {name for name, row in found.items() if row["verdict"] in {"fail", "warn"}} == told


@pytest.mark.full
def test_nothing_at_all_is_held_against_it(tmp_path: Path) -> None:
    found = rows(tmp_path, select=("*",))
    assert not [name for name, row in found.items() if row["verdict"] in {"fail", "error"}]
    assert sum(row["verdict"] == "pass" for row in found.values()) > 200
