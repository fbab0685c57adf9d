"""What servers do that others wrote is held against them only where it is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph_contracts.engine import run
from graph_contracts.settings import Settings
from tests.peers import lists

RIGHT = (
    "*.req.full",
    "*.route.documented",
    "create.value.reflects",
    "list.req.unusual",
    "list.resp.framing",
    "read.status.success",
    "update.error.no5xx",
    "update.req.id.match",
    "update.value.emptystring",
)


def said(folder: Path, *select: str) -> dict[tuple[str, str], tuple[str, str]]:
    """The verdict and message of each requirement on each operation."""
    document, server = lists.serving(folder)
    with server as started:
        settings = Settings(
            target=started.url, openapi=document, auth="none", select=select, settle=0.2, report=folder / "r"
        )
        run.run(settings)
    found: dict[str, Any] = json.loads((folder / "r/results.json").read_text(encoding="utf-8"))
    return {
        (row["id"], one["operation"]): (one["verdict"], one["message"])
        for row in found["requirements"]
        for one in row["outcomes"]
    }


@pytest.mark.full
def test_it_is_accused_of_its_500s_alone(tmp_path: Path) -> None:
    found = said(tmp_path, *RIGHT, "create.error.no5xx")
    failed = {place: message for place, (verdict, message) in found.items() if verdict in {"fail", "warn", "error"}}
    assert {name for name, _ in failed} == {"create.error.no5xx", "create.req.full"}, failed
    tasks = "/lists/{list_id}/tasks"
    assert found["create.req.full", f"POST {tasks}"] == ("pass", ""), "another value of `language` is accepted"
    assert found["update.req.id.match", "PATCH /lists/{list_id}"] == ("pass", "")
    assert found["read.status.success", "GET /owner"][1] == "what it reads is null: OData answers 204"
