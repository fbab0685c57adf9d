"""The command line: what it prints, where to, and the exit code it ends in."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from graph_contracts import __version__, cli
from graph_contracts.errors import ConfigurationError, TargetError
from graph_contracts.requirements import registry
from graph_contracts.settings import GROUPS, OPTIONS, Settings
from tests.support import command

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "openapi.yaml"
PAGES = ROOT / "contracts" / "pages"


def run(*arguments: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own, in a folder of its own."""
    return command.call(*arguments, cwd=folder, **environ)


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GRAPH_CONTRACTS_")}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Stands where the engine does, so that only the command line is tested."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GRAPH_CONTRACTS_")]:
        monkeypatch.delenv(name)
    module = ModuleType("graph_contracts.engine.run")
    monkeypatch.setitem(sys.modules, "graph_contracts.engine.run", module)
    return module


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The exit code and the one line on stderr of a command that prints nothing else."""
    code = cli.main(arguments)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith("\n")
    assert err.count("\n") == 1
    return code, err.rstrip("\n")


# -- help --------------------------------------------------------------------------------------------------------------


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for name in cli.COMMANDS:
        assert f"\n  {name} " in out


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([name, "--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith(f"Usage: graph-contracts {name} ")


def test_help_of_run_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "--help"]) == 0
    words = capsys.readouterr().out.split()
    for option in OPTIONS:
        assert option.flag in words


def test_without_a_command_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("Usage: graph-contracts ")


def test_help_of_run_shows_each_option_once_under_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(field for fields in GROUPS.values() for field in fields) == sorted(each.field for each in OPTIONS)
    assert cli.main(["run", "--help"]) == 0
    out = capsys.readouterr().out
    headings = re.findall(r"^(\w.*):$", out, re.MULTILINE)
    assert (
        headings
        == [*GROUPS]
        == [
            *("Target", "Credentials", "Selection", "What gates", "Speed", "Safety", "Output"),
        ]
    )
    output = out.partition("\nOutput:\n")[2]
    for flag in ("--report", "--color", "-v, --verbose", "-q, --quiet", "--show-settings", "-h, --help"):
        assert f"  {flag}" in output
    assert "Options:" not in out


def test_version_is_told(tmp_path: Path) -> None:
    done = run("--version", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"graph-contracts {__version__}\n")


LIGHT = [
    "click",
    "graph_contracts",
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "typing_extensions",
    "typing_inspection",
]
"""What may be imported for the sake of help."""
WEIGHED = """
import sys
from graph_contracts import cli
cli.main(sys.argv[1:])
modules = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names
sys.stderr.write("\\n".join(sorted(name for name in modules if not name.startswith("_"))))
"""


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("run", "--help"), ("list",)])
def test_what_people_wait_for_imports_little(arguments: tuple[str, ...]) -> None:
    words = [sys.executable, "-c", WEIGHED, *arguments]
    done = subprocess.run(words, cwd=ROOT, env=clean_environment(), capture_output=True, text=True, check=True)
    assert set(done.stderr.split()) <= set(LIGHT)


# -- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["rnu"], "graph-contracts: No such command 'rnu'. Did you mean 'run'?"),
        (["explain"], "graph-contracts explain: Missing argument 'REQUIREMENT'."),
        (["list", "--format", "xml"], "graph-contracts list: Invalid value for '--format': 'xml' is not one of"),
        (["run", "--timeout", "0"], "graph-contracts: --timeout: must be greater than 0"),
        (["run", "--target", "localhost"], "graph-contracts: --target: must begin with http:// or https://"),
        (
            ["run", "--target", "https://graph.microsoft.com"],
            "graph-contracts: --target: graph.microsoft.com is a public",
        ),
        (["derive", "nowhere.md"], "graph-contracts: nowhere.md: No such file or directory"),
    ],
)
@pytest.mark.usefixtures("engine")
def test_unusable_input_ends_in_one_line_and_exit_code_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, message = refused(capsys, *arguments)
    assert code == 2
    assert message.startswith(line)


def test_an_unknown_option_is_refused_with_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, message = refused(capsys, "run", "--select-by", "x")
    assert code == 2
    assert "--select-by" in message
    assert "'--select'" in message


def test_an_error_ends_in_its_own_exit_code(capsys: pytest.CaptureFixture[str], engine: Any) -> None:
    def unreachable(*_: object) -> int:
        raise TargetError("http://127.0.0.1:1: connection refused", "Is the server running?")

    engine.run = unreachable
    assert refused(capsys, "run") == (
        3,
        "graph-contracts: http://127.0.0.1:1: connection refused. Is the server running?",
    )


def test_control_characters_in_an_error_are_escaped(capsys: pytest.CaptureFixture[str], engine: Any) -> None:
    def rude(*_: object) -> int:
        raise ConfigurationError("a\x1b[2Jb\r\nc\u202ed\x9b")

    engine.run = rude
    assert refused(capsys, "run") == (2, "graph-contracts: a\\x1b[2Jb c\\u202ed\\x9b")


def test_an_interrupted_command_ends_in_130(capsys: pytest.CaptureFixture[str], engine: Any) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    engine.run = interrupted
    assert cli.main(["run"]) == 130
    assert capsys.readouterr().err.strip() == "graph-contracts: interrupted"


def _defective(*_: object) -> int:
    raise ZeroDivisionError("a token could stand here")


def test_a_defect_ends_in_one_line_without_what_it_says(capsys: pytest.CaptureFixture[str], engine: Any) -> None:
    engine.run = _defective
    code, message = refused(capsys, "run")
    assert code == 3
    assert message.startswith("graph-contracts: a defect of ours, ZeroDivisionError in test_cli.py:")
    assert message.endswith("Please report it with what --debug prints")
    assert "token" not in message


@pytest.mark.parametrize("arguments", [("--debug", "run"), ("run", "--debug")])
def test_debug_shows_the_traceback_of_a_defect(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], engine: Any
) -> None:
    engine.run = _defective
    assert cli.main(arguments) == 3
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_variable_shows_the_traceback_of_a_defect(
    capsys: pytest.CaptureFixture[str], engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.run = _defective
    monkeypatch.setenv("GRAPH_CONTRACTS_DEBUG", "1")
    assert cli.main(["run"]) == 3
    assert "Traceback (most recent call last)" in capsys.readouterr().err


# -- run ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 1, 3])
def test_run_ends_in_the_exit_code_of_the_run(code: int, engine: Any) -> None:
    engine.run = lambda *_: code
    assert cli.main(["run"]) == code


@pytest.fixture
def given(engine: Any) -> list[Settings]:
    """The settings of each run."""
    runs: list[Settings] = []

    def note(settings: Settings, _: object) -> int:
        runs.append(settings)
        return 0

    engine.run = note
    return runs


def test_run_hands_over_what_the_flags_say(given: list[Settings]) -> None:
    flags = ["--target", "http://h/beta/", "--id", "a=1", "--id", "b=2", "--no-restore", "--burst", "--settle", "0"]
    assert cli.main(["run", *flags]) == 0
    assert given == [Settings(target="http://h/beta", ids={"a": "1", "b": "2"}, restore=False, burst=True, settle=0)]


def test_run_without_flags_leaves_the_environment_its_say(
    given: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPH_CONTRACTS_RESTORE", "false")
    monkeypatch.setenv("GRAPH_CONTRACTS_SELECT", "update.merge.*")
    assert cli.main(["run"]) == 0
    assert given == [Settings(restore=False, select=("update.merge.*",))]


# -- list and explain --------------------------------------------------------------------------------------------------


def test_list_names_every_requirement_in_every_format(tmp_path: Path) -> None:
    rows = json.loads(run("list", "--format", "json", folder=tmp_path).stdout)
    assert rows
    text, table = (run("list", "--format", form, folder=tmp_path).stdout for form in ("text", "markdown"))
    for row in rows:
        assert row["level"] in {"MUST", "SHOULD", "INFO"}
        assert row["statement"]
        assert row["source"]
        assert row["cases"]
        assert f"  {row['id']}  {row['level']} " in text
        assert f"| `{row['id']}` | {row['level']} |" in table
    assert len(table.splitlines()) == len(rows) + 2


def test_list_names_every_fault_and_variation_in_every_format(tmp_path: Path) -> None:
    rows = json.loads(run("list", "--faults", "--format", "json", folder=tmp_path).stdout)
    assert {row["kind"] for row in rows} == {"fault", "variation"}
    text, table = (run("list", "--faults", "--format", form, folder=tmp_path).stdout for form in ("text", "markdown"))
    for row in rows:
        assert row["text"]
        assert bool(row["caught_by"]) == (row["kind"] == "fault")
        assert f"{row['kind']} {row['name']}\n    {row['text']}\n" in text
        assert f"| `{row['name']}` | {row['kind']} |" in table


def test_explain_tells_what_list_knows_of_a_requirement(tmp_path: Path) -> None:
    for row in json.loads(run("list", "--format", "json", folder=tmp_path).stdout)[:3]:
        told = run("explain", row["id"], folder=tmp_path).stdout
        for fact in (row["id"], row["statement"], row["source"], row["level"], *row["cases"]):
            assert fact in told


def test_explain_refuses_an_unknown_requirement_with_the_nearest_one(tmp_path: Path) -> None:
    known = json.loads(run("list", "--format", "json", folder=tmp_path).stdout)[0]["id"]
    done = run("explain", f"{known}s", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"graph-contracts: no requirement is called '{known}s'. Did you mean {known}?\n"


def test_explain_takes_what_select_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "update.merge.nested"]) == 0
    whole = capsys.readouterr().out
    assert cli.main(["explain", "merge.nested"]) == 0
    assert capsys.readouterr().out == whole
    assert cli.main(["explain", "update.merge.*"]) == 0
    several = capsys.readouterr().out
    assert whole in several
    assert several.count("\nLevel ") == 4
    assert cli.main(["explain", "create.*"]) == 0
    listed = capsys.readouterr().out
    assert "\nLevel " not in listed
    assert f"{sum(each.id.startswith('create.') for each in registry())} requirements; explain one" in listed
    assert cli.main(["explain", "merge.nestd"]) == 2
    assert capsys.readouterr().err.endswith("Did you mean update.merge.nested?\n")


def test_what_explain_says_stands_in_whole_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main(["explain", "merge.nested"]) == 0
    assert all(len(line) <= 80 for line in capsys.readouterr().out.splitlines())


def test_a_list_on_a_terminal_stands_in_whole_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.main(["list"]) == 0
    in_a_pipe = capsys.readouterr().out
    assert any(len(line) > 80 for line in in_a_pipe.splitlines()), "a line each, to be searched"
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert cli.main(["list"]) == 0
    shown = capsys.readouterr().out
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert shown.split() == in_a_pipe.split()


def test_derive_says_that_it_reads_files(capsys: pytest.CaptureFixture[str]) -> None:
    code, line = refused(capsys, "derive", "https://learn.microsoft.com/graph/api")
    assert code == 2
    assert line == (
        "graph-contracts: derive reads files, and https://learn.microsoft.com/graph/api is an address. "
        "Clone or download the pages, and name the file or folder"
    )


def test_a_reader_that_has_gone_ends_the_command_quietly(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "graph_contracts", "list"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == cli.BROKEN_PIPE


# -- a whole run -------------------------------------------------------------------------------------------------------


def test_a_run_without_a_target_tests_the_embedded_reference_and_passes(tmp_path: Path) -> None:
    done = run("run", "--select", "update.status.*", "--openapi", str(DOCUMENT), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "both passed" in done.stdout
    assert json.loads((tmp_path / "reports" / "results.json").read_text(encoding="utf-8"))["verdict"] == "conforms"


def test_a_run_ends_inconclusive_where_nothing_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = run("run", "--target", f"http://127.0.0.1:{port}", "--openapi", str(DOCUMENT), folder=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith(f"graph-contracts: http://127.0.0.1:{port} can't be reached: ")
    assert done.stderr.count("\n") == 1


def test_a_run_that_selects_nothing_known_is_refused(tmp_path: Path) -> None:
    done = run("run", "--select", "update.nonsense.*", "--openapi", str(DOCUMENT), folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("graph-contracts: --select update.nonsense.*: no requirement's id matches.")
