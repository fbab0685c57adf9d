"""A whole run, as a user starts it: exit codes, what is written, what is never written."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from graph_contracts.reference.message import Tokens
from graph_contracts.report import results_schema
from tests.peers import patch_only
from tests.support import command, recorded
from tests.support.counted import updates
from tests.support.forked import reference

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "openapi.yaml"
KEY = "provisioningObjectSummaryId"


def graph_contracts(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return command.call("run", "--openapi", str(DOCUMENT), *arguments, cwd=cwd, **environ)


def read(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((folder / "reports" / "results.json").read_text())
    results_schema.validate(data)
    return data


@pytest.fixture(scope="module")
def peer() -> Iterator[str]:
    with patch_only.serving() as url:
        yield url


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("clean")
    return graph_contracts(cwd=folder), folder


def test_the_embedded_reference_conforms(clean: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, folder = clean
    assert done.returncode == 0, done.stdout + done.stderr
    data = read(folder)
    assert data["verdict"] == "conforms"
    assert data["summary"]["pass"] >= 100
    assert data["summary"]["fail"] == data["summary"]["warn"] == data["summary"]["error"] == 0
    assert data["planned"] == data["executed"] > 200
    assert len(data["requirements"]) == updates()
    assert "The target conforms" in done.stdout
    assert done.stderr == ""


def test_every_report_is_written(clean: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    names = {path.name for path in (clean[1] / "reports").iterdir()}
    assert names == {
        "results.json",
        "index.html",
        "pytest.html",
        "junit.xml",
        "summary.md",
        "badge.svg",
        "badge.json",
        "results.sarif",
        "outcomes.jsonl.gz",
    }


def test_a_server_that_was_not_written_with_the_reference_conforms(peer: str, tmp_path: Path) -> None:
    done = graph_contracts(
        *("--target", peer, "--second-id", f"{KEY}={patch_only.SECOND}"),
        cwd=tmp_path,
        GRAPH_CONTRACTS_TOKEN=patch_only.TOKEN,
        GRAPH_CONTRACTS_FORBIDDEN_TOKEN=patch_only.WEAK,
    )
    assert done.returncode == 0, done.stdout
    data = read(tmp_path)
    assert data["summary"]["fail"] == data["summary"]["warn"] == 0, done.stdout
    assert data["summary"]["pass"] >= 100
    assert data["notes"] == []


@pytest.mark.full
def test_a_server_is_found_broken_by_name_and_exits_1(tmp_path: Path) -> None:
    with reference(DOCUMENT, faults=["replace-not-merge"]) as server:
        done = graph_contracts("--target", server.url, cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=server.tokens.full)
    assert done.returncode == 1
    assert read(tmp_path)["verdict"] == "nonconforming"
    assert "graph-contracts explain update.merge.siblings" in done.stdout
    assert "expected" in done.stdout
    assert "replay" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("--target", "http://127.0.0.1:1/beta"), 3, "can't be reached"),
        (("--target", "http://graph.microsoft.com/beta"), 2, "--allow-production"),
        (("--no-such-option",), 2, "no-such-option"),
        (("--select", "update.nothing.*"), 2, "no requirement"),
        (("--deselect", "*"), 3, "no requirement"),
        (("--profile", "strict"), 2, "profile"),
    ],
)
def test_what_cannot_be_run_ends_in_one_line_and_its_own_code(
    arguments: tuple[str, ...], code: int, word: str, tmp_path: Path
) -> None:
    done = graph_contracts(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "token", "word"),
    [
        ((), "not-the-token", "refuses the token"),
        ((), "", "wants credentials"),
        (("--id", f"{KEY}=00000000-0000-4000-8000-000000000000"), patch_only.TOKEN, "has no object"),
    ],
)
def test_a_target_that_cannot_be_judged_ends_with_3(
    arguments: tuple[str, ...], token: str, word: str, peer: str, tmp_path: Path
) -> None:
    done = graph_contracts("--target", peer, *arguments, cwd=tmp_path, GRAPH_CONTRACTS_TOKEN=token)
    assert done.returncode == 3, done.stdout
    assert word in done.stderr


@pytest.mark.full
def test_no_secret_is_written_in_any_spelling(tmp_path: Path) -> None:
    canary = "c4n4ry/T0ken+51f8e0-zz"
    with reference(DOCUMENT, tokens=Tokens(full=canary), faults=["html-error-reflects-input"]) as server:
        done = graph_contracts("--target", server.url, "--token", canary, cwd=tmp_path)
    spellings = {canary, canary[::-1], quote(canary, safe=""), base64.b64encode(canary.encode()).decode()[:-4]}
    written = recorded.texts(tmp_path / "reports")
    for name, text in {**written, "stdout": done.stdout, "stderr": done.stderr}.items():
        assert not [s for s in spellings if s in text], name
    assert read(tmp_path)["redacted"] > 0


def test_the_object_is_put_back_as_it_was_found(peer: str, tmp_path: Path) -> None:
    def state(url: str, token: str) -> object:
        import requests  # noqa: PLC0415

        return requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=300).json()

    with reference(DOCUMENT) as server:
        url = f"{server.url}/auditLogs/provisioning"
        before = state(url, server.tokens.full)
        graph_contracts(
            *("--target", server.url, "--select", "update.value.*"),
            cwd=tmp_path,
            GRAPH_CONTRACTS_TOKEN=server.tokens.full,
        )
        assert state(url, server.tokens.full) == before


@pytest.mark.full
def test_the_same_seed_sends_the_same_requests(tmp_path: Path) -> None:
    sent = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        graph_contracts("--select", "update.value.*", "--seed", "7", cwd=folder)
        entries = recorded.archive(folder / "reports")["entries"]
        sent.append([(e["request"]["method"], e["request"].get("postData", {}).get("text")) for e in entries])
    assert sent[0] == sent[1]


def test_generated_requests_can_be_left_out_and_written_cases_stay(tmp_path: Path) -> None:
    planned = []
    for examples in ("0", "1"):
        chosen = ("--select", "update.merge.siblings", "--max-examples", examples)
        assert graph_contracts(*chosen, cwd=tmp_path).returncode == 0
        found = read(tmp_path)
        assert found["complete"]
        planned.append(found["planned"])
    paths = len(found["contract"]["operations"])
    assert planned == [planned[1] - paths, planned[1]]
    assert planned[0] > 0
