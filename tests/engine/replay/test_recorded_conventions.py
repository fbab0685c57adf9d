"""Recordings are judged by the conventions that are claimed or named, which is said first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph_contracts import cli
from graph_contracts.contract.conventions import BY_NAME
from tests.engine.replay.test_judge_recording import entry

URL = "https://host.example/v1/lines(no=1,order='O''Hara%201')"


@pytest.mark.parametrize(
    ("conventions", "applied", "envelope"),
    [("auto", "plain", "not-applicable"), ("plain", "plain", "not-applicable"), ("graph", "graph", "warn")],
)
def test_conventions_are_those_that_are_claimed_or_named(
    conventions: str, applied: str, envelope: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document, traffic = tmp_path / "lines.yaml", tmp_path / "traffic.har"
    answer = {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}
    paths = {"/lines(order='{order}',no={no})": {"patch": {"requestBody": answer, "responses": {"200": answer}}}}
    document.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": paths}))
    answers = [entry(url=URL), entry(400, "{}", url=URL)]
    traffic.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": answers}}))
    command = ["judge", str(traffic), "--openapi", str(document), "--report", str(tmp_path / "r")]
    assert cli.main([*command, "--conventions", conventions]) == 0
    found = json.loads((tmp_path / "r/results.json").read_text())
    assert found["conventions"]["applied"] == [*map(str, BY_NAME[applied])]
    assert ("--conventions says" in found["conventions"]["because"]) is (conventions != "auto")
    (row,) = (each for each in found["requirements"] if each["id"] == "update.error.envelope")
    assert row["verdict"] == envelope
    assert capsys.readouterr().out.startswith("Judged by the conventions of ")
