"""The Microsoft Graph SDK for Python, which was not written here, updates the reference and parses what comes back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.peers import foreign
from tests.support.forked import reference

# the SDK is larger than all else that tests install
pytestmark = pytest.mark.full
ROOT = Path(__file__).parents[2]
ID = "4ff456ff-56ff-4ff4-ff56-f44fff56f44f"
PARSED = {
    "type": "ProvisioningObjectSummary",
    "id": ID,
    "durationInMilliseconds": 4711,
    "activityDateTime": "2021-03-04T05:06:07.123000+00:00",
    "servicePrincipal": "Contoso",
    "initiatorType": "system",
    "steps": [["one", "export"]],
}


@pytest.fixture(scope="module")
def parsed() -> Any:
    """What the SDK parsed of the reference's answers."""
    packages = foreign.graph_sdk()
    with reference(ROOT / "openapi.yaml") as server:
        command = [sys.executable, str(foreign.HERE / "sdk" / "client.py"), server.url, server.tokens.full, ID]
        environ = {"PYTHONPATH": str(packages), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("path", ["provisioning", "directoryProvisioning"])
def test_an_update_comes_back_as_the_object_with_what_was_sent(path: str, parsed: dict[str, Any]) -> None:
    assert parsed[path] == {**PARSED, "changeId": f"by way of {path}"}


@pytest.mark.parametrize("path", ["provisioning", "directoryProvisioning"])
def test_what_was_read_can_be_modified_and_written_again(path: str, parsed: dict[str, Any]) -> None:
    assert parsed[f"{path} again"] == {**PARSED, "changeId": "read, modified, written"}


def test_errors_are_parsed_with_their_code_and_message(parsed: dict[str, Any]) -> None:
    status, code, message = parsed["unknown id"]
    assert (status, bool(code), message) == (404, True, True)
    status, code, message = parsed["wrong token"]
    assert (status, bool(code), message) == (401, True, True)
