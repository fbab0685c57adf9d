"""Whatever is called in a user's folder leaves there what it was asked for, and nothing else."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from tests.peers import shelf
from tests.peers.shelf import FIRST, SECOND, TOKEN
from tests.support.command import ROOT, call, start

DOCUMENT = ROOT / "openapi.yaml"
GENERATED = ("--select", "update.value.reflects", "--max-examples", "2")


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_commands_leave_what_they_were_asked_for(tmp_path: Path) -> None:
    written = tmp_path / "elsewhere"
    written.mkdir()
    document = str(shelf.write_document(written, example=True))
    here = tmp_path / "here"
    here.mkdir()
    with shelf.serving(FIRST, SECOND) as server:
        reach = ("--target", server.url, "--openapi", document, "--token", TOKEN, "--settle", "0.1")
        narrow = ("--select", "update.status.success", "--select", "update.json.nonobject")
        call("doctor", *reach, cwd=here)
        call("run", *reach, *narrow, "--dry-run", cwd=here)
        call("run", *reach, "--show-settings", cwd=here)
        call("list", cwd=here)
        call("explain", "update.status.success", cwd=here)
        assert left(here) == set()
        done = call("run", *reach, *narrow, cwd=here)
        assert done.returncode in {0, 1}, done.stderr
        call("restore", "reports", *reach, cwd=here)
    assert left(here) == {"reports"}
    assert not [
        path for path in (here / "reports").iterdir() if path.is_dir() or path.name.startswith((".", "restore-"))
    ]
    call("report", "reports", cwd=here)
    call("compare", "reports", "reports", cwd=here)
    assert left(here) == {"reports"}
    assert call("judge", "reports", "--openapi", document, cwd=here).returncode in {0, 1}
    assert left(here) == {"reports", "judged"}
    assert call("har", "reports", "-o", "traffic.har", cwd=here).returncode == 0
    assert left(here) == {"reports", "judged", "traffic.har"}
    assert json.loads((here / "traffic.har").read_text())["log"]["entries"]


def test_derive_leaves_the_document(tmp_path: Path) -> None:
    page = ROOT / "contracts" / "pages" / "provisioningobjectsummary-update.md"
    assert call("derive", str(page), "-o", "derived.yaml", cwd=tmp_path).returncode == 0
    assert left(tmp_path) == {"derived.yaml"}


def test_serve_leaves_nothing(tmp_path: Path) -> None:
    with start("serve", "--openapi", str(DOCUMENT), "--port", "0", cwd=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert left(tmp_path) == set()
