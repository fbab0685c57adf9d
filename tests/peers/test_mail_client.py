"""Graph's own SDK, which was not written here, works with the reference of a derived mail and to-do family."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from graph_contracts.derive import derive, write
from tests.peers import foreign
from tests.peers.mail.pages import write_pages
from tests.support.forked import reference


# the SDK is larger than all else that tests install
@pytest.mark.full
def test_the_sdk_does_with_the_reference_what_it_does_with_graph(tmp_path: Path) -> None:
    packages = foreign.python_packages("mail", *foreign.SDK_V1)
    document = tmp_path / "openapi.yaml"
    document.write_text(write(derive([write_pages(tmp_path / "pages")])), encoding="utf-8")
    with reference(document) as server:
        command = [sys.executable, str(foreign.HERE / "mail" / "client.py"), server.url, server.tokens.full]
        environ = {"PYTHONPATH": str(packages), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    letters = [f"letter {n}" for n in range(5)]
    renamed = sorted("letter two" if each == "letter 2" else each for each in letters)
    found = json.loads(done.stdout)
    assert found["mail"] == {
        "posted": letters,
        "patched": "letter two",
        "read": ["letter two", True],
        "everything": renamed,
        "filtered": ["letter two"],
        "copied": [True, True],
    }
    assert "Bread" in found["todo"]["listed"]  # beside the tasks that the reference gives each list
    assert found["todo"]["left"] == len(found["todo"]["listed"]) - 1
    assert found["todo"]["gone"] == 404
    assert found["delta"]["first"] >= len(letters)
    assert found["delta"]["second"] is True
    assert found["delta"]["third"] == {}
    assert found["batch"] == {"new": 201, "listed": 200, "nothing": 404}
