"""Whatever stands where settings are read from ends in one line with the place and the reason."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from graph_contracts import cli
from graph_contracts.settings import load
from graph_contracts.settings.sources import MAX_OCTETS

NAMES = ("graph-contracts.toml", "pyproject.toml")


def text(content: str | bytes) -> Callable[[Path], object]:
    octets = content.encode() if isinstance(content, str) else content
    return lambda path: path.write_bytes(octets)


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "binary": (text(bytes(range(256)) * 16), "can't be read as TOML: octet 129 is no UTF-8"),
    "utf-16": (text("token = 'x'".encode("utf-16")), "octet 1 is no UTF-8"),
    "too long": (text(b"#" * (MAX_OCTETS + 1)), "is longer than 1048576 octets"),
    "nested": (text("a = " + "[" * 100_000), "nested too deeply"),
    "nested tables": (text("a = " + "{a = " * 100_000), "nested too deeply"),
    "long number": (text("seed = " + "9" * 100_000), "a number is too long"),
    "cut off": (text('token = "abc'), "can't be read as TOML"),
    "twice": (text("seed = 1\nseed = 2"), "Cannot overwrite a value"),
    "a folder": (Path.mkdir, "is no file"),
    "a pipe": (os.mkfifo, "is no file"),
    "a broken link": (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
    "a link to itself": (lambda path: path.symlink_to(path.name), "symbolic links"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), "is no file"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_cannot_be_settings_is_refused_in_one_line(
    kind: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make, words = HOSTILE[kind]
    make(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", "--show-settings"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert name in err
    assert words in err
    assert len(err) < 500


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("timeout = []", "timeout: must be a number"),
        ("timeout = nan", "timeout: must be a finite number"),
        ("timeout = 1979-05-27", "timeout: must be a number"),
        ("seed = 1.5", "seed: must be a whole number"),
        ("seed = -1", "seed: must be greater than or equal to 0"),
        ("seed = 0x7fffffffffffffffffffffffffffffff", "seed: must be"),
        ("restore = 'perhaps'", "restore: must be true or false"),
        ("target = 1", "target: must be text"),
        ("target = ['http://host']", "target: must be text"),
        ("target = 'http://host\\u0000'", "target: "),
        ("token = {a = 1}", "token: must be text"),
        ("token-command = 'sh -c \"'", "token-command: is no command line"),
        ("entra = 'maybe'", "entra: must be true or false"),
        ("basic = 'no-colon'", "basic: must be written USER:PASSWORD"),
        ("credential = 'no colon'", "credential: must be written 'Name: value'"),
        ('report = "a\\u0000b"', "report: holds a character that no path may have"),
        ('ca = "a\\u0000b"', "ca: holds a character that no path may have"),
        ("select = 1", "select: must be a list"),
        ("select = [['a']]", "select: must be text"),
        ("header = 1", "header: must be written"),
        ('header = ["A: b\\r\\nC: d"]', "header: the value of A holds a character"),
        ("id = true", "id: must be written NAME=VALUE"),
        ("proxy = 'http://proxy/path'", "proxy: a proxy's URL has no path"),
        ("proxy = 'socks5://proxy'", "proxy: must begin with http:// or https://"),
        ("rate = 'often'", "rate: must be a number"),
        ("rate = 0", "rate: must be greater than 0"),
        ("client-key = 'graph-contracts.toml'", "client-key: says nothing without --client-cert"),
        ("entra-scope = 'x'", "entra-scope: says nothing without --entra"),
        ("read-only = true\ndestructive = true", "--destructive sends what --read-only forbids"),
        ("token = 'a'\nbasic = 'b:c'", "--token and --basic are two ways to authenticate"),
        ("toekn = 'x'", "'toekn' is no setting. Did you mean 'token'?"),
        ('"\\u001b[2J" = 1', "is no setting"),
        ("run = {token = 'x'}", "'run' is no setting"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_its_key(
    line: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / NAMES[0]).write_text(line)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["run", "--show-settings"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert words in err
    assert "\x1b" not in err


@pytest.mark.parametrize(("given", "kept"), [("5", 5), ("0.5", 0.5), ("5/s", 5), ("10 per second", 10)])
def test_a_rate_is_a_number_of_requests_a_second(given: str, kept: float, tmp_path: Path) -> None:
    assert load({"rate": given}, {}, tmp_path).rate == kept


@pytest.mark.parametrize(
    ("flags", "environ", "file", "left"),
    [
        ({"basic": "a:b"}, {"GRAPH_CONTRACTS_TOKEN": "x"}, "", "basic"),
        ({}, {"GRAPH_CONTRACTS_TOKEN": "x"}, "entra = true\n", "token"),
        ({"token": "x"}, {"GRAPH_CONTRACTS_TOKEN_COMMAND": "echo"}, "credential = 'A: b'\n", "token"),
        ({}, {}, "entra = false\ntoken = 'x'\n", "token"),
    ],
)
def test_a_way_to_authenticate_puts_out_those_of_weaker_sources(
    flags: dict[str, str], environ: dict[str, str], file: str, left: str, tmp_path: Path
) -> None:
    (tmp_path / NAMES[0]).write_text(file)
    settings = load(flags, environ, tmp_path)
    assert [n for n in ("token", "token_command", "entra", "basic", "credential") if getattr(settings, n)] == [left]
