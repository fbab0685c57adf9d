"""The options that reach the target of a run again."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from pydantic import SecretStr

from graph_contracts.settings import Settings, command_line, load

URL = "http://127.0.0.1:1/v1"
SECRET = "hunter2-hunter2"


def test_nothing_is_said_that_is_known_anyway(tmp_path: Path) -> None:
    environ = {"GRAPH_CONTRACTS_TOKEN": SECRET, "GRAPH_CONTRACTS_AUTH": "any-token"}
    settings = load({"target": URL, "select": ["update.*"], "seed": 7}, environ, tmp_path)
    assert command_line.options(settings, environ, tmp_path) == ""


def test_what_was_said_on_the_command_line_is_said_again(tmp_path: Path) -> None:
    document = tmp_path / "a document.yaml"
    document.touch()
    flags = {"target": URL, "openapi": document, "ids": ["thing-id=it's 1"], "auth": "none", "insecure": True}
    settings = load(flags | {"headers": ["X-Environment: a test"]}, {}, tmp_path)
    words = shlex.split(command_line.options(settings, {}, tmp_path))
    pairs = {
        "--openapi": str(document),
        "--id": "thing-id=it's 1",
        "--auth": "none",
        "--header": "X-Environment: a test",
    }
    assert {flag: words[words.index(flag) + 1] for flag in pairs} == pairs
    assert "--insecure" in words
    assert len(words) == 9


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"token": SecretStr(SECRET)}, ' --token "$TOKEN"'),
        ({"token_command": SecretStr(f"printer {SECRET}")}, ' --token-command "$TOKEN_COMMAND"'),
        ({"headers": [f"X-Api-Key: {SECRET}"]}, " --header 'X-Api-Key: '\"$X_API_KEY\""),
        ({"proxy": f"http://me:{SECRET}@127.0.0.1:3128"}, ' --proxy "$PROXY"'),
        ({"target": f"http://me:{SECRET}@127.0.0.1:1/v1"}, ' --target "$TARGET"'),
    ],
)
def test_no_secret_is_said(more: dict[str, object], words: str, tmp_path: Path) -> None:
    settings = Settings.model_validate({"target": URL, **more})
    assert command_line.options(settings, {}, tmp_path) == words
