"""The README says what is true: its commands exist, and its table of options is the settings' own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from graph_contracts import cases, cli
from graph_contracts.requirements import registry
from graph_contracts.settings import OPTIONS, Option

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
MAX_WORDS = 1500
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
ALL_BLOCKS = re.findall(r"^```sh\n(.*?)^```$", "\n".join([README, *DOCS.values()]), re.DOTALL | re.MULTILINE)


def row(option: Option) -> str:
    flag = f"{option.flag}, {option.off}" if option.off else f"{option.flag} {option.metavar}".strip()
    flag += f", {option.short} {option.metavar}" if option.short else ""
    default = f" Default: {option.default}." if option.default else " On by default." if option.off else ""
    escaped = flag.replace("|", "\\|")
    return f"| `{escaped}`{' *' if option.multiple else ''} | {option.help}{default} |"


def test_the_quick_start_is_two_commands_that_need_python_alone() -> None:
    assert BLOCKS[:2] == [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/graph-contracts run\n",
        'python3 -m venv .venv && .venv/bin/pip install -e ".[dev]" && .venv/bin/pytest\n',
    ]
    assert README.index("## Quick start") < README.index("```sh")


def test_the_number_of_requirements_is_that_of_the_registry() -> None:
    cases.load()
    count = sum(each.id.startswith("update.") for each in registry())
    for text in (README, DOCS["running.md"]):
        assert re.findall(r"(\d+) requirements, \[?`update", text) == [str(count)]


def test_the_readme_is_short_and_the_rest_is_in_an_index() -> None:
    assert len(README.split()) <= MAX_WORDS
    index = set(re.findall(r"\]\(([\w-]+\.md)\)", DOCS["README.md"]))
    assert index == set(DOCS) - {"README.md"}


def test_ci_runs_the_readmes_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert f'  {BLOCKS[1].strip()} "$@" || exit\n' in script


def test_running_installs_nothing_that_only_developing_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = {re.split(r"[<>=]", each)[0] for each in project["project"]["dependencies"]}
    extra = {re.split(r"[<>=]", each)[0] for each in project["project"]["optional-dependencies"]["dev"]}
    assert not needed & extra
    assert {"lxml", "mypy", "playwright", "ruff"} <= extra
    assert project["dependency-groups"] == {"dev": ["graph-contracts[dev]"]}, "`uv run` installs what the tests need"


@pytest.mark.full
def test_the_two_commands_work_in_an_empty_home_as_they_are_written(tmp_path: Path) -> None:
    checkout, home = tmp_path / "checkout", tmp_path / "home"
    home.mkdir()
    subprocess.run(["git", "clone", "-q", str(ROOT), str(checkout)], check=True)
    python = Path(sys._base_executable).parent  # type: ignore[attr-defined]  # where `python3` is the tests' own
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    environ = {**pip, "HOME": str(home), "PATH": f"{python}{os.pathsep}{os.defpath}"}

    def typed(line: str) -> str:
        done = subprocess.run(
            ["sh", "-c", line], cwd=checkout, env=environ, capture_output=True, text=True, timeout=1200, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    first, second = (block.strip() for block in BLOCKS[:2])
    assert "The target conforms: " in typed(first)
    assert (checkout / "reports" / "index.html").is_file()
    installed = {path.name for path in (checkout / ".venv").glob("lib/*/site-packages/*")}
    assert "schemathesis" in installed
    assert not installed & {"lxml", "mypy", "playwright", "ruff"}
    assert " passed" in typed(f"{second} tests/test_wording.py")
    assert typed(".venv/bin/mypy --version")


def test_the_table_of_options_is_complete_and_true() -> None:
    assert [line for line in DOCS["options.md"].splitlines() if line.startswith("| `--")] == [
        row(option) for option in OPTIONS
    ]


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_is_shown(name: str) -> None:
    assert any(re.search(rf"graph-contracts {name}\b", text) for text in [README, *DOCS.values()])


def test_every_command_line_in_the_documentation_can_be_typed() -> None:
    lines = [line for block in ALL_BLOCKS for line in block.splitlines() if "graph-contracts " in line]
    for line in lines:
        name, *words = line.partition("graph-contracts ")[2].split()
        if name.startswith("-"):
            continue  # an option of another program, which names a container or a file
        command = cli.graph_contracts.get_command(click.Context(cli.graph_contracts), name)
        assert command is not None, line
        known = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in words if word.startswith("-")} <= known, line
