"""Command lines that do a run once more, and that reach its target again."""

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
    run = command_line.run(settings)
    assert words in run
    assert SECRET not in run


def test_a_run_is_said_whole_whatever_the_environment_says(tmp_path: Path) -> None:
    environ = {"GRAPH_CONTRACTS_AUTH": "none", "GRAPH_CONTRACTS_PROXY": "http://proxy:3128"}
    key = tmp_path / "a key.pem"
    key.touch()
    given = {"target": URL, "client_cert": key, "client_key": key, "second_ids": ["thing-id=2"], "report": tmp_path}
    settings = load(given | {"select": ["update.*"], "processes": "4", "settle": 0.5}, environ, tmp_path)
    words = shlex.split(command_line.run(settings))
    assert words[:2] == ["graph-contracts", "run"]
    path = str(key)
    pairs = {
        ("--target", URL),
        ("--auth", "none"),
        ("--second-id", "thing-id=2"),
        ("--proxy", "http://proxy:3128"),
        ("--client-cert", path),
        ("--client-key", path),
        ("--settle", "0.5"),
        ("--profile", "page"),
        ("--select", "update.*"),
        ("--seed", "1"),
    }
    assert {*zip(words[2::2], words[3::2], strict=True)} == pairs


def test_what_divides_a_run_is_said_last() -> None:
    settings = Settings.model_validate({"target": URL, "splits": 3, "allow_production": True})
    assert command_line.run(settings).endswith(" --allow-production --splits 3 --group 1")
