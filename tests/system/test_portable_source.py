"""The package's source asks for nothing that only one system has, but in the folder that is there for it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "contracts" / "graph_contracts"
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if PACKAGE / "system" not in path.parents]
POSIX_MODULES = frozenset({"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"})
OF_ONE_SYSTEM = {
    "os": (
        "chown dup fchmod fork forkpty getegid geteuid getgid getpgid getuid kill killpg mkfifo "
        "name nice O_DIRECTORY O_NOFOLLOW O_NONBLOCK setpgid setsid symlink uname wait waitpid "
    ),
    "select": "epoll kqueue poll",
    "signal": ("alarm pause pthread_kill setitimer sigwait SIGALRM SIGBREAK SIGCHLD SIGHUP SIGKILL SIGPIPE SIGUSR1 "),
    "socket": "AF_UNIX MSG_DONTWAIT socketpair",
    "sys": "platform",
    "time": "tzset",
}
"""Names of modules that every system has."""
ASKED = POSIX_MODULES | {f"{module}.{name}" for module, names in OF_ONE_SYSTEM.items() for name in names.split()}


@cache
def parsed(path: Path) -> Sequence[ast.AST]:
    """The nodes that may show a defect."""
    kinds = (ast.Import, ast.ImportFrom, ast.Attribute, ast.Call)
    return [each for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(each, kinds)]


def portability_defects(path: Path) -> Iterator[str]:
    for node in parsed(path):
        match node:
            case ast.Import():
                names = {alias.name.partition(".")[0] for alias in node.names}
            case ast.ImportFrom():
                names = {(node.module or "").partition(".")[0]} | {
                    f"{node.module}.{alias.name}" for alias in node.names
                }
            case ast.Attribute(value=ast.Name()):
                names = {ast.unparse(node)}
            case _:
                continue
        for name in sorted(names & ASKED):
            yield f"{path.relative_to(PACKAGE)}:{node.lineno}: {name}"


def encoding_defects(path: Path) -> Iterator[str]:
    """Calls that read or write text in the encoding of the machine, or with its ends of lines."""
    for node in parsed(path):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = {keyword.arg for keyword in node.keywords}
        values = (*node.args, *(keyword.value for keyword in node.keywords))
        words = {each.value for each in values if isinstance(each, ast.Constant) and isinstance(each.value, str)}
        modes = {word for word in words if word and set(word) <= set("rwxabt+")}
        is_binary = any("b" in mode for mode in modes)
        place = f"{path.relative_to(PACKAGE)}:{node.lineno}: {ast.unparse(node)[:80]}"
        text = name in {"read_text", "write_text"} or (name in {"open", "fdopen"} and modes and not is_binary)
        if text and "encoding" not in given and "utf-8" not in words and "direct_url.json" not in words:
            yield f"{place}: no encoding"
        if text and (name == "write_text" or modes & {"w", "x"}) and "newline" not in given:
            yield f"{place}: the machine's ends of lines"
        if name in {"run", "Popen", "check_output"} and "text" in given and "encoding" not in given:
            yield f"{place}: no encoding"


@pytest.mark.parametrize(
    "line",
    [
        "import fcntl",
        "from os import setsid",
        "import os\nos.kill(1, 0)",
        "import signal\nsignal.SIGHUP",
        "import sys\nsys.platform",
    ],
)
def test_what_only_one_system_has_is_noticed(line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path)
    path = tmp_path / "module.py"
    path.write_text(line, encoding="utf-8")
    assert [*portability_defects(path)]


@pytest.mark.parametrize(
    "line",
    ["p.read_text()", "p.open('w', encoding='utf-8')", "run(a, text=True)", "p.write_text(t, encoding='utf-8')"],
)
def test_an_encoding_of_the_machine_is_noticed(line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path)
    path = tmp_path / "module.py"
    path.write_text(line, encoding="utf-8")
    assert [*encoding_defects(path)]


def test_only_the_folder_for_it_asks_for_what_one_system_has() -> None:
    assert len(MODULES) > 300
    assert [defect for path in MODULES for defect in portability_defects(path)] == []


def test_text_is_utf_8_with_the_same_ends_of_lines_on_every_system() -> None:
    assert [defect for path in MODULES for defect in encoding_defects(path)] == []


def test_both_systems_have_the_same_functions() -> None:
    """mypy compares how each is called."""
    names = []
    for system in ("posix", "windows"):
        tree = ast.parse((PACKAGE / "system" / f"{system}.py").read_text(encoding="utf-8"))
        functions = {node.name: ast.unparse(node.args) for node in tree.body if isinstance(node, ast.FunctionDef)}
        names.append({name: each for name, each in functions.items() if not name.startswith("_")})
    assert names[0] == names[1]


@pytest.mark.full  # 20 s; .ci/run has mypy for Windows as a step of its own
def test_types_are_right_on_macos(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--platform", "darwin", "--cache-dir", str(tmp_path), "contracts"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
