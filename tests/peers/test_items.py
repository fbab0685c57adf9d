"""A plain API is judged by HTTP, JSON and its document, and by no convention that it never promised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from graph_contracts.engine import run
from graph_contracts.settings import Settings
from tests.peers import items

ASKED = ("update.error.envelope", "update.resp.requestid", "update.json.*", "update.value.wrongtype")
SOME = ("error.*", "*.error.*", "*.resp.*", "*.req.prefer.*", "*.route.queryoptions", "update.persist.read")


def results(folder: Path, *habits: str, security: str = "none", **more: Any) -> dict[str, Any]:
    with items.serving(*habits, security=security) as server:
        document = items.write(folder, security)
        run.run(Settings(target=server.url, openapi=document, settle=0.2, max_examples=5, report=folder / "r", **more))
    found: dict[str, Any] = json.loads((folder / "r/results.json").read_text(encoding="utf-8"))
    return found


def told(found: dict[str, Any], *verdicts: str) -> dict[str, str]:
    """The message of each requirement with one of these verdicts."""
    return {
        row["id"]: one["message"]
        for row in found["requirements"]
        for one in row["outcomes"]
        if one["verdict"] in verdicts
    }


def test_a_right_server_gets_no_warning_for_what_it_never_promised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = results(tmp_path, select=SOME)
    assert told(found, "fail", "warn", "error") == {}
    aside = told(found, "not-applicable")
    reason = "the document claims no OData or Graph conventions (see --conventions)"
    assert aside["update.error.envelope"] == f"it is Graph's convention, and {reason}"
    assert aside["create.req.prefer.minimal"] == f"it is OData's convention, and {reason}"
    assert {row["id"] for row in found["requirements"] if row["verdict"] == "pass"} > {
        "update.persist.read",
        "update.error.nochange",
        "create.error.no5xx",
    }
    assert found["conventions"]["applied"] == ["HTTP", "JSON", "the document"]
    first = (
        "Judged by the conventions of HTTP, JSON and the document: the document claims no OData or Graph conventions"
    )
    assert f"{first} (--conventions changes that)." in " ".join(capsys.readouterr().out.split())
    assert first.removeprefix("Judged by the conventions of ") in (tmp_path / "r/index.html").read_text(
        encoding="utf-8"
    )


def test_conventions_that_are_asked_for_are_applied(tmp_path: Path) -> None:
    found = results(tmp_path, select=ASKED, conventions="graph")
    assert set(told(found, "warn")) == {"update.resp.requestid"}  # the document has a shape of its own for errors
    assert found["conventions"] == {
        "applied": ["HTTP", "JSON", "the document", "OData", "Graph"],
        "because": "--conventions says graph",
    }
    assert "--conventions graph" in found["command"]


@pytest.mark.parametrize(
    ("habit", "caught"), [("loses price", "update.value.reflects"), ("500 for a wrong type", "update.error.no5xx")]
)
def test_its_faults_are_told_all_the_same(habit: str, caught: str, tmp_path: Path) -> None:
    assert caught in told(results(tmp_path, habit, select=(caught, "update.value.wrongtype")), "fail")


def test_where_nobody_speaks_of_credentials_none_are_demanded(tmp_path: Path) -> None:
    found = results(tmp_path, select=("*.auth.*", "*.authz.*"))
    assert told(found, "fail", "warn", "inconclusive").keys() <= {
        f"{kind}.authz.crosstenant" for kind in ("update", "read", "list", "create", "delete")
    }
    reason = "neither the document (security) nor an option says that this takes credentials"
    assert told(found, "not-applicable")["update.auth.required"] == reason


@pytest.mark.parametrize(("security", "header"), [("header", "X-API-Key: "), ("cookie", "Cookie: session=")])
def test_keys_are_demanded_where_the_document_says_so(security: str, header: str, tmp_path: Path) -> None:
    key = SecretStr(f"{header}{items.KEY}")
    found = results(tmp_path, security=security, select=("update.auth.*", "read.auth.*"), credential=key)
    assert told(found, "fail", "warn", "inconclusive") == {}
    assert told(found, "not-applicable")["update.auth.schemecase"] == "the document names no bearer token (security)"
    assert {"update.auth.required", "read.auth.required", "update.auth.invalid"} <= {
        row["id"] for row in found["requirements"] if row["verdict"] == "pass"
    }


@pytest.mark.full
def test_a_right_server_conforms_in_all(tmp_path: Path) -> None:
    assert told(results(tmp_path), "fail", "warn", "error") == {}
