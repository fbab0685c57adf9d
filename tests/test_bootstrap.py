"""`.ci/venv.py` makes an environment from nothing but Python, once, and runs what it is told to in it.

The checkout here is a small one whose package needs neither the network nor a build tool, so each test takes seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """\
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    info = "greeter-1.0.dist-info/"
    files = {
        "greeter.py": "import sys\\n\\ndef main():\\n    print('hello', *sys.argv[1:])\\n    return 7\\n",
        info + "METADATA": "Metadata-Version: 2.1\\nName: greeter\\nVersion: 1.0\\nProvides-Extra: dev\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: backend\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        info + "entry_points.txt": "[console_scripts]\\ngreet = greeter:main\\npytest = greeter:main\\n",
    }
    files[info + "RECORD"] = "".join(f"{name},,\\n" for name in [*files, info + "RECORD"])
    with zipfile.ZipFile(folder + "/greeter-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return "greeter-1.0-py3-none-any.whl"
"""
PREPARING = "venv.py: preparing .venv, which takes a moment\n"


def new_checkout(folder: Path) -> Path:
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "venv.py", folder / ".ci" / "venv.py")
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (folder / "backend.py").write_text(BACKEND, encoding="utf-8")
    return folder


def start(checkout: Path, *command: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(checkout / ".ci" / "venv.py"), *command],
        env={**os.environ, "PIP_NO_INDEX": "1", **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ran(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def without(folder: Path, *modules: str) -> str:
    """A PYTHONPATH under which some modules can't be imported, as where a distribution ships them apart."""
    folder.mkdir()
    for module in modules:
        (folder / f"{module}.py").write_text("raise ImportError", encoding="utf-8")
    return str(folder)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose environment two calls at once have asked for."""
    checkout = new_checkout(tmp_path_factory.mktemp("checkout"))
    both = [start(checkout, "greet", "you"), start(checkout, "greet", "too")]
    (code, out, err), (code_too, out_too, err_too) = map(ran, both)
    assert (code, code_too) == (7, 7), err + err_too
    assert (out, out_too) == ("hello you\n", "hello too\n")
    assert sorted((err, err_too)) == ["", PREPARING], "one call prepares, the other waits"
    return checkout


def test_an_environment_that_is_up_to_date_is_used_as_it_is(prepared: Path) -> None:
    assert ran(start(prepared, "greet", "again")) == (7, "hello again\n", "")


def test_the_command_sees_the_environment_first_on_its_path(prepared: Path) -> None:
    code, out, _ = ran(start(prepared, "python", "-c", "import sys; print(sys.prefix)"))
    assert (code, out.strip()) == (0, str(prepared / ".venv"))


def test_a_change_of_the_requirements_brings_the_environment_up_to_date(prepared: Path) -> None:
    marker = prepared / ".venv" / "kept"
    marker.touch()
    with (prepared / "pyproject.toml").open("a", encoding="utf-8") as handle:
        handle.write("# changed\n")
    assert ran(start(prepared, "greet")) == (7, "hello\n", PREPARING)
    assert ran(start(prepared, "greet")) == (7, "hello\n", "")
    assert marker.exists(), "an environment of the same Python is kept"


def test_an_unknown_command_is_named(prepared: Path) -> None:
    code, out, err = ran(start(prepared, "gret"))
    assert (code, out) == (127, "")
    assert err.startswith("venv.py: there is no command 'gret' in ")


def test_without_a_command_the_usage_is_told(prepared: Path) -> None:
    code, out, err = ran(start(prepared))
    assert (code, out) == (2, "")
    assert err == "venv.py: usage: python3 .ci/venv.py COMMAND [ARGUMENT ...]\n"


def test_where_ensurepip_is_missing_a_pip_of_pythons_own_serves(tmp_path: Path) -> None:
    base = getattr(sys, "_base_executable", sys.executable)
    if subprocess.run([base, "-m", "pip", "--version"], check=False, capture_output=True).returncode:
        pytest.skip("the Python below this environment has no pip of its own")
    path = without(tmp_path / "missing", "ensurepip")
    checkout = new_checkout(tmp_path)
    assert ran(start(checkout, "greet", PYTHONPATH=path)) == (7, "hello\n", PREPARING)


@pytest.mark.parametrize("missing", [(), pytest.param(("ensurepip",), marks=pytest.mark.full)], ids=["whole", "bare"])
def test_the_script_of_ci_calls_the_tests_with_its_arguments_and_ends_as_they_do(
    missing: tuple[str, ...], tmp_path: Path
) -> None:
    checkout, tools = new_checkout(tmp_path), tmp_path / "tools"
    shutil.copy(ROOT / ".ci" / "run", checkout / ".ci" / "run")
    tools.mkdir()
    for tool in ("chromium", "curl", "jq", "node", "npm"):  # what is there already is not installed
        (tools / tool).write_text("#!/bin/sh\n", encoding="utf-8")
        (tools / tool).chmod(0o755)
    base = Path(getattr(sys, "_base_executable", sys.executable)).parent
    environ = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{base}{os.pathsep}{os.defpath}",
        "PIP_NO_INDEX": "1",
        "PYTHONPATH": without(tmp_path / "missing", *missing),
    }
    done = subprocess.run(
        ["bash", str(checkout / ".ci" / "run"), "-k", "one or two"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "hello -k one or two", done.stdout + done.stderr
    assert done.returncode == 7


def test_where_pip_is_missing_too_one_line_says_what_to_install(tmp_path: Path) -> None:
    path = without(tmp_path / "missing", "ensurepip", "pip", "virtualenv")
    code, out, err = ran(start(new_checkout(tmp_path), "greet", PYTHONPATH=path))
    assert (code, out) == (2, "")
    missing = "this Python has neither ensurepip, pip nor virtualenv; on Debian: apt-get install python3-venv"
    assert err == f"{PREPARING}venv.py: {missing}\n"


@pytest.mark.full
def test_a_failed_installation_is_tried_again_next_time(tmp_path: Path) -> None:
    checkout = new_checkout(tmp_path)
    (checkout / "backend.py").write_text("raise SystemExit('no backend today')", encoding="utf-8")
    code, _, err = ran(start(checkout, "greet"))
    assert code == 2
    assert err.endswith("venv.py: could not install the project's dependencies; what pip said stands above\n")
    (checkout / "backend.py").write_text(BACKEND, encoding="utf-8")
    assert ran(start(checkout, "greet")) == (7, "hello\n", PREPARING)
