"""Who needs which key is the document's to say, and a key in the query is in no output."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import yaml

from graph_contracts.engine import run
from graph_contracts.engine.discovery import doctor
from graph_contracts.settings import Settings
from tests.peers import keyed

SELECT = ("*.auth.required", "update.auth.invalid", "update.merge.siblings")


def rows(folder: Path, *faults: str, select: tuple[str, ...] = SELECT) -> dict[str, dict[str, Any]]:
    document = folder / "keyed.yaml"
    document.write_text(yaml.safe_dump(keyed.keyed()), encoding="utf-8")
    with keyed.serving(*faults) as server:
        run.run(
            Settings(
                target=server.url,
                openapi=document,
                select=select,
                credential=f"?api_key={keyed.KEY}",  # type: ignore[arg-type]  # pydantic makes it secret
                settle=0.2,
                max_examples=5,
                report=folder / "r",
            )
        )
        assert sorted(server.items) == [1, 2], "what the run made is taken away"
    found: dict[str, Any] = json.loads((folder / "r/results.json").read_text(encoding="utf-8"))
    return {row["id"]: row for row in found["requirements"]}


def test_each_operation_is_asked_for_what_the_document_says_and_the_key_is_shown_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {name: row["verdict"] for name, row in rows(tmp_path).items()}
    assert not [name for name, verdict in found.items() if verdict in {"fail", "warn", "error"}]
    assert found["read.auth.required"] == "not-applicable"
    for name in ("list.auth.required", "create.auth.required", "update.auth.required", "update.merge.siblings"):
        assert found[name] == "pass", name
    shown = [
        capsys.readouterr().out.encode(),
        *(each.read_bytes() for each in (tmp_path / "r").rglob("*") if each.is_file()),
    ]
    shown += [zlib.decompress(each, wbits=31) for each in shown if each[:2] == b"\x1f\x8b"]
    key = keyed.KEY
    spellings = {
        key,
        quote(key),
        quote(key, safe=""),
        quote_plus(key),
        base64.b64encode(key.encode()).decode(),
        key[4:],
    }
    assert not [spelling for spelling in spellings if any(spelling.encode() in each for each in shown)]
    assert any(b"api_key=$TOKEN" in each or b"api_key=%5Bredacted%5D" in each for each in shown)


def test_who_asks_nobody_is_told_where_the_document_asks(tmp_path: Path) -> None:
    found = rows(tmp_path, "asks nobody", select=("*.auth.required",))
    failed = {name for name, row in found.items() if row["verdict"] == "fail"}
    assert failed == {f"{kind}.auth.required" for kind in ("list", "create", "update", "delete")}


def test_doctor_says_what_to_give_where_the_list_asks_for_credentials(tmp_path: Path) -> None:
    document = tmp_path / "keyed.yaml"
    document.write_text(yaml.safe_dump(keyed.keyed()), encoding="utf-8")
    lines: list[str] = []
    with keyed.serving() as server:
        code = doctor.examine(Settings(target=server.url, openapi=document, report=tmp_path), lines.append)
    assert code == 3
    (told,) = (line for line in lines if line.startswith("FAIL"))
    assert "GET /stock/ is answered 401" in told
    assert "--credential '?api_key=VALUE'" in told
    assert not [line for line in lines if line.startswith("ok") and "can be judged" in line]
