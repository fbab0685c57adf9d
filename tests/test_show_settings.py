"""What is in force is shown with its source and without its secrets; `init` writes a file that can be read back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from graph_contracts import cli
from graph_contracts.settings import OPTIONS, load


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    assert cli.main(["run", "--show-settings", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return {line.split()[0]: " ".join(line.split()[1:]) for line in out.splitlines()}


def test_every_setting_is_shown_with_the_place_it_was_given_at(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "graph-contracts.toml").write_text("deadline = 60\nselect = ['a', 'b']\n[id]\na = '1'\n")
    monkeypatch.setenv("GRAPH_CONTRACTS_TIMEOUT", "7")
    lines = shown(capsys, "--retries", "2", "--no-restore")
    assert list(lines) == [option.key for option in OPTIONS]
    assert lines["deadline"] == f"60 {folder}/graph-contracts.toml: deadline"
    assert lines["select"] == f"a, b {folder}/graph-contracts.toml: select"
    assert lines["id"] == f"a=1 {folder}/graph-contracts.toml: id"
    assert lines["timeout"] == "7 GRAPH_CONTRACTS_TIMEOUT"
    assert lines["retries"] == "2 --retries"
    assert lines["restore"] == "false --no-restore"
    assert lines["settle"] == "10 default"
    assert lines["token"] == "- default"


def test_secrets_are_masked_wherever_they_stand(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--target", "https://user:hush-hush@host/beta", "--proxy", "http://user:hush-hush@proxy"]
    arguments += ["--token-command", "get-token --password hush-hush", "--forbidden-token", "hush-hush"]
    arguments += ["--header", "Cookie: a=hush-hush", "--header", "X-Plain: seen", "--id", "id=hush-hush"]
    lines = shown(capsys, *arguments)
    assert "hush" not in str(lines)
    assert lines["target"].startswith("https://[redacted]@host/beta ")
    assert lines["proxy"].startswith("http://[redacted]@proxy ")
    assert lines["token-command"].startswith("get-token [redacted] ")
    assert "X-Plain: seen" in lines["header"]


def test_init_writes_every_option_and_what_it_writes_can_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["init"]) == 0
    assert capsys.readouterr().out == "wrote graph-contracts.toml\n"
    text = (folder / "graph-contracts.toml").read_text()
    assert load({}, {}, folder) == load({}, {}, folder / "nowhere")
    for option in OPTIONS:
        assert f"\n#{option.key} = " in text or option.variable in text
    bare = "\n".join(line[1:] if line[:1] == "#" and line[1:2].isalpha() else line for line in text.splitlines())
    values = tomllib.loads(bare)
    assert set(values) <= {option.key for option in OPTIONS}
    for option in OPTIONS:
        if option.default and option.key in values:
            assert str(values[option.key]) == option.default


def test_init_leaves_a_file_that_is_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "graph-contracts.toml").write_text("seed = 5\n")
    assert cli.main(["init"]) == 2
    assert capsys.readouterr().err.endswith("graph-contracts.toml is there already. Add --force to write over it\n")
    assert (folder / "graph-contracts.toml").read_text() == "seed = 5\n"
    assert cli.main(["init", "--force"]) == 0
    assert load({}, {}, folder).seed == 1
